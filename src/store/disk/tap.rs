//! Where the lab stands between the store and its files: it may end the process, tear a write, or let it fail.
//!
//! Only in the lab's build; in every other one the calls are not there.

use std::io::{Error, Result};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// Something durable that is about to be done.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    Create {
        path: &'a Path,
    },
    Write {
        path: &'a Path,
        at: u64,
        bytes: usize,
    },
    /// The bytes of a file.
    Sync {
        path: &'a Path,
    },
    /// The names in a directory.
    SyncDir {
        path: &'a Path,
    },
    Rename {
        from: &'a Path,
        to: &'a Path,
    },
    Remove {
        path: &'a Path,
    },
}

/// What becomes of it.
#[derive(Debug)]
pub enum Fate {
    Done,
    /// Only so many bytes of a write, then a fault.
    Torn(usize),
    /// Not done at all.
    Refused(Error),
}

/// Whoever stands there. Must not use the store.
pub trait Tap: Send + Sync {
    /// Decides about a deed before it is done.
    fn before(&self, deed: &Deed<'_>) -> Fate;
    /// It was done, or torn.
    fn after(&self, deed: &Deed<'_>);
}

static TAP: RwLock<Option<Arc<dyn Tap>>> = RwLock::new(None);

/// Puts somebody there, for every store of the process; none: nobody.
pub fn set(tap: Option<Arc<dyn Tap>>) {
    *TAP.write().unwrap_or_else(PoisonError::into_inner) = tap;
}

/// Lets the tap decide; none when nobody stands there. `perform` does the deed, or so many bytes of it.
pub(super) fn meet(deed: &Deed<'_>, perform: impl FnOnce(Option<usize>) -> Result<()>) -> Option<Result<()>> {
    let tap = TAP.read().unwrap_or_else(PoisonError::into_inner).clone()?;
    Some(match tap.before(deed) {
        Fate::Refused(fault) => Err(fault),
        Fate::Done => perform(None).inspect(|()| tap.after(deed)),
        Fate::Torn(bytes) => perform(Some(bytes)).and_then(|()| {
            tap.after(deed);
            Err(Error::from_raw_os_error(5))
        }),
    })
}
