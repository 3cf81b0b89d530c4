//! Reading what is left of damaged segments: every whole frame, in order, whatever stands between them.

use crate::model::id::Lsn;
use crate::store::contract::{Frame, StoreFault};
use crate::store::disk::io;
use crate::store::segments::file::{self, FORMAT_PACKED, SEGMENT_HEAD_BYTES, place_at};
use crate::store::segments::frame::{FRAME_ALIGN_BYTES, frame_len, parse};
use crate::store::segments::{packed, tail};
use std::path::Path;

/// Shows every whole frame of the journal in `dir`; returns the commits that are gone, as ranges of their places in the
/// order, the ends included. Whatever came after the last whole one is gone without a trace.
pub fn salvage(dir: &Path, see: &mut dyn FnMut(Frame) -> Result<(), StoreFault>) -> Result<Vec<(Lsn, Lsn)>, StoreFault> {
    let mut next = Lsn(1);
    let mut lost = Vec::new();
    for number in file::numbers(dir)? {
        for (begin, bytes) in pieces(&file::path(dir, number))? {
            let mut at = 0;
            while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
                let whole = Some(rest).filter(|rest| tail::may_begin(rest, next)).and_then(parse);
                let Some(whole) = whole.filter(|whole| whole.lsn >= next) else {
                    at += FRAME_ALIGN_BYTES;
                    continue;
                };
                if whole.lsn > next {
                    lost.push((next, Lsn(whole.lsn.0 - 1)));
                }
                let place = place_at(number, (begin + at) as u64);
                see(Frame { lsn: whole.lsn, place, payload: whole.payload.to_vec() })?;
                next = Lsn(whole.lsn.0 + 1);
                at += frame_len(whole.payload.len());
            }
        }
    }
    Ok(lost)
}

/// What can be read of a segment, each piece with where it begins in the plain one.
fn pieces(path: &Path) -> Result<Vec<(usize, Vec<u8>)>, StoreFault> {
    let bytes = std::fs::read(path).map_err(io("read", path))?;
    Ok(match file::read_head(path) {
        Ok(head) if head.format == FORMAT_PACKED => packed::salvage(&bytes),
        // A head that is broken does not say whether it was packed; the end does.
        Err(_) if packed::ends_so(&bytes) => packed::salvage(&bytes),
        Ok(_) | Err(_) => vec![(SEGMENT_HEAD_BYTES, bytes.get(SEGMENT_HEAD_BYTES..).unwrap_or_default().to_vec())],
    })
}
