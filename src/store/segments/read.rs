//! Reading segments, plain or packed: all of one, or one frame of it.

use crate::model::id::Lsn;
use crate::store::bytes::are_zeros;
use crate::store::contract::{Frame, StoreFault};
use crate::store::disk::io;
use crate::store::segments::file::{FORMAT_PACKED, Head, SEGMENT_HEAD_BYTES, head_of, path, place_at, read_head};
use crate::store::segments::frame::{FRAME_HEAD_BYTES, Whole, claimed_len, frame_len, parse};
use crate::store::segments::packed;
use crate::store::segments::tail::{self, End, See};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bytes read at once.
const PORTION_BYTES: usize = 64 << 10;

/// A segment, read whole.
#[derive(Debug)]
pub struct Image {
    pub head: Head,
    /// The plain segment: of a packed one up to its last frame, else as long as the file.
    pub plain: Vec<u8>,
}

/// Reads all of a segment. Another process may pack it meanwhile: what was opened is read to its end.
pub fn image(path: &Path) -> Result<Image, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let bytes = written(&mut file).map_err(io("read", path))?;
    let too_short = || StoreFault::Damaged { file: path.to_path_buf(), offset: 0, what: "the head is too short".to_owned() };
    let head = Head::parse(bytes.first_chunk::<SEGMENT_HEAD_BYTES>().ok_or_else(too_short)?, path)?;
    if head.format != FORMAT_PACKED {
        return Ok(Image { head, plain: bytes });
    }
    Ok(Image { plain: packed::plain(&bytes, path)?, head })
}

/// All of the file. A segment is mostly zeros until it is full: those are not copied, and memory that nobody has touched
/// takes none.
fn written(file: &mut File) -> std::io::Result<Vec<u8>> {
    let len = usize::try_from(file.metadata()?.len()).map_err(|_| std::io::ErrorKind::FileTooLarge)?;
    let mut bytes = vec![0; len];
    let mut buffer = vec![0; PORTION_BYTES.min(len)];
    for portion in bytes.chunks_mut(PORTION_BYTES) {
        let Some(read) = buffer.get_mut(..portion.len()) else { break };
        file.read_exact(read)?;
        if !are_zeros(read) {
            portion.copy_from_slice(read);
        }
    }
    Ok(bytes)
}

/// As `tail::walk`, over a segment's file from the commit that its head names. Of a plain one it holds a frame at a time: most
/// of it may be zeros. Says also how long the plain segment is.
pub fn walk(path: &Path, see: See<'_, StoreFault>) -> Result<Walked, StoreFault> {
    let file = File::open(path).map_err(io("open", path))?;
    let head = head_of(&file, path)?;
    let begin = End { offset: SEGMENT_HEAD_BYTES, next: head.first };
    if head.format == FORMAT_PACKED {
        let plain = image(path)?.plain;
        let (end, flow) = tail::walk(&plain, begin, see)?;
        return Ok(Walked { head, end, flow, bytes: plain.len() as u64 });
    }
    let size = file.metadata().map_err(io("read", path))?.len();
    let mut frames = Frames { reader: BufReader::with_capacity(PORTION_BYTES, file), left: size, frame: Vec::new() };
    frames.skip(SEGMENT_HEAD_BYTES).map_err(io("read", path))?;
    let (mut end, mut flow) = (begin, ControlFlow::Continue(()));
    while flow.is_continue()
        && let Some(whole) = frames.next().map_err(io("read", path))?.filter(|whole| whole.lsn == end.next)
    {
        flow = see(end.offset, whole)?;
        end = End { offset: end.offset + frame_len(whole.payload.len()), next: Lsn(end.next.0 + 1) };
    }
    Ok(Walked { head, end, flow, bytes: size })
}

