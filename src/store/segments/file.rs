//! Segment files: their names, heads, and how one comes into being.
//!
//! A head is 64 bytes: magic (8), format version (u16), zero (u16), number (u32), the journal's identity (16), its first
//! commit (u64), zeros, and the CRC-32 of all that (u32), little-endian. This layout stays in every later format.

use crate::model::id::Lsn;
use crate::store::contract::StoreFault;
use crate::store::disk::{free_mib, io, sync_dir};
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Bytes before the first frame.
pub const SEGMENT_HEAD_BYTES: usize = 64;

/// The format written; the newest that is read.
pub const SEGMENT_FORMAT: u16 = 1;

const MAGIC: &[u8; 8] = b"engine\0j";
const SUFFIX: &str = ".segment";
const UNFINISHED: &str = ".making";
const SEGMENT_MIB: u64 = 64;
const SYNCED_PORTION_BYTES: u64 = 4 << 20;
const ZEROS: &[u8] = &[0; 1 << 16];

/// What a segment says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub number: u32,
    pub identity: [u8; 16],
    pub first: Lsn,
}

impl Head {
    /// The head as it stands in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SEGMENT_HEAD_BYTES);
        out.extend(MAGIC);
        out.extend(SEGMENT_FORMAT.to_le_bytes());
        out.extend([0; 2]);
        out.extend(self.number.to_le_bytes());
        out.extend(self.identity);
        out.extend(self.first.0.to_le_bytes());
        out.resize(SEGMENT_HEAD_BYTES - 4, 0);
        out.extend(crc32fast::hash(&out).to_le_bytes());
        out
    }

    fn parse(bytes: &[u8; SEGMENT_HEAD_BYTES], path: &Path) -> Result<Self, StoreFault> {
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
        if found > SEGMENT_FORMAT {
            return Err(StoreFault::Newer { path: path.to_path_buf(), found, known: SEGMENT_FORMAT });
        }
        Ok(Self { number: u32::from_le_bytes(*number), identity: *identity, first: Lsn(u64::from_le_bytes(*first)) })
    }
}

/// The segment's path.
pub fn path(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:08}{SUFFIX}"))
}

/// The numbers of the segments in the directory, in order; unfinished ones are removed.
pub fn list(dir: &Path) -> Result<Vec<u32>, StoreFault> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(UNFINISHED) {
            std::fs::remove_file(&path).map_err(io("remove", &path))?;
        } else if let Some(number) = name.strip_suffix(SUFFIX).and_then(|number| number.parse().ok()) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Reads a segment's head.
pub fn read_head(path: &Path) -> Result<Head, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let mut bytes = [0; SEGMENT_HEAD_BYTES];
    match file.read_exact(&mut bytes) {
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

/// A file of zeros that will become a segment; durable, but without a segment's name. `DiskFull` when there is no room
/// for it: nothing of the journal was touched, so it may be tried again.
pub fn prepare(dir: &Path, name: &str, bytes: u64) -> Result<PathBuf, StoreFault> {
    let path = dir.join(format!("{name}{UNFINISHED}"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .map_err(|fault| full_or(fault, "create", &path))?;
    let mut left = bytes;
    while left > 0 {
        let portion = ZEROS.get(..usize::try_from(left).unwrap_or(usize::MAX)).unwrap_or(ZEROS);
        file.write_all(portion).map_err(|fault| full_or(fault, "write", &path))?;
        left -= portion.len() as u64;
        // Small portions, so that the batches written meanwhile do not wait behind a whole segment.
        if left.is_multiple_of(SYNCED_PORTION_BYTES) {
            file.sync_data().map_err(|fault| full_or(fault, "sync", &path))?;
        }
    }
    file.sync_all().map_err(|fault| full_or(fault, "sync", &path))?;
    Ok(path)
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
    file.write_all_at(&head.to_bytes(), 0).map_err(io("write", prepared))?;
    file.sync_data().map_err(io("sync", prepared))?;
    let path = path(dir, head.number);
    std::fs::rename(prepared, &path).map_err(io("rename", &path))?;
    sync_dir(dir)?;
    Ok(file)
}
