//! Reading segments, plain or packed: all of one, or one frame of it.

use crate::model::id::Lsn;
use crate::store::bytes::are_zeros;
use crate::store::contract::{Frame, StoreFault};
use crate::store::disk::io;
use crate::store::segments::file::{FORMAT_PACKED, Head, SEGMENT_HEAD_BYTES, path, place_at, read_head};
use crate::store::segments::frame::{FRAME_HEAD_BYTES, claimed_len, parse};
use crate::store::segments::packed;
use std::fs::File;
use std::io::Read;
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
    pub is_packed: bool,
}

/// Reads all of a segment. Another process may pack it meanwhile: what was opened is read to its end.
pub fn image(path: &Path) -> Result<Image, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let bytes = written(&mut file).map_err(io("read", path))?;
    let too_short = || StoreFault::Damaged { file: path.to_path_buf(), offset: 0, what: "the head is too short".to_owned() };
    let head = Head::parse(bytes.first_chunk::<SEGMENT_HEAD_BYTES>().ok_or_else(too_short)?, path)?;
    if head.format != FORMAT_PACKED {
        return Ok(Image { head, plain: bytes, is_packed: false });
    }
    Ok(Image { plain: packed::plain(&bytes, path)?, head, is_packed: true })
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
