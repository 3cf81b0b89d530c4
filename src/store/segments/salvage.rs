//! Reading what is left of damaged segments: every whole frame, in order, whatever stands between them.

use crate::model::id::Lsn;
use crate::store::contract::{Frame, StoreFault};
use crate::store::disk::io;
use crate::store::segments::file::{self, SEGMENT_HEAD_BYTES};
use crate::store::segments::frame::{FRAME_ALIGN_BYTES, frame_len, parse};
use crate::store::segments::{place_at, tail};
use std::path::Path;

/// Shows every whole frame of the journal in `dir`; returns the commits that are gone, as ranges of their places in the
/// order, the ends included. Whatever came after the last whole one is gone without a trace.
pub fn salvage(dir: &Path, see: &mut dyn FnMut(Frame) -> Result<(), StoreFault>) -> Result<Vec<(Lsn, Lsn)>, StoreFault> {
    let mut next = Lsn(1);
    let mut lost = Vec::new();
    for number in file::list(dir)? {
        let path = file::path(dir, number);
        let bytes = std::fs::read(&path).map_err(io("read", &path))?;
        let mut at = SEGMENT_HEAD_BYTES;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let whole = Some(rest).filter(|rest| tail::may_begin(rest, next)).and_then(parse).filter(|whole| whole.lsn >= next);
            let Some(whole) = whole else {
                at += FRAME_ALIGN_BYTES;
                continue;
            };
            if whole.lsn > next {
                lost.push((next, Lsn(whole.lsn.0 - 1)));
            }
            see(Frame { lsn: whole.lsn, place: place_at(number, at as u64), payload: whole.payload.to_vec() })?;
            next = Lsn(whole.lsn.0 + 1);
            at += frame_len(whole.payload.len());
        }
    }
    Ok(lost)
}
