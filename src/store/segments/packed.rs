//! A full segment, packed: its frames in blocks, each compressed by itself, and an index behind them.
//!
//! Head (format 2) | blocks | index | trailer, little-endian. A block: where it begins in the plain segment (u32), its bytes
//! there (u32), its bytes here (u32), CRC-32 of those twelve bytes and what follows (u32), then LZ4, or the plain bytes if
//! that is not shorter; padded to 8. The index: for each block, where it begins in the plain segment and where here (u32
//! each). The trailer: `engine\0p`, where the index begins, number of blocks, where the plain segment ends (u32 each), CRC-32
//! of index and trailer. Places stay what they were: a frame is found by its offset in the plain segment.

use crate::model::id::Lsn;
use crate::store::contract::StoreFault;
use crate::store::disk::io;
use crate::store::segments::file::{FORMAT_PACKED, Head, SEGMENT_HEAD_BYTES};
use crate::store::segments::frame::FRAME_ALIGN_BYTES;
use crate::store::segments::tail::{End, walk};
use std::convert::Infallible;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A block ends with the first frame that reaches this: large enough to compress well, small enough that one line of a
/// timeline costs a fraction of a millisecond.
const BLOCK_BYTES: usize = 64 << 10;
const BLOCK_HEAD_BYTES: usize = 16;
const TRAILER_BYTES: usize = 24;
const MAGIC: &[u8; 8] = b"engine\0p";
/// Longest block: a commit of its own, in a file whose offsets are 32 bits.
const BLOCK_BYTES_MAX: usize = u32::MAX as usize;

/// Where a block begins in the plain segment, and here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    plain_at: u32,
    at: u32,
}

/// What a trailer says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Index {
    rows: Vec<Row>,
    plain_end: u32,
}

/// Packs the plain segment whose bytes end with its last frame.
pub fn pack(head: &Head, plain: &[u8]) -> Vec<u8> {
    let mut out = Head { format: FORMAT_PACKED, ..head.clone() }.to_bytes();
    let mut rows = Vec::new();
    let mut begin = SEGMENT_HEAD_BYTES;
    let mut put_block = |out: &mut Vec<u8>, begin: usize, end: usize| {
        rows.push(Row { plain_at: begin as u32, at: out.len() as u32 });
        put(out, begin as u32, plain.get(begin..end).unwrap_or_default());
    };
    let from = End { offset: begin, next: head.first };
    let walked = walk(plain, from, &mut |offset, _| {
        if offset - begin >= BLOCK_BYTES {
            put_block(&mut out, begin, offset);
            begin = offset;
        }
        Ok::<_, Infallible>(ControlFlow::Continue(()))
    });
    let end = walked.map_or(begin, |(end, _)| end.offset);
    if end > begin {
        put_block(&mut out, begin, end);
    }
    let index_at = out.len();
    for row in &rows {
        out.extend(row.plain_at.to_le_bytes());
        out.extend(row.at.to_le_bytes());
    }
    out.extend(MAGIC);
    out.extend((index_at as u32).to_le_bytes());
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend((end as u32).to_le_bytes());
    let sum = crc32fast::hash(out.get(index_at..).unwrap_or_default());
    out.extend(sum.to_le_bytes());
    out
}

fn put(out: &mut Vec<u8>, plain_at: u32, plain: &[u8]) {
    let packed = lz4_flex::block::compress(plain);
    let stored = if packed.len() < plain.len() { packed.as_slice() } else { plain };
    let begin = out.len();
    out.extend(plain_at.to_le_bytes());
    out.extend((plain.len() as u32).to_le_bytes());
    out.extend((stored.len() as u32).to_le_bytes());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(out.get(begin..).unwrap_or_default());
    hasher.update(stored);
    out.extend(hasher.finalize().to_le_bytes());
    out.extend(stored);
    out.resize(out.len().next_multiple_of(FRAME_ALIGN_BYTES), 0);
}

/// The plain segment, its head included, up to its last frame.
pub fn plain(bytes: &[u8], path: &Path) -> Result<Vec<u8>, StoreFault> {
    let index = index_of(bytes, path)?;
    let mut out = bytes.get(..SEGMENT_HEAD_BYTES).unwrap_or_default().to_vec();
    for row in &index.rows {
        let block = bytes.get(row.at as usize..).and_then(block).filter(|block| block.0 == row.plain_at);
        let Some((plain_at, plain)) = block.filter(|(plain_at, _)| *plain_at as usize == out.len()) else {
            return Err(damaged(path, row.at.into(), "a block is broken"));
        };
        debug_assert_eq!(plain_at, row.plain_at, "the index was followed");
        out.extend(plain);
    }
    if out.len() == index.plain_end as usize { Ok(out) } else { Err(damaged(path, 0, "a block is missing")) }
}

/// Do the bytes end as a packed segment does?
pub fn ends_so(bytes: &[u8]) -> bool {
    bytes.len().checked_sub(TRAILER_BYTES).and_then(|at| bytes.get(at..)).is_some_and(|trailer| trailer.starts_with(MAGIC))
}

/// Every block that is whole, wherever it stands and whatever the index says.
pub fn salvage(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut found = Vec::new();
    let mut at = SEGMENT_HEAD_BYTES;
    while at < bytes.len() {
        match bytes.get(at..).and_then(block) {
            Some((plain_at, plain)) => {
                let stored =
                    bytes.get(at + 8..).and_then(|rest| rest.first_chunk::<4>()).map_or(0, |len| u32::from_le_bytes(*len));
                at += (BLOCK_HEAD_BYTES + stored as usize).next_multiple_of(FRAME_ALIGN_BYTES);
                found.push((plain_at as usize, plain));
            }
            None => at += FRAME_ALIGN_BYTES,
        }
    }
    found
}

