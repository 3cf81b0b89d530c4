//! The files of `keys/`: a table of keys, and the store key that opens it. Each erasure makes a new pair and destroys the old
//! store key, so that whatever copies there are of the old table can be opened no more.

use crate::store::contract::StoreFault;
use crate::store::disk::{create, io, remove, rename, sync_dir, sync_file, write_at};
use crate::store::seal::entry::{ENTRY_BYTES, Entry, StoreKey, entries};
use crate::store::seal::keyring::Keyring;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The head of a table: magic (8), format (2), zero (2), generation (4), entries written with it (8), checksum (4), zero (4).
pub const TABLE_HEAD_BYTES: usize = 32;
const TABLE_MAGIC: &[u8; 8] = b"engine\0k";
const KEY_MAGIC: &[u8; 8] = b"engine\0s";
/// A store key's file: magic (8), format (2), zero (2), generation (4), the key (32), checksum (4).
const KEY_FILE_BYTES: usize = 52;
const FORMAT: u16 = 1;

/// Where the table of that generation is.
pub fn table_path(dir: &Path, generation: u32) -> PathBuf {
    dir.join(format!("people-{generation}.keys"))
}

/// Where the store key of that generation is.
pub fn store_key_path(dir: &Path, generation: u32) -> PathBuf {
    dir.join(format!("store-{generation}.key"))
}

/// The generations of which there is a file named `{before}N{after}`, oldest first.
pub fn generations(dir: &Path, before: &str, after: &str) -> Result<Vec<u32>, StoreFault> {
    let mut found = Vec::new();
    if !dir.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let name = entry.map_err(io("read", dir))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(before)?.strip_suffix(after)?.parse::<u32>().ok());
        found.extend(number);
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes a file for the owner alone, whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreFault> {
    let fresh = path.with_extension("fresh");
    let file = create(&fresh).map_err(io("create", &fresh))?;
    write_at(&file, &fresh, bytes, 0).and_then(|()| sync_file(&file, &fresh)).map_err(io("write", &fresh))?;
    rename(&fresh, path)?;
    sync_dir(path.parent().unwrap_or(path))
}

/// Writes the table of all that is on the ring.
pub fn write_table(dir: &Path, store: &StoreKey, ring: &Keyring) -> Result<(), StoreFault> {
    let mut body = Vec::new();
    for entry in entries(ring) {
        body.extend(entry.to_bytes(store)?);
    }
    let mut out = Vec::with_capacity(TABLE_HEAD_BYTES + body.len());
    out.extend(TABLE_MAGIC);
    out.extend(FORMAT.to_le_bytes());
    out.extend([0; 2]);
    out.extend(store.generation.to_le_bytes());
    out.extend(((body.len() / ENTRY_BYTES) as u64).to_le_bytes());
    out.extend(crc32fast::hash(&out).to_le_bytes());
    out.extend([0; 4]);
    out.extend(body);
    write_whole(&table_path(dir, store.generation), &out)
}

/// Reads a table. What was appended and does not open was never acknowledged or is missed when it is needed; of what was
/// written with the table nothing may be missing.
pub fn read_table(dir: &Path, store: &StoreKey) -> Result<(Keyring, u64), StoreFault> {
    let path = table_path(dir, store.generation);
    let bytes = std::fs::read(&path).map_err(io("read", &path))?;
    let damaged = |offset: usize, what: &str| StoreFault::Damaged {
        file: path.clone(),
        offset: offset as u64,
        what: format!("{what}; bring the table back from a backup made since the last erasure"),
    };
    let (head, body) = bytes.split_at_checked(TABLE_HEAD_BYTES).ok_or_else(|| damaged(0, "the table of keys has no head"))?;
    let whole = whole_entries(head, store.generation).ok_or_else(|| damaged(0, "the head of the table of keys is broken"))?;
    let mut ring = Keyring::fresh()?;
    ring.nobody.clear();
    let (mut read, mut fixed) = (0u64, 0);
    for (nth, bytes) in body.chunks_exact(ENTRY_BYTES).enumerate() {
        match Entry::parse(bytes, store) {
            Some(entry) => {
                fixed += u32::from(matches!(entry, Entry::House(_) | Entry::Secret(_)));
                entry.hang(&mut ring);
            }
            None if (nth as u64) < whole => {
                return Err(damaged(TABLE_HEAD_BYTES + nth * ENTRY_BYTES, "a key cannot be read"));
            }
            None => {}
        }
        read += 1;
    }
    if read < whole || fixed < 2 || ring.nobody.is_empty() {
        return Err(damaged(bytes.len(), "keys are missing"));
    }
    Ok((ring, (TABLE_HEAD_BYTES as u64) + read * ENTRY_BYTES as u64))
}

fn whole_entries(head: &[u8], generation: u32) -> Option<u64> {
    let (begin, rest) = head.split_at_checked(24)?;
    let sum = u32::from_le_bytes(*rest.first_chunk::<4>()?);
    let found = u32::from_le_bytes(*begin.get(12..16)?.first_chunk::<4>()?);
    let is_ours = begin.starts_with(TABLE_MAGIC) && found == generation && crc32fast::hash(begin) == sum;
    is_ours.then(|| begin.last_chunk::<8>().map(|count| u64::from_le_bytes(*count)))?
}

/// Writes a store key: from then on its table is the one that counts.
pub fn write_store_key(dir: &Path, store: &StoreKey) -> Result<(), StoreFault> {
    let mut out = Vec::with_capacity(KEY_FILE_BYTES);
    out.extend(KEY_MAGIC);
    out.extend(FORMAT.to_le_bytes());
    out.extend([0; 2]);
    out.extend(store.generation.to_le_bytes());
    out.extend(store.key);
    out.extend(crc32fast::hash(&out).to_le_bytes());
    write_whole(&store_key_path(dir, store.generation), &out)
}

/// Reads a store key; whoever else could read it could read every person's record, so an open one is refused.
pub fn read_store_key(path: &Path) -> Result<StoreKey, StoreFault> {
    let bytes = read_private(path)?;
    let parsed = || {
        let (begin, sum) = bytes.split_last_chunk::<4>()?;
        let is_ours = bytes.len() == KEY_FILE_BYTES && begin.starts_with(KEY_MAGIC);
        let generation = u32::from_le_bytes(*begin.get(12..16)?.first_chunk::<4>()?);
        (is_ours && crc32fast::hash(begin) == u32::from_le_bytes(*sum)).then_some(())?;
        Some(StoreKey { generation, key: *begin.last_chunk::<32>()? })
    };
    parsed().ok_or_else(|| StoreFault::Damaged {
        file: path.to_path_buf(),
        offset: 0,
        what: "this is no store key, or a broken one; bring back the copy you keep".to_owned(),
    })
}

/// Reads a file that only its owner may read.
fn read_private(path: &Path) -> Result<Vec<u8>, StoreFault> {
    let mut file = File::open(path).map_err(io("open", path))?;
    let mode = file.metadata().map_err(io("read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(StoreFault::Exposed { path: path.to_path_buf(), mode });
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(io("read", path))?;
    Ok(bytes)
}

/// Overwrites a file with zeros and removes it: no copy of it is left on a file system that writes in place.
pub fn destroy(path: &Path) -> Result<(), StoreFault> {
    let file = OpenOptions::new().write(true).open(path).map_err(io("open", path))?;
    let len = file.metadata().map_err(io("read", path))?.len();
    let zeros = vec![0; usize::try_from(len).unwrap_or(0)];
    write_at(&file, path, &zeros, 0).and_then(|()| sync_file(&file, path)).map_err(io("overwrite", path))?;
    remove(path)
}
