//! Breaking the store: crashes at every durable operation, power cuts, damaged files, journals of earlier formats.
//!
//! Each check writes what a script of its seed says, breaks something, opens the store again and compares it with the
//! script. Start at [`script::Script::judge`].

pub mod crashpoints;
pub mod damage;
pub mod histories;
pub mod powercut;
mod recorder;
pub mod script;
mod trimming;
mod victim;

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::store::start::Options;
use script::told;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Small segments, checkpoints and packing so often that they meet everything else.
pub fn options() -> Options {
    Options { segment_bytes: 16 << 10, checkpoint_every: Duration::from_millis(2), ..Options::small() }
}

/// Where the stores of a check lie: in memory where there is such a place, for thousands of them are made.
fn room(order: &Order, name: &str) -> Result<PathBuf, LabFault> {
    let memory = Path::new("/dev/shm");
    let room = match memory.is_dir() {
        true => memory.join(format!("engine-lab-{name}-{}", std::process::id())),
        false => order.folder.clone(),
    };
    if room.exists() {
        std::fs::remove_dir_all(&room).map_err(told)?;
    }
    std::fs::create_dir_all(&room).map_err(told)?;
    Ok(room)
}

/// Copies a directory and all below it, but the lock, which would tell that it is a copy.
fn copy_all(from: &Path, to: &Path) -> Result<(), LabFault> {
    std::fs::create_dir_all(to).map_err(told)?;
    for entry in std::fs::read_dir(from).map_err(told)? {
        let entry = entry.map_err(told)?;
        let target = to.join(entry.file_name());
        if entry.file_name() == "lock" {
            continue;
        }
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).map_err(told)?;
        }
    }
    Ok(())
}

/// Removes a directory and all below it, if it is there.
fn clear(dir: &Path) -> Result<(), LabFault> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(told)?;
    }
    Ok(())
}
