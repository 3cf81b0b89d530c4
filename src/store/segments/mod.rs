//! The journal on one machine: segment files, preallocated and zero-filled, written by `pwrite` and `fdatasync`.
//!
//! Knows bytes and their order, never what a commit means. Opening cuts what a crash left half-written, and refuses what a
//! crash cannot have left. Start at [`SegmentJournal::open`].

pub mod copy;
pub mod file;
mod frame;
mod packed;
mod packing;
pub mod read;
pub mod salvage;
mod spare;
mod tail;

use crate::model::id::Lsn;
use crate::model::planted::{Bug, is_planted};
use crate::store::contract::{Frame, Journal, Place, StoreFault};
use crate::store::disk::{self, io};
use crate::store::guard::locked;
use crate::store::segments::file::{FORMAT_PACKED, FORMAT_PLAIN, Head, SEGMENT_HEAD_BYTES, place_at};
use crate::store::segments::frame::{Whole, frame_len};
pub use crate::store::segments::packing::Packed;
use crate::store::segments::spare::Spare;
use crate::store::segments::tail::After;
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Size of a segment in bytes, unless one commit alone needs more.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// A journal in a directory of its own.
#[derive(Debug)]
pub struct SegmentJournal {
    dir: PathBuf,
    segment_bytes: u64,
    identity: [u8; 16],
    layout: Mutex<Layout>,
    /// The first commit of every segment.
    firsts: Mutex<BTreeMap<u32, Lsn>>,
    /// Every segment before this one is packed, or was tried.
    packed_before: Mutex<u32>,
    /// An unfinished write behind the end, not yet cut: where it begins, and how long it is.
    torn: Mutex<Option<(u64, usize)>>,
    writer: Mutex<Writer>,
}

/// Where the next frame goes: ahead of the writer by what is not yet appended.
#[derive(Debug, Clone, Copy)]
struct Layout {
    segment: u32,
    offset: u64,
    capacity: u64,
}

#[derive(Debug)]
struct Writer {
    file: File,
    segment: u32,
    next: Lsn,
    buffer: Vec<u8>,
    spare: Spare,
}

fn place_parts(place: Place) -> (u32, u64) {
    ((place.0 >> 32) as u32, place.0 & 0xffff_ffff)
}

impl SegmentJournal {
    /// Opens the journal in `dir`, or begins one there; says in sentences what had to be mended. `identity` names a new
    /// one. A segment that a crash cannot have left so is `Damaged`, with its file and offset.
    pub fn open(dir: &Path, segment_bytes: u64, identity: [u8; 16]) -> Result<(Self, Vec<String>), StoreFault> {
        let journal = Self::look(dir, segment_bytes, identity)?;
        let mended = journal.cut()?.into_iter().collect();
        Ok((journal, mended))
    }

    /// As `open`, but what a crash left unfinished at the end stays for a look, until `cut`. Nothing may be appended
    /// before.
    pub fn look(dir: &Path, segment_bytes: u64, identity: [u8; 16]) -> Result<Self, StoreFault> {
        file::sweep(dir)?;
        if file::numbers(dir)?.is_empty() {
            let head = Head { format: FORMAT_PLAIN, number: 1, identity, first: Lsn(1) };
            file::christen(&file::prepare(dir, "first", segment_bytes)?, dir, &head)?;
        }
        let heads = heads(dir, file::numbers(dir)?)?;
        let Some(last) = heads.last() else { return Err(StoreFault::Closed) };
        let path = file::path(dir, last.number);
        let walked = read::walk(&path, &mut |_, _| Ok(ControlFlow::Continue(())))?;
        let torn = torn_behind(&path, &walked)?;
        let (end, capacity) = (walked.end, walked.bytes);
        Ok(Self {
            dir: dir.to_path_buf(),
            segment_bytes,
            identity: last.identity,
            layout: Mutex::new(Layout { segment: last.number, offset: end.offset as u64, capacity }),
            writer: Mutex::new(Writer {
                file: file::open(&path)?,
                segment: last.number,
                next: end.next,
                buffer: Vec::new(),
                spare: Spare::default(),
            }),
            firsts: Mutex::new(heads.iter().map(|head| (head.number, head.first)).collect()),
            packed_before: Mutex::new(1),
            torn: Mutex::new(torn),
        })
    }