/// The block that holds a frame's bytes from `plain_at` on, read from the file, and where it begins in the plain segment.
pub fn read_block(file: &File, path: &Path, plain_at: u64) -> Result<(u64, Vec<u8>), StoreFault> {
    let size = file.metadata().map_err(io("read", path))?.len();
    let mut trailer = [0; TRAILER_BYTES];
    let cut = || damaged(path, size, "the trailer is missing");
    let trailer_at = size.checked_sub(TRAILER_BYTES as u64).ok_or_else(cut)?;
    file.read_exact_at(&mut trailer, trailer_at).map_err(io("read", path))?;
    let index_at = trailer.get(8..).and_then(|rest| rest.first_chunk::<4>()).map_or(0, |at| u64::from(u32::from_le_bytes(*at)));
    let mut tail = vec![0; usize::try_from(size.checked_sub(index_at).ok_or_else(cut)?).unwrap_or(0)];
    file.read_exact_at(&mut tail, index_at).map_err(io("read", path))?;
    let index = index_in(&tail, index_at, path)?;
    let nth = index.rows.partition_point(|row| u64::from(row.plain_at) <= plain_at);
    let row = nth.checked_sub(1).and_then(|nth| index.rows.get(nth));
    let row = row.filter(|_| plain_at < index.plain_end.into()).ok_or_else(|| damaged(path, 0, "no commit stands there"))?;
    let end = index.rows.get(nth).map_or(index_at, |next| next.at.into());
    let mut bytes = vec![0; usize::try_from(end.saturating_sub(row.at.into())).unwrap_or(0)];
    file.read_exact_at(&mut bytes, row.at.into()).map_err(io("read", path))?;
    match block(&bytes) {
        Some((begin, plain)) if begin == row.plain_at => Ok((begin.into(), plain)),
        Some(_) | None => Err(damaged(path, row.at.into(), "a block is broken")),
    }
}

/// The block at the start of those bytes, if it is whole: where it begins in the plain segment, and its plain bytes.
fn block(bytes: &[u8]) -> Option<(u32, Vec<u8>)> {
    let (lengths, rest) = bytes.split_first_chunk::<12>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let number = |at: usize| lengths.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|bytes| u32::from_le_bytes(*bytes));
    let (plain_at, plain_len, stored_len) = (number(0)?, number(4)? as usize, number(8)? as usize);
    let stored = rest.get(..stored_len).filter(|_| 0 < stored_len && stored_len <= plain_len && plain_len <= BLOCK_BYTES_MAX)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lengths);
    hasher.update(stored);
    if hasher.finalize() != u32::from_le_bytes(*sum) {
        return None;
    }
    if stored_len == plain_len {
        return Some((plain_at, stored.to_vec()));
    }
    let plain = lz4_flex::block::decompress(stored, plain_len).ok()?;
    (plain.len() == plain_len).then_some((plain_at, plain))
}

fn index_of(bytes: &[u8], path: &Path) -> Result<Index, StoreFault> {
    let cut = || damaged(path, bytes.len() as u64, "the trailer is missing");
    let trailer_at = bytes.len().checked_sub(TRAILER_BYTES).ok_or_else(cut)?;
    let index_at = bytes.get(trailer_at + 8..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(cut)?;
    let index_at = u32::from_le_bytes(*index_at) as usize;
    index_in(bytes.get(index_at..).ok_or_else(cut)?, index_at as u64, path)
}

/// Reads index and trailer, which are all of `tail`.
fn index_in(tail: &[u8], at: u64, path: &Path) -> Result<Index, StoreFault> {
    let broken = || damaged(path, at, "the index is broken");
    let (body, sum) = tail.split_last_chunk::<4>().ok_or_else(broken)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
        return Err(broken());
    }
    let (rows, trailer) = body.split_at_checked(tail.len().saturating_sub(TRAILER_BYTES)).ok_or_else(broken)?;
    let number = |at: usize| trailer.get(at..).and_then(|rest| rest.first_chunk::<4>()).map(|bytes| u32::from_le_bytes(*bytes));
    let (Some(index_at), Some(blocks), Some(plain_end)) = (number(8), number(12), number(16)) else { return Err(broken()) };
    let is_whole = trailer.starts_with(MAGIC) && u64::from(index_at) == at && rows.len() == blocks as usize * 8;
    if !is_whole {
        return Err(broken());
    }
    let number =
        |row: &[u8], at: usize| row.get(at..).and_then(|row| row.first_chunk::<4>()).map_or(0, |n| u32::from_le_bytes(*n));
    let rows = rows.chunks_exact(8).map(|row| Row { plain_at: number(row, 0), at: number(row, 4) }).collect();
    Ok(Index { rows, plain_end })
}

fn damaged(path: &Path, offset: u64, what: &str) -> StoreFault {
    StoreFault::Damaged { file: path.to_path_buf(), offset, what: what.to_owned() }
}

/// Which commit the plain segment ends before.
pub fn next_of(head: &Head, plain: &[u8]) -> (usize, Lsn) {
    let walked = walk(plain, End { offset: SEGMENT_HEAD_BYTES, next: head.first }, &mut |_, _| {
        Ok::<_, Infallible>(ControlFlow::Continue(()))
    });
    walked.map_or((SEGMENT_HEAD_BYTES, head.first), |(end, _)| (end.offset, end.next))
}
