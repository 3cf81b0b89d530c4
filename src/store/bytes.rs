//! Values as bytes: postcard, numbers of seven bits a byte, and why bytes could not be read. No I/O.

use crate::store::contract::StoreFault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// The version written; the newest that is read.
pub const RECORD_VERSION: u8 = 4;

/// Why bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Written by a newer engine.
    Newer { found: u8 },
    /// Not what was written.
    Damaged { what: String },
}

impl Unreadable {
    /// The fault, with the place the bytes came from.
    pub fn at(self, path: &Path, offset: u64) -> StoreFault {
        let path = path.to_path_buf();
        match self {
            Self::Newer { found } => StoreFault::Newer { path, found: found.into(), known: RECORD_VERSION.into() },
            Self::Damaged { what } => StoreFault::Damaged { file: path, offset, what },
        }
    }
}

/// The value as postcard.
pub fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, Unreadable> {
    postcard::to_stdvec(value).map_err(|fault| Unreadable::Damaged { what: format!("a record cannot be written: {fault}") })
}

/// The value of all these bytes.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(broken(&format!("{} bytes are left over", rest.len()))),
        Err(fault) => Err(broken(&fault.to_string())),
    }
}

/// The value at the front, and what follows it.
pub fn take<'b, T: serde::Deserialize<'b>>(bytes: &'b [u8]) -> Result<(T, &'b [u8]), Unreadable> {
    postcard::take_from_bytes(bytes).map_err(|fault| broken(&fault.to_string()))
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
pub fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Such a number, and what follows it.
pub fn take_number(bytes: &[u8]) -> Result<(u64, &[u8]), Unreadable> {
    take(bytes)
}

/// So many bytes, and what follows them.
pub fn take_bytes(bytes: &[u8], len: u64) -> Result<(&[u8], &[u8]), Unreadable> {
    usize::try_from(len).ok().and_then(|len| bytes.split_at_checked(len)).ok_or_else(|| broken("it ends too early"))
}

/// Is there nothing but zeros? A block at a time, since a test a byte is five times as slow, and a segment is 64 MiB.
pub fn are_zeros(bytes: &[u8]) -> bool {
    bytes.chunks(4 << 10).all(|block| block.iter().fold(0, |any, byte| any | byte) == 0)
}

/// A record that is not what was written.
pub fn broken(fault: &str) -> Unreadable {
    Unreadable::Damaged { what: format!("a record cannot be read: {fault}") }
}
