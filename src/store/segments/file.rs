//! Segment files: their names, heads, and how one comes into being.
//!
//! A head is 64 bytes: magic (8), format version (u16), zero (u16), number (u32), the journal's identity (16), its first
//! commit (u64), zeros, and the CRC-32 of all that (u32), little-endian. This layout stays in every later format.

use crate::model::id::Lsn;
use crate::store::contract::{Place, StoreFault};
use crate::store::disk::{self, free_mib, io};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Bytes before the first frame.
pub const SEGMENT_HEAD_BYTES: usize = 64;

/// A segment as it is written.
pub const FORMAT_PLAIN: u16 = 1;
/// A full one, packed; the newest that is read.
pub const FORMAT_PACKED: u16 = 2;

const MAGIC: &[u8; 8] = b"engine\0j";
const SUFFIX: &str = ".segment";
const UNFINISHED: &str = ".making";
const SEGMENT_MIB: u64 = 64;
const SYNCED_PORTION_BYTES: u64 = 4 << 20;
const ZEROS: &[u8] = &[0; 1 << 16];

/// What a segment says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub format: u16,
    pub number: u32,
    pub identity: [u8; 16],
    pub first: Lsn,
}

impl Head {
    /// The head as it stands in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEAD_BYTES);
        out.extend(MAGIC);
        out.extend(self.format.to_le_bytes());
        out.extend([0; 2]);
        out.extend(self.number.to_le_bytes());
        out.extend(self.identity);
        out.extend(self.first.0.to_le_bytes());
        out.resize(SEGMENT_HEAD_BYTES - 4, 0);
        out.extend(crc32fast::hash(&out).to_le_bytes());
        out
    }

    /// The head of the segment that is called `path`.
    pub fn parse(bytes: &[u8; SEGMENT_HEAD_BYTES], path: &Path) -> Result<Self, StoreFault> {
        let damaged = |what: &str| StoreFault::Damaged { file: path.to_path_buf(), offset: 0, what: what.to_owned() };
        let cut = || damaged("the head is too short");
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or_else(cut)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*sum) {
            return Err(damaged("the head's checksum is wrong"));
        }
        let (magic, rest) = body.split_first_chunk::<8>().ok_or_else(cut)?;
        let (format, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (_, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (number, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (identity, rest) = rest.split_first_chunk::<16>().ok_or_else(cut)?;
        let (first, _) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        if magic != MAGIC {
            return Err(damaged("this is no segment of a journal"));
        }
        let found = u16::from_le_bytes(*format);
        if found > FORMAT_PACKED {
            return Err(StoreFault::Newer { path: path.to_path_buf(), found, known: FORMAT_PACKED });
        }
        Ok(Self {
            format: found,
            number: u32::from_le_bytes(*number),
            identity: *identity,
            first: Lsn(u64::from_le_bytes(*first)),
        })
    }
}

/// Where a frame stands: its segment's number and the byte it begins at.
pub(super) fn place_at(segment: u32, offset: u64) -> Place {
    Place((u64::from(segment) << 32) | offset)
}

/// The segment's path.
pub fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}{SUFFIX}"))
}

/// The numbers of the segments in the directory, in order. Changes nothing: another process may be writing there.
pub fn numbers(dir: &Path) -> Result<Vec<u32>, StoreFault> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        numbers.extend(name.strip_suffix(SUFFIX).and_then(|number| number.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Removes files that never became segments.
pub fn sweep(dir: &Path) -> Result<(), StoreFault> {
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.ends_with(UNFINISHED)) {
            disk::remove(&path)?;
        }
    }
    Ok(())
}

/// Reads a segment's head.
pub fn read_head(path: &Path) -> Result<Head, StoreFault> {
    head_of(&File::open(path).map_err(io("open", path))?, path)
}

/// The head of a segment that is open.
pub fn head_of(file: &File, path: &Path) -> Result<Head, StoreFault> {
    let mut bytes = [0; SEGMENT_HEAD_BYTES];
    match file.read_exact_at(&mut bytes, 0) {
        Ok(()) => Head::parse(&bytes, path),
        Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => {
            Err(StoreFault::Damaged { file: path.to_path_buf(), offset: 0, what: "the head is too short".to_owned() })
        }
        Err(fault) => Err(io("read", path)(fault)),
    }
}

/// Opens a segment for reading and writing.
pub fn open(path: &Path) -> Result<File, StoreFault> {
    OpenOptions::new().read(true).write(true).open(path).map_err(io("open", path))
}

/// Where a file lies that will become a segment.
pub fn unfinished(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}{UNFINISHED}"))
}

/// A file of zeros that will become a segment; durable, but without a segment's name. `DiskFull` when there is no room
/// for it: nothing of the journal was touched, so it may be tried again.
pub fn prepare(dir: &Path, name: &str, bytes: u64) -> Result<PathBuf, StoreFault> {
    let path = unfinished(dir, name);
    let portions = (0..bytes).step_by(ZEROS.len()).map(|at| {
        let left = usize::try_from(bytes - at).unwrap_or(usize::MAX);
        ZEROS.get(..left).unwrap_or(ZEROS)
    });
    write_whole(&path, portions)?;
    Ok(path)
}

/// Writes a new file from its portions, and makes it durable. `DiskFull` when there is no room for it.
pub fn write_whole<'b>(path: &Path, portions: impl Iterator<Item = &'b [u8]>) -> Result<(), StoreFault> {
    let file = disk::create(path).map_err(|fault| full_or(fault, "create", path))?;
    let (mut at, mut synced) = (0, 0);
    for portion in portions {
        disk::write_at(&file, path, portion, at).map_err(|fault| full_or(fault, "write", path))?;
        at += portion.len() as u64;
        // Small portions, so that the batches written meanwhile do not wait behind a whole segment.
        if at - synced >= SYNCED_PORTION_BYTES {
            disk::sync_file(&file, path).map_err(|fault| full_or(fault, "sync", path))?;
            synced = at;
        }
    }
    disk::sync_file(&file, path).map_err(|fault| full_or(fault, "sync", path))
}

fn full_or(fault: Error, doing: &'static str, path: &Path) -> StoreFault {
    if fault.kind() != ErrorKind::StorageFull {
        return io(doing, path)(fault);
    }
    let dir = path.parent().unwrap_or(path);
    StoreFault::DiskFull { path: dir.to_path_buf(), free_mib: free_mib(dir).unwrap_or(0), needed_mib: SEGMENT_MIB }
}

/// Makes the prepared file the segment of that head: head, name, and the directory's entry are durable on return.
pub fn christen(prepared: &Path, dir: &Path, head: &Head) -> Result<File, StoreFault> {
    let file = open(prepared)?;
    disk::write_at(&file, prepared, &head.to_bytes(), 0).map_err(io("write", prepared))?;
    disk::sync_file(&file, prepared).map_err(io("sync", prepared))?;
    disk::rename(prepared, &path(dir, head.number))?;
    disk::sync_dir(dir)?;
    Ok(file)
}
