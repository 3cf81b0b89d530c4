//! The backups that lie in the data directory: made there one after another while an engine runs, and listed.
//!
//! They share a disk with what they are of: against the loss of that disk they are to be copied elsewhere. Nothing takes one
//! away but its owner.

use crate::model::id::Lsn;
use crate::model::time::Timestamp;
use crate::store::backup::{MANIFEST, Manifest, backup, identity_of};
use crate::store::contract::StoreFault;
use crate::store::disk::{io, private_dir};
use crate::store::start::JOURNAL;
use std::path::{Path, PathBuf};

/// The folder in the data directory.
pub const FOLDER: &str = "backups";
/// Digits of a time in a backup's name: to the second.
const TIME_DIGITS: usize = 14;

/// A backup in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    pub manifest: Manifest,
}

/// Makes one of all that is durable. Where the newest holds all of it already, that is the answer, and `false`. One call at
/// a time.
pub fn keep(data: &Path, durable: Lsn, now: Timestamp) -> Result<(Kept, bool), StoreFault> {
    let identity = identity_of(&data.join(JOURNAL))?;
    let is_whole = |kept: &Kept| kept.manifest.last == durable.0 && kept.manifest.identity == identity;
    if let Some(whole) = kept(data)?.into_iter().find(is_whole) {
        return Ok((whole, false));
    }
    let folder = data.join(FOLDER);
    private_dir(&folder)?;
    let time: String = now.iso_ms().chars().filter(char::is_ascii_digit).take(TIME_DIGITS).collect();
    let path = folder.join(format!("engine-backup-{time}-{}", durable.0));
    let manifest = backup(data, &path, Some(durable), now)?;
    Ok((Kept { path, manifest }, true))
}

/// What lies in the folder, newest first. What is no whole backup is left out.
pub fn kept(data: &Path) -> Result<Vec<Kept>, StoreFault> {
    let folder = data.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(io("read", &folder))? {
        let path = entry.map_err(io("read", &folder))?.path();
        let told = std::fs::read(path.join(MANIFEST)).ok();
        let manifest = told.and_then(|told| serde_json::from_slice::<Manifest>(&told).ok());
        found.extend(manifest.map(|manifest| Kept { path, manifest }));
    }
    found.sort_by(|one, two| (&two.manifest.made_at, &two.path).cmp(&(&one.manifest.made_at, &one.path)));
    Ok(found)
}
