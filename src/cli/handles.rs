//! How many files and sockets may be open at once.

use crate::cli::ending::{Ending, FAILED};
use rustix::process::{Resource, getrlimit, setrlimit};

/// As many as a listener's connections (512), the commands that ask (32), the store's files and the calls under way
/// need, with some to spare: below that a flood of webhooks would keep the store from its own files.
pub const HANDLES_MIN: u64 = 1_024;
/// What is asked for where the system allows it.
const HANDLES_WANTED: u64 = 4_096;

/// Raises the limit as far as it may be raised.
///
/// # Errors
/// Too few may be open: said before anything is opened, not in the middle of a run.
pub fn raise() -> Result<(), Ending> {
    let mut limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    if limit.current.is_some_and(|current| current < HANDLES_WANTED.min(most)) {
        limit.current = Some(HANDLES_WANTED.min(most));
        // One that cannot be raised is judged as it is.
        setrlimit(Resource::Nofile, limit).unwrap_or_default();
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if current >= HANDLES_MIN {
        return Ok(());
    }
    let sentence = format!("only {current} files may be open at once here, and {HANDLES_MIN} are needed");
    Err(Ending::new(FAILED, sentence).help("say `ulimit -n 4096` in this shell, or `LimitNOFILE=4096` in the service's unit"))
}
