//! Full segments are packed behind the writer's back, one at a time, and swapped in under their own name.
//!
//! A crash leaves the plain one, or the packed one, and perhaps a file that a start sweeps: the packed one is written aside,
//! made durable, read again and compared, and only then given the name.

use crate::model::id::Lsn;
use crate::store::contract::StoreFault;
use crate::store::disk;
use crate::store::segments::file::{FORMAT_PLAIN, SEGMENT_HEAD_BYTES, path, read_head, unfinished, write_whole};
use crate::store::segments::{packed, read};
use std::path::Path;

/// Bytes written at once.
const PORTION_BYTES: usize = 1 << 20;

/// What a packing saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    pub segment: u32,
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// Packs the segment, before whose end commit `next` comes; none: it is packed already, or does not get smaller.
pub fn pack(dir: &Path, segment: u32, next: Lsn) -> Result<Option<Packed>, StoreFault> {
    let target = path(dir, segment);
    if read_head(&target)?.format != FORMAT_PLAIN {
        return Ok(None);
    }
    let image = read::image(&target)?;
    let (end, found) = read::end_of(&image);
    if found != next {
        let what = format!("commit {found} is broken or missing");
        return Err(StoreFault::Damaged { file: target, offset: end as u64, what });
    }
    let plain = image.plain.get(..end).unwrap_or_default();
    let bytes = packed::pack(&image.head, plain);
    if bytes.len() >= image.plain.len() {
        return Ok(None);
    }
    let aside = unfinished(dir, "packed");
    let written = write_whole(&aside, bytes.chunks(PORTION_BYTES)).and_then(|()| read::image(&aside));
    let is_same = |again: &read::Image| again.plain.get(SEGMENT_HEAD_BYTES..) == plain.get(SEGMENT_HEAD_BYTES..);
    match written {
        Ok(again) if is_same(&again) => {}
        Ok(_) => {
            disk::remove(&aside)?;
            return Err(StoreFault::Damaged { file: aside, offset: 0, what: "what was packed reads otherwise".to_owned() });
        }
        Err(fault) => {
            // It takes room; a start sweeps it otherwise.
            drop(std::fs::remove_file(&aside));
            return Err(fault);
        }
    }
    disk::rename(&aside, &target)?;
    disk::sync_dir(dir)?;
    Ok(Some(Packed { segment, bytes_before: image.plain.len() as u64, bytes_after: bytes.len() as u64 }))
}
