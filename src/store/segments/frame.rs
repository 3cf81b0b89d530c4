//! A commit as it stands in a segment: `length | CRC-32 | place in the order | nth of its batch | payload`, padded to 8 bytes.
//!
//! Numbers are little-endian: u32, u32, u64, u32 and four zero bytes. The checksum is CRC-32 (IEEE, as in zip), over all of
//! the frame but itself and the padding. `nth` tells a torn batch from damage: see `tail`.

use crate::model::id::Lsn;

/// Bytes before the payload.
pub const FRAME_HEAD_BYTES: usize = 24;

/// Frames begin at multiples of this, so that a search for them is short.
pub const FRAME_ALIGN_BYTES: usize = 8;

/// A frame that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<'a> {
    pub lsn: Lsn,
    /// The first commit of a batch has 0. All of a batch became durable by one `fdatasync`.
    pub nth: u32,
    pub payload: &'a [u8],
}

/// Bytes a frame takes with its padding.
pub fn frame_len(payload: usize) -> usize {
    (FRAME_HEAD_BYTES + payload).next_multiple_of(FRAME_ALIGN_BYTES)
}

/// Appends a frame.
pub fn put(out: &mut Vec<u8>, whole: Whole<'_>) {
    let begin = out.len();
    let len = (whole.payload.len() as u32).to_le_bytes();
    let lsn = whole.lsn.0.to_le_bytes();
    let nth = whole.nth.to_le_bytes();
    out.extend(len);
    out.extend(checksum(len, lsn, nth, whole.payload).to_le_bytes());
    out.extend(lsn);
    out.extend(nth);
    out.extend([0; 4]);
    out.extend(whole.payload);
    out.resize(begin + frame_len(whole.payload.len()), 0);
}

/// The frame at the start of those bytes, if it is whole.
pub fn parse(bytes: &[u8]) -> Option<Whole<'_>> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (lsn, rest) = rest.split_first_chunk::<8>()?;
    let (nth, rest) = rest.split_first_chunk::<4>()?;
    let (zero, rest) = rest.split_first_chunk::<4>()?;
    let payload = rest.get(..u32::from_le_bytes(*len) as usize)?;
    let is_whole = *zero == [0; 4] && !payload.is_empty() && checksum(*len, *lsn, *nth, payload) == u32::from_le_bytes(*sum);
    is_whole.then(|| Whole { lsn: Lsn(u64::from_le_bytes(*lsn)), nth: u32::from_le_bytes(*nth), payload })
}

/// The payload's length by the frame's head alone, not yet checked.
pub fn claimed_len(head: &[u8; FRAME_HEAD_BYTES]) -> usize {
    head.first_chunk::<4>().map_or(0, |len| u32::from_le_bytes(*len) as usize)
}

fn checksum(len: [u8; 4], lsn: [u8; 8], nth: [u8; 4], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&len);
    hasher.update(&lsn);
    hasher.update(&nth);
    hasher.update(payload);
    hasher.finalize()
}