/// Is there nothing but zeros in the file from there on?
pub fn is_empty_from(path: &Path, offset: u64) -> Result<bool, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    file.seek(SeekFrom::Start(offset)).map_err(io("read", path))?;
    let mut buffer = vec![0; PORTION_BYTES];
    loop {
        match file.read(&mut buffer).map_err(io("read", path))? {
            0 => return Ok(true),
            read if !are_zeros(buffer.get(..read).unwrap_or_default()) => return Ok(false),
            _ => {}
        }
    }
}

/// What a walk over a segment came to.
#[derive(Debug)]
pub struct Walked {
    pub head: Head,
    pub end: End,
    pub flow: ControlFlow<()>,
    /// Of the plain segment.
    pub bytes: u64,
}

/// The frames of a plain segment, one after another.
struct Frames {
    reader: BufReader<File>,
    /// Bytes of the file not yet read.
    left: u64,
    frame: Vec<u8>,
}

impl Frames {
    fn skip(&mut self, bytes: usize) -> std::io::Result<()> {
        self.left = self.left.saturating_sub(bytes as u64);
        self.reader.seek_relative(bytes as i64)
    }

    /// Reads so many bytes more of the frame; no: the file is shorter.
    fn fill(&mut self, bytes: usize) -> std::io::Result<bool> {
        if bytes as u64 > self.left {
            return Ok(false);
        }
        let from = self.frame.len();
        self.frame.resize(from + bytes, 0);
        self.reader.read_exact(self.frame.get_mut(from..).unwrap_or_default())?;
        self.left -= bytes as u64;
        Ok(true)
    }

    /// The next one, if it is whole.
    fn next(&mut self) -> std::io::Result<Option<Whole<'_>>> {
        self.frame.clear();
        if !self.fill(FRAME_HEAD_BYTES)? {
            return Ok(None);
        }
        let claimed = self.frame.first_chunk::<FRAME_HEAD_BYTES>().map_or(0, claimed_len);
        if !self.fill(claimed)? {
            return Ok(None);
        }
        let padding = frame_len(claimed) - FRAME_HEAD_BYTES - claimed;
        self.skip(padding)?;
        Ok(parse(&self.frame))
    }
}

/// The frame that begins at `offset` of the plain segment.
pub fn frame_at(dir: &Path, segment: u32, offset: u64) -> Result<Frame, StoreFault> {
    let path = path(dir, segment);
    let file = File::open(&path).map_err(io("open", &path))?;
    let damaged = || StoreFault::Damaged { file: path.clone(), offset, what: "a commit is broken".to_owned() };
    let bytes = if read_head(&path)?.format == FORMAT_PACKED {
        // Packed since it was opened, perhaps: the file by that name is.
        let file = File::open(&path).map_err(io("open", &path))?;
        let (begin, block) = packed::read_block(&file, &path, offset)?;
        let at = usize::try_from(offset.saturating_sub(begin)).unwrap_or(usize::MAX);
        block.get(at..).ok_or_else(damaged)?.to_vec()
    } else {
        let mut bytes = vec![0; FRAME_HEAD_BYTES];
        file.read_exact_at(&mut bytes, offset).map_err(io("read", &path))?;
        let claimed = bytes.first_chunk::<FRAME_HEAD_BYTES>().map_or(0, claimed_len);
        let size = file.metadata().map_err(io("read", &path))?.len();
        if offset + (FRAME_HEAD_BYTES + claimed) as u64 > size {
            return Err(damaged());
        }
        bytes.resize(FRAME_HEAD_BYTES + claimed, 0);
        file.read_exact_at(&mut bytes, offset).map_err(io("read", &path))?;
        bytes
    };
    let whole = parse(&bytes).ok_or_else(damaged)?;
    Ok(Frame { lsn: whole.lsn, place: place_at(segment, offset), payload: whole.payload.to_vec() })
}

/// Where the frames of a segment that is full end, and which commit comes next.
pub fn end_of(image: &Image) -> (usize, Lsn) {
    packed::next_of(&image.head, &image.plain)
}
