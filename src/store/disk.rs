//! The file system, as far as the whole wing needs it: directories for the owner alone, free space, named faults, and
//! everything that is made durable, so that the lab can stand in between (`tap`).

#[cfg(feature = "lab")]
pub mod tap;

use crate::store::contract::StoreFault;
use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
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

/// Makes the directory for its owner alone, and its name durable; one that others could enter is closed to them, and the
/// sentence says so. Replies and names of people are in it.
pub fn private_dir(dir: &Path) -> Result<Option<String>, StoreFault> {
    if !dir.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(io("create", dir))?;
        if let Some(parent) = dir.parent() {
            sync_dir(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        }
    }
    let mode = std::fs::metadata(dir).map_err(io("read", dir))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(None);
    }
    std::fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(io("close to others", dir))?;
    Ok(Some(format!("closed {} to other users (it had mode {mode:o})", dir.display())))
}

/// Makes the directory's entries durable.
pub fn sync_dir(dir: &Path) -> Result<(), StoreFault> {
    let perform = || File::open(dir).and_then(|dir| dir.sync_all());
    #[cfg(feature = "lab")]
    if let Some(met) = tap::meet(&tap::Deed::SyncDir { path: dir }, |_| perform()) {
        return met.map_err(io("sync", dir));
    }
    perform().map_err(io("sync", dir))
}

/// Makes an empty file for its owner alone; one that is there is emptied.
pub fn create(path: &Path) -> std::io::Result<File> {
    let make = || OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    #[cfg(feature = "lab")]
    {
        let mut made = None;
        let perform = |_| {
            made = Some(make()?);
            Ok(())
        };
        if let Some(met) = tap::meet(&tap::Deed::Create { path }, perform) {
            met?;
        }
        if let Some(made) = made {
            return Ok(made);
        }
    }
    make()
}

/// Writes all the bytes at that place of the file, which is called `path`.
#[cfg_attr(not(feature = "lab"), expect(unused_variables, reason = "the path is for whoever stands in between"))]
pub fn write_at(file: &File, path: &Path, bytes: &[u8], at: u64) -> std::io::Result<()> {
    #[cfg(feature = "lab")]
    {
        let deed = tap::Deed::Write { path, at, bytes: bytes.len() };
        let perform = |part: Option<usize>| file.write_all_at(bytes.get(..part.unwrap_or(bytes.len())).unwrap_or(bytes), at);
        if let Some(met) = tap::meet(&deed, perform) {
            return met;
        }
    }
    file.write_all_at(bytes, at)
}

/// Makes what was written to the file durable, and its length.
#[cfg_attr(not(feature = "lab"), expect(unused_variables, reason = "the path is for whoever stands in between"))]
pub fn sync_file(file: &File, path: &Path) -> std::io::Result<()> {
    #[cfg(feature = "lab")]
    if let Some(met) = tap::meet(&tap::Deed::Sync { path }, |_| file.sync_data()) {
        return met;
    }
    // On Linux a longer file's length is part of its data.
    file.sync_data()
}

/// Gives the file another name, in place of one that had it.
pub fn rename(from: &Path, to: &Path) -> Result<(), StoreFault> {
    #[cfg(feature = "lab")]
    if let Some(met) = tap::meet(&tap::Deed::Rename { from, to }, |_| std::fs::rename(from, to)) {
        return met.map_err(io("rename", to));
    }
    std::fs::rename(from, to).map_err(io("rename", to))
}

/// Removes a file.
pub fn remove(path: &Path) -> Result<(), StoreFault> {
    #[cfg(feature = "lab")]
    if let Some(met) = tap::meet(&tap::Deed::Remove { path }, |_| std::fs::remove_file(path)) {
        return met.map_err(io("remove", path));
    }
    std::fs::remove_file(path).map_err(io("remove", path))
}

/// Free space where the directory lies, in MiB, for somebody without privileges.
pub fn free_mib(dir: &Path) -> Result<u64, StoreFault> {
    let stat = rustix::fs::statvfs(dir).map_err(|fault| io("ask for free space at", dir)(fault.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize) >> 20)
}

/// Moves a file or directory out of the way, beside itself, under a name that is free; returns that name.
pub fn set_aside(path: &Path) -> Result<PathBuf, StoreFault> {
    set_aside_as(path, "aside")
}

/// Moves it out of the way under a name ending in `.{word}-N`.
pub fn set_aside_as(path: &Path, word: &str) -> Result<PathBuf, StoreFault> {
    let name = path.file_name().unwrap_or_default().display();
    let free = (1..).map(|nth| path.with_file_name(format!("{name}.{word}-{nth}"))).find(|path| !path.exists());
    let aside = free.unwrap_or_else(|| path.with_extension(word));
    rename(path, &aside)?;
    Ok(aside)
}

/// What stands in a directory under a name ending in `.{word}-N`.
pub fn beside(dir: &Path, word: &str) -> Result<Vec<PathBuf>, StoreFault> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        let is_one = path
            .extension()
            .and_then(|extension| extension.to_str())
            .and_then(|extension| extension.strip_prefix(word)?.strip_prefix('-')?.parse::<u32>().ok());
        found.extend(is_one.map(|_| path));
    }
    found.sort();
    Ok(found)
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
