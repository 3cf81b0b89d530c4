//! Rows and commits as bytes: a version byte, then postcard.
//!
//! Postcard does not describe itself: never reorder or remove a field or variant of what is stored without a new version
//! here, and a room that reads the old one (`version_1`). Variants at the end of an enum need none. Bytes of a newer version
//! are refused, broken ones are damage; neither panics. No I/O.

use crate::model::id::EnrollmentId;
use crate::model::journal::{Commit, Record};
use crate::store::contract::{Place, StoreFault};
use crate::store::version_1::{CommitV1, RecordV1};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::path::Path;

/// The version written; the newest that is read.
pub const RECORD_VERSION: u8 = 2;

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

/// What a frame of the journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// For each enrollment with a line in the commit: where its previous commit with a line stands; none for the first.
    pub previous: Vec<(EnrollmentId, Option<Place>)>,
    pub commit: Commit,
}

/// A row's record as bytes, to be put into `row_bytes`.
pub fn record_bytes(record: &Record) -> Result<Vec<u8>, Unreadable> {
    write(record)
}

/// A row: version, the place of the enrollment's newest commit with a line (zero: none), the record.
pub fn row_bytes(tail: Option<Place>, record: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(record.len() + 11);
    out.push(RECORD_VERSION);
    put_number(&mut out, tail.map_or(0, |place| place.0));
    out.extend(record);
    out
}

/// The record of a row.
pub fn row(bytes: &[u8]) -> Result<Record, Unreadable> {
    read(&row_parts(bytes)?.1)
}

/// A row's back pointer, and its record's bytes as today's version has them.
pub fn row_parts(bytes: &[u8]) -> Result<(Option<Place>, Cow<'_, [u8]>), Unreadable> {
    let (version, rest) = versioned(bytes)?;
    let (place, record) = take_number(rest)?;
    let record = match version {
        Version::One => Cow::Owned(record_bytes(&Record::from(read::<RecordV1>(record)?))?),
        Version::Now => Cow::Borrowed(record),
    };
    Ok((Some(Place(place)).filter(|place| place.0 != 0), record))
}

/// The commit as bytes, without what goes before it in a frame.
pub fn commit_bytes(commit: &Commit) -> Result<Vec<u8>, Unreadable> {
    write(commit)
}

/// A frame's payload: version, number of back pointers, the pointers (enrollment and place, eight bytes each,
/// little-endian; place zero is none), the commit. Its length depends on their number alone, not on where they point.
pub fn payload(previous: &[(EnrollmentId, Option<Place>)], commit: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload_len(previous.len(), commit.len()));
    out.push(RECORD_VERSION);
    out.extend((previous.len() as u32).to_le_bytes());
    for (enrollment, place) in previous {
        out.extend(enrollment.0.to_le_bytes());
        out.extend(place.map_or(0, |place| place.0).to_le_bytes());
    }
    out.extend(commit);
    out
}

/// Bytes that `payload` will make.
pub fn payload_len(previous: usize, commit: usize) -> usize {
    5 + 16 * previous + commit
}

/// The commit and back pointers of a payload.
pub fn written(bytes: &[u8]) -> Result<Written, Unreadable> {
    let cut = || Unreadable::Damaged { what: "a commit ends too early".to_owned() };
    let (version, rest) = versioned(bytes)?;
    let (count, mut rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let mut previous = Vec::new();
    for _ in 0..u32::from_le_bytes(*count) {
        let (enrollment, after) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        let (place, after) = after.split_first_chunk::<8>().ok_or_else(cut)?;
        let place = Some(Place(u64::from_le_bytes(*place))).filter(|place| place.0 != 0);
        previous.push((EnrollmentId(u64::from_le_bytes(*enrollment)), place));
        rest = after;
    }
    let commit = match version {
        Version::One => Commit::from(read::<CommitV1>(rest)?),
        Version::Now => read(rest)?,
    };
    Ok(Written { previous, commit })
}

/// The versions that are read.
enum Version {
    One,
    Now,
}

fn versioned(bytes: &[u8]) -> Result<(Version, &[u8]), Unreadable> {
    match bytes.split_first() {
        Some((1, rest)) => Ok((Version::One, rest)),
        Some((&RECORD_VERSION, rest)) => Ok((Version::Now, rest)),
        Some((0, _)) | None => Err(Unreadable::Damaged { what: "a record has no version".to_owned() }),
        Some((&found, _)) => Err(Unreadable::Newer { found }),
    }
}

fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, Unreadable> {
    postcard::to_stdvec(value).map_err(|fault| Unreadable::Damaged { what: format!("a record cannot be written: {fault}") })
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(broken(&format!("{} bytes are left over", rest.len()))),
        Err(fault) => Err(broken(&fault.to_string())),
    }
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn take_number(bytes: &[u8]) -> Result<(u64, &[u8]), Unreadable> {
    postcard::take_from_bytes(bytes).map_err(|fault| broken(&fault.to_string()))
}

fn broken(fault: &str) -> Unreadable {
    Unreadable::Damaged { what: format!("a record cannot be read: {fault}") }
}
