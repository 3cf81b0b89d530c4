//! The file system, as far as the whole wing needs it: directories for the owner alone, free space, named faults.

use crate::store::contract::StoreFault;
use std::fs::{DirBuilder, File, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often, and how far apart, a lock that somebody is about to let go is tried: half a second in all.
const LOCK_TRIES_MAX: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// Names the step that failed.
pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreFault {
    move |source| StoreFault::Io { doing, path: path.to_path_buf(), source: Arc::new(source) }
}

/// Makes the directory for its owner alone; one that others could enter is closed to them, and the sentence says so.
/// Replies and names of people are in it.
pub fn private_dir(dir: &Path) -> Result<Option<String>, StoreFault> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io("create", dir))?;
    let mode = std::fs::metadata(dir).map_err(io("read", dir))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(None);
    }
    std::fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(io("close to others", dir))?;
    Ok(Some(format!("closed {} to other users (it had mode {mode:o})", dir.display())))
}

/// Makes the directory's entries durable.
pub fn sync_dir(dir: &Path) -> Result<(), StoreFault> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io("sync", dir))
}

/// Free space where the directory lies, in MiB, for somebody without privileges.
pub fn free_mib(dir: &Path) -> Result<u64, StoreFault> {
    let stat = rustix::fs::statvfs(dir).map_err(|fault| io("ask for free space at", dir)(fault.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize) >> 20)
}

/// Moves a file or directory out of the way, beside itself, under a name that is free; returns that name.
pub fn set_aside(path: &Path) -> Result<PathBuf, StoreFault> {
    let name = path.file_name().unwrap_or_default().display();
    let free = (1..).map(|nth| path.with_file_name(format!("{name}.aside-{nth}"))).find(|path| !path.exists());
    let aside = free.unwrap_or_else(|| path.with_extension("aside"));
    std::fs::rename(path, &aside).map_err(io("move aside", path))?;
    Ok(aside)
}

/// Locks a file that may just be let go: a process that is being started holds the locks of the one that starts it
/// until its own program begins, so one refusal says little.
pub fn lock_patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES_MAX {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOCK_PAUSE),
            decided => return decided,
        }
    }
    file.try_lock()
}