    /// Zeroes what a crash left unfinished at the end, so that its remains are never taken for frames.
    pub fn cut(&self) -> Result<Option<String>, StoreFault> {
        let Some((at, len)) = *locked(&self.torn) else { return Ok(None) };
        let writer = locked(&self.writer);
        let path = file::path(&self.dir, writer.segment);
        disk::write_at(&writer.file, &path, &vec![0; len], at).map_err(io("write", &path))?;
        disk::sync_file(&writer.file, &path).map_err(io("sync", &path))?;
        *locked(&self.torn) = None;
        let name = path.file_name().unwrap_or_default().display();
        Ok(Some(format!("cut an unfinished write at byte {at} of {name}; nothing acknowledged was in it")))
    }

    /// Is there no segment in the directory?
    pub fn is_empty(dir: &Path) -> Result<bool, StoreFault> {
        Ok(file::numbers(dir)?.is_empty())
    }

    /// The file in which the journal ends, and how far inside.
    pub fn end(&self) -> (PathBuf, u64) {
        let layout = *locked(&self.layout);
        (file::path(&self.dir, layout.segment), layout.offset)
    }

    /// Packs the oldest full segment that is not packed; none: there is none.
    pub fn pack_one(&self) -> Result<Option<Packed>, StoreFault> {
        loop {
            let next = *locked(&self.packed_before);
            let Some(follows) = locked(&self.firsts).get(&(next + 1)).copied() else { return Ok(None) };
            // What cannot be packed now is tried again by the next engine.
            *locked(&self.packed_before) = next + 1;
            if let Some(packed) = packing::pack(&self.dir, next, follows)? {
                return Ok(Some(packed));
            }
        }
    }

    /// A segment for the frame, large enough for it.
    fn capacity_for(&self, frame: usize) -> u64 {
        self.segment_bytes.max((SEGMENT_HEAD_BYTES + frame) as u64)
    }

    fn roll(&self, writer: &mut Writer, segment: u32, frame: &Frame) -> Result<(), StoreFault> {
        let head = Head { format: FORMAT_PLAIN, number: segment, identity: self.identity, first: frame.lsn };
        let capacity = self.capacity_for(frame_len(frame.payload.len()));
        let prepared = match writer.spare.take() {
            Some(spare) if capacity == self.segment_bytes => spare,
            Some(_) | None => file::prepare(&self.dir, "next", capacity)?,
        };
        writer.file = file::christen(&prepared, &self.dir, &head)?;
        writer.segment = segment;
        locked(&self.firsts).insert(segment, frame.lsn);
        Ok(())
    }

    fn write(&self, writer: &mut Writer, frames: &[Arc<Frame>]) -> Result<(), StoreFault> {
        let Some(first) = frames.first() else { return Ok(()) };
        let (segment, offset) = place_parts(first.place);
        if segment != writer.segment {
            self.roll(writer, segment, first)?;
        }
        let mut buffer = std::mem::take(&mut writer.buffer);
        buffer.clear();
        for (nth, frame) in frames.iter().enumerate() {
            frame::put(&mut buffer, Whole { lsn: frame.lsn, nth: nth as u32, payload: &frame.payload });
        }
        let path = file::path(&self.dir, segment);
        disk::write_at(&writer.file, &path, &buffer, offset).map_err(io("write", &path))?;
        if !is_planted(Bug::NoFdatasync) {
            disk::sync_file(&writer.file, &path).map_err(io("sync", &path))?;
        }
        writer.next = Lsn(first.lsn.0 + frames.len() as u64);
        if offset + buffer.len() as u64 > self.segment_bytes / 2 {
            writer.spare.begin(&self.dir, self.segment_bytes);
        }
        writer.buffer = buffer;
        Ok(())
    }

    /// The segments to replay, each with its first commit and the first commit of the next.
    fn spans(&self, from: Lsn) -> Vec<(u32, Lsn, Option<Lsn>)> {
        let firsts: Vec<(u32, Lsn)> = locked(&self.firsts).iter().map(|(number, first)| (*number, *first)).collect();
        let next = firsts.iter().skip(1).map(|(_, first)| Some(*first)).chain([None]);
        let spans = firsts.iter().zip(next).map(|((number, first), next)| (*number, *first, next));
        spans.filter(|(_, _, next)| next.is_none_or(|next| next > from)).collect()
    }
}

impl Journal for SegmentJournal {
    fn place(&self, bytes: usize) -> Place {
        let len = frame_len(bytes);
        let mut layout = locked(&self.layout);
        if layout.offset + len as u64 > layout.capacity {
            let segment = layout.segment + 1;
            *layout = Layout { segment, offset: SEGMENT_HEAD_BYTES as u64, capacity: self.capacity_for(len) };
        }
        let place = place_at(layout.segment, layout.offset);
        layout.offset += len as u64;
        place
    }

