//! The next segment, made while the present one is being filled, so that nobody waits for its zeros.

use crate::store::contract::StoreFault;
use crate::store::segments::file;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// At most one prepared segment. It has no segment's name yet; a start sweeps what is left of it.
#[derive(Debug, Default)]
pub struct Spare {
    making: Option<JoinHandle<Result<PathBuf, StoreFault>>>,
}

impl Spare {
    /// Begins to make one, unless that has been done. Without a thread to spare it is made when it is needed.
    pub fn begin(&mut self, dir: &Path, bytes: u64) {
        if self.making.is_none() {
            let dir = dir.to_path_buf();
            let make = move || file::prepare(&dir, "next", bytes);
            self.making = std::thread::Builder::new().name("store-segment".to_owned()).spawn(make).ok();
        }
    }

    /// Waits for the one begun and hands it out; none when none was begun, or making it did not succeed: what stood in
    /// its way then may be gone, so it is tried again by whoever needs it.
    pub fn take(&mut self) -> Option<PathBuf> {
        self.making.take()?.join().ok()?.ok()
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if let Some(path) = self.take() {
            // A start sweeps it otherwise.
            drop(std::fs::remove_file(path));
        }
    }
}
