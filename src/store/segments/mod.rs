//! The journal on one machine: segment files, preallocated and zero-filled, written by `pwrite` and `fdatasync`.
//!
//! Knows bytes and their order, never what a commit means. Opening cuts what a crash left half-written, and refuses what a
//! crash cannot have left. Start at [`SegmentJournal::open`].

mod file;
mod frame;
pub mod salvage;
mod spare;
mod tail;

use crate::model::id::Lsn;
use crate::store::contract::{Frame, Journal, Place, StoreFault};
use crate::store::disk::io;
use crate::store::guard::locked;
use crate::store::segments::file::{Head, SEGMENT_HEAD_BYTES};
use crate::store::segments::frame::{FRAME_HEAD_BYTES, Whole, frame_len};
use crate::store::segments::spare::Spare;
use crate::store::segments::tail::{After, End};
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
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

fn place_at(segment: u32, offset: u64) -> Place {
    Place((u64::from(segment) << 32) | offset)
}

fn place_parts(place: Place) -> (u32, u64) {
    ((place.0 >> 32) as u32, place.0 & 0xffff_ffff)
}

impl SegmentJournal {
    /// Opens the journal in `dir`, or begins one there; says in sentences what had to be mended. `identity` names a new
    /// one. A segment that a crash cannot have left so is `Damaged`, with its file and offset.
    pub fn open(dir: &Path, segment_bytes: u64, identity: [u8; 16]) -> Result<(Self, Vec<String>), StoreFault> {
        let mut mended = Vec::new();
        let numbers = file::list(dir)?;
        if numbers.is_empty() {
            let head = Head { number: 1, identity, first: Lsn(1) };
            file::christen(&file::prepare(dir, "first", segment_bytes)?, dir, &head)?;
        }
        let heads = heads(dir, if numbers.is_empty() { vec![1] } else { numbers })?;
        let Some(last) = heads.last() else { return Err(StoreFault::Closed) };
        let path = file::path(dir, last.number);
        let file = file::open(&path)?;
        let bytes = std::fs::read(&path).map_err(io("read", &path))?;
        let end = mend(&path, &file, &bytes, last.first, &mut mended)?;
        let layout = Layout { segment: last.number, offset: end.offset as u64, capacity: bytes.len() as u64 };
        let journal = Self {
            dir: dir.to_path_buf(),
            segment_bytes,
            identity: last.identity,
            layout: Mutex::new(layout),
            writer: Mutex::new(Writer {
                file,
                segment: last.number,
                next: end.next,
                buffer: Vec::new(),
                spare: Spare::default(),
            }),
            firsts: Mutex::new(heads.iter().map(|head| (head.number, head.first)).collect()),
        };
        Ok((journal, mended))
    }

    /// A segment for the frame, large enough for it.
    fn capacity_for(&self, frame: usize) -> u64 {
        self.segment_bytes.max((SEGMENT_HEAD_BYTES + frame) as u64)
    }

    fn roll(&self, writer: &mut Writer, segment: u32, frame: &Frame) -> Result<(), StoreFault> {
        let head = Head { number: segment, identity: self.identity, first: frame.lsn };
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
        writer.file.write_all_at(&buffer, offset).map_err(io("write", &path))?;
        writer.file.sync_data().map_err(io("sync", &path))?;
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
        let path = file::path(&self.dir, segment);
        let file = File::open(&path).map_err(io("open", &path))?;
        let mut bytes = vec![0; FRAME_HEAD_BYTES];
        file.read_exact_at(&mut bytes, offset).map_err(io("read", &path))?;
        let claimed = bytes.first_chunk::<FRAME_HEAD_BYTES>().map_or(0, frame::claimed_len);
        let size = file.metadata().map_err(io("read", &path))?.len();
        let damaged = || StoreFault::Damaged { file: path.clone(), offset, what: "a commit is broken".to_owned() };
        if offset + (FRAME_HEAD_BYTES + claimed) as u64 > size {
            return Err(damaged());
        }
        bytes.resize(FRAME_HEAD_BYTES + claimed, 0);
        file.read_exact_at(&mut bytes, offset).map_err(io("read", &path))?;
        let whole = frame::parse(&bytes).ok_or_else(damaged)?;
        Ok(Frame { lsn: whole.lsn, place, payload: whole.payload.to_vec() })
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Frame) -> Result<ControlFlow<()>, StoreFault>) -> Result<(), StoreFault> {
        let last = self.last();
        for (number, first, next) in self.spans(from) {
            let path = file::path(&self.dir, number);
            let bytes = std::fs::read(&path).map_err(io("read", &path))?;
            let mut see_one = |offset: usize, whole: Whole<'_>| {
                if whole.lsn < from {
                    return Ok(ControlFlow::Continue(()));
                }
                if whole.lsn > last {
                    return Ok(ControlFlow::Break(()));
                }
                see(Frame { lsn: whole.lsn, place: place_at(number, offset as u64), payload: whole.payload.to_vec() })
            };
            let (end, flow) = tail::walk(&bytes, End { offset: SEGMENT_HEAD_BYTES, next: first }, &mut see_one)?;
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
        let follows = heads.last().is_none_or(|before| before.identity == head.identity && before.first < head.first);
        if !follows || (heads.is_empty() && head.first != Lsn(1)) {
            return Err(damaged("the segment does not follow the one before it"));
        }
        heads.push(head);
    }
    Ok(heads)
}

/// Finds the end of the last segment; zeroes a torn batch, so that its remains are never taken for frames.
fn mend(path: &Path, file: &File, bytes: &[u8], first: Lsn, mended: &mut Vec<String>) -> Result<End, StoreFault> {
    let begin = End { offset: SEGMENT_HEAD_BYTES, next: first };
    let (end, _) = tail::walk(bytes, begin, &mut |_, _| Ok(ControlFlow::Continue(())))?;
    match tail::after(bytes, &end) {
        After::Nothing => {}
        After::Damage { what } => return Err(StoreFault::Damaged { file: path.to_path_buf(), offset: end.offset as u64, what }),
        After::Torn => {
            let zeros = vec![0; bytes.len() - end.offset];
            file.write_all_at(&zeros, end.offset as u64).map_err(io("write", path))?;
            file.sync_data().map_err(io("sync", path))?;
            let name = path.file_name().unwrap_or_default().display();
            mended.push(format!("cut an unfinished write at byte {} of {name}; nothing acknowledged was in it", end.offset));
        }
    }
    Ok(end)
}
