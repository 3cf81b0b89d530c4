//! A store that stops in the middle.

use crate::store::behind::Rule;
use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::Commit;
use campaign_engine::store::contract::{Done, Store, StoreFault};
use std::sync::atomic::{AtomicI64, Ordering};

/// So many commits more are taken, and then none: what a crash leaves behind.
pub struct Tripping {
    pub left: AtomicI64,
}

impl Rule for Tripping {
    fn submit(&self, inner: &dyn Store, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        if self.left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            return Err(StoreFault::Poisoned { because: "the test says so".to_owned() });
        }
        inner.submit(commits, done)
    }
}
