//! Where the frames of a segment end, and whether they end as a crash may leave them.
//!
//! A crash leaves a *torn* batch: any of its pages may have reached the disk, in any order, so a bad frame may be followed by
//! good ones of the same batch. A good frame of a *later* batch proves that the bad one was durable once: that is damage.

use crate::model::id::Lsn;
use crate::store::bytes::are_zeros;
use crate::store::segments::frame::{FRAME_ALIGN_BYTES, Whole, frame_len, parse};
use std::ops::ControlFlow;

/// What stands after the last good frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Zeros: nothing was ever written there.
    Nothing,
    /// Less than a batch, never acknowledged.
    Torn,
    /// Something that was acknowledged is gone.
    Damage { what: String },
}

/// The end of a segment's frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Where the next frame belongs.
    pub offset: usize,
    /// The commit that belongs there.
    pub next: Lsn,
}

/// Looks at a frame and its offset.
pub type See<'s, E> = &'s mut dyn FnMut(usize, Whole<'_>) -> Result<ControlFlow<()>, E>;

/// Walks the good frames from `offset`, where commit `next` belongs, until one is bad or `see` breaks.
pub fn walk<E>(bytes: &[u8], from: End, see: See<'_, E>) -> Result<(End, ControlFlow<()>), E> {
    let mut end = from;
    while let Some(whole) = bytes.get(end.offset..).and_then(parse).filter(|whole| whole.lsn == end.next) {
        let flow = see(end.offset, whole)?;
        end = End { offset: end.offset + frame_len(whole.payload.len()), next: Lsn(end.next.0 + 1) };
        if flow.is_break() {
            return Ok((end, flow));
        }
    }
    Ok((end, ControlFlow::Continue(())))
}

/// Judges what stands after the end.
pub fn after(bytes: &[u8], end: &End) -> After {
    let rest = bytes.get(end.offset..).unwrap_or_default();
    if are_zeros(rest) {
        return After::Nothing;
    }
    let later = (0..rest.len()).step_by(FRAME_ALIGN_BYTES).filter_map(|at| {
        let whole = rest.get(at..).filter(|rest| may_begin(rest, end.next)).and_then(parse)?;
        let batch = whole.lsn.0.saturating_sub(u64::from(whole.nth));
        (at == 0 || batch > end.next.0).then_some((at, whole.lsn))
    });
    match later.into_iter().next() {
        Some((0, found)) => After::Damage { what: format!("commit {found} stands where commit {} belongs", end.next) },
        Some((at, found)) => After::Damage {
            what: format!("commit {} is broken, but the later commit {found} is whole at byte {}", end.next, end.offset + at),
        },
        None => After::Torn,
    }
}

/// Could a frame of about that place in the order begin here? Spares most checksums of the search.
pub fn may_begin(rest: &[u8], next: Lsn) -> bool {
    let len = rest.first_chunk::<4>().map_or(0, |len| u32::from_le_bytes(*len));
    let lsn = rest.get(8..).and_then(|rest| rest.first_chunk::<8>()).map_or(0, |lsn| u64::from_le_bytes(*lsn));
    len > 0 && (len as usize) < rest.len() && lsn.abs_diff(next.0) <= rest.len() as u64
}