    fn append(&self, expected: Lsn, frames: &[Arc<Frame>]) -> Result<(), StoreFault> {
        let mut writer = locked(&self.writer);
        if writer.next != expected || frames.first().is_some_and(|frame| frame.lsn != expected) {
            let because = format!("commit {expected} was to be written, but the journal expects commit {}", writer.next);
            return Err(StoreFault::Poisoned { because });
        }
        frames
            .chunk_by(|a, b| place_parts(a.place).0 == place_parts(b.place).0)
            .try_for_each(|same| self.write(&mut writer, same))
    }

    fn read(&self, place: Place) -> Result<Frame, StoreFault> {
        let (segment, offset) = place_parts(place);
        read::frame_at(&self.dir, segment, offset)
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Frame) -> Result<ControlFlow<()>, StoreFault>) -> Result<(), StoreFault> {
        let last = self.last();
        for (number, first, next) in self.spans(from) {
            let path = file::path(&self.dir, number);
            let mut see_one = |offset: usize, whole: Whole<'_>| {
                if whole.lsn < from {
                    return Ok(ControlFlow::Continue(()));
                }
                if whole.lsn > last {
                    return Ok(ControlFlow::Break(()));
                }
                see(Frame { lsn: whole.lsn, place: place_at(number, offset as u64), payload: whole.payload.to_vec() })
            };
            let read::Walked { head, end, flow, .. } = read::walk(&path, &mut see_one)?;
            if head.first != first {
                let what = format!("it begins with commit {}, not with commit {first}", head.first);
                return Err(StoreFault::Damaged { file: path, offset: 0, what });
            }
            if flow.is_break() {
                return Ok(());
            }
            let wanted = next.unwrap_or(Lsn(last.0 + 1));
            if end.next < wanted {
                let what = format!("commit {} is broken or missing", end.next);
                return Err(StoreFault::Damaged { file: path, offset: end.offset as u64, what });
            }
        }
        Ok(())
    }

    fn whereabouts(&self, place: Place) -> (PathBuf, u64) {
        let (segment, offset) = place_parts(place);
        (file::path(&self.dir, segment), offset)
    }

    fn last(&self) -> Lsn {
        Lsn(locked(&self.writer).next.0 - 1)
    }

    fn identity(&self) -> [u8; 16] {
        self.identity
    }

    fn bytes(&self) -> u64 {
        let numbers: Vec<u32> = locked(&self.firsts).keys().copied().collect();
        numbers.iter().filter_map(|number| std::fs::metadata(file::path(&self.dir, *number)).ok()).map(|data| data.len()).sum()
    }
}

/// Reads every head: numbers from 1 without gaps, one identity, the order rising.
fn heads(dir: &Path, numbers: Vec<u32>) -> Result<Vec<Head>, StoreFault> {
    let mut heads: Vec<Head> = Vec::new();
    for (number, wanted) in numbers.into_iter().zip(1..) {
        let damaged = |what: &str| StoreFault::Damaged { file: file::path(dir, wanted), offset: 0, what: what.to_owned() };
        if number != wanted {
            return Err(damaged("the segment is missing"));
        }
        let head = file::read_head(&file::path(dir, number))?;
        if head.number != number {
            return Err(damaged(&format!("this is segment {}, under another name", head.number)));
        }
        // One that begins with the same commit: what was before it is empty, for its first commit did not fit.
        let follows = heads.last().is_none_or(|before| before.identity == head.identity && before.first <= head.first);
        if !follows || (heads.is_empty() && head.first != Lsn(1)) {
            return Err(damaged("the segment does not follow the one before it"));
        }
        heads.push(head);
    }
    Ok(heads)
}

/// What of a torn batch stands behind the end of the last segment: from where, and how long.
fn torn_behind(path: &Path, walked: &read::Walked) -> Result<Option<(u64, usize)>, StoreFault> {
    let end = &walked.end;
    let is_packed = walked.head.format == FORMAT_PACKED;
    if !is_packed && read::is_empty_from(path, end.offset as u64)? {
        return Ok(None);
    }
    let plain = read::image(path)?.plain;
    let damaged = |what| StoreFault::Damaged { file: path.to_path_buf(), offset: end.offset as u64, what };
    match tail::after(&plain, end) {
        After::Nothing => Ok(None),
        After::Damage { what } => Err(damaged(what)),
        // It was whole when it was packed.
        After::Torn if is_packed => Err(damaged(format!("commit {} is broken", end.next))),
        After::Torn => Ok(Some((end.offset as u64, plain.len() - end.offset))),
    }
}
