//! Rows and commits as bytes: a version byte, then what `seal` made of them.
//!
//! Inside is postcard, which does not describe itself: never reorder or remove a field or variant of what is stored without
//! a new version here, and a room that reads the old one (`version_1`). Variants at the end of an enum need none. Version 2
//! had today's records, not sealed; in version 3 rows of numbers and names said again what their keys say. Bytes of a newer
//! version are refused, broken ones are damage; neither panics. No I/O.

use crate::model::id::{ContactId, EnrollmentId};
use crate::model::journal::{Change, Commit, Meta, Record};
use crate::model::time::Timestamp;
pub use crate::store::bytes::{RECORD_VERSION, Unreadable};
use crate::store::bytes::{put_number, read, take_number};
use crate::store::contract::Place;
use crate::store::seal::commit::{SealedCommit, open_record};
use crate::store::seal::keyring::{Keyring, person_of};
use crate::store::version_1::{CommitV1, RecordV1};

/// Back pointers: an enrollment, and the place of its commit before.
pub type Previous = Vec<(EnrollmentId, Option<Place>)>;

/// What a frame of the journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// For each enrollment with a line in the commit: where its previous commit with a line stands; none for the first.
    pub previous: Previous,
    pub commit: Commit,
}

/// The versions that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    One,
    Two,
    Now,
}

/// A commit in a frame, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Before version 3: anybody can read it.
    Plain(Box<Commit>),
    Sealed(SealedCommit),
}

impl Form {
    /// When the commit was made.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Plain(commit) => commit.at,
            Self::Sealed(commit) => commit.at,
        }
    }

    /// The single values it puts: they are never sealed.
    pub fn metas(&self) -> Result<Vec<Meta>, Unreadable> {
        match self {
            Self::Plain(commit) => Ok(commit
                .changes
                .iter()
                .filter_map(|change| match change {
                    Change::Put(Record::Meta(meta)) => Some(meta.clone()),
                    Change::Put(_) | Change::Delete(_) => None,
                })
                .collect()),
            Self::Sealed(commit) => commit.metas(),
        }
    }
}

/// A row: version, the place of the enrollment's newest commit with a line (zero: none), the sealed record.
pub fn row_bytes(tail: Option<Place>, sealed: &[u8]) -> Vec<u8> {
    row_of(RECORD_VERSION, tail, sealed)
}

fn row_of(version: u8, tail: Option<Place>, record: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(record.len() + 11);
    out.push(version);
    put_number(&mut out, tail.map_or(0, |place| place.0));
    out.extend(record);
    out
}

/// The record of the row with that key (as it stands on disk); none when it was erased.
pub fn row(ring: &Keyring, key: &[u8], bytes: &[u8]) -> Result<Option<Record>, Unreadable> {
    let (version, _, record) = row_parts(bytes)?;
    match version {
        Version::One => Ok(Some(Record::from(read::<RecordV1>(record)?))),
        Version::Two => read(record).map(Some),
        Version::Now => open_record(ring, key, record),
    }
}

/// A row's version, its back pointer, and its record's bytes.
pub fn row_parts(bytes: &[u8]) -> Result<(Version, Option<Place>, &[u8]), Unreadable> {
    let (version, rest) = versioned(bytes)?;
    let (place, record) = take_number(rest)?;
    Ok((version, Some(Place(place)).filter(|place| place.0 != 0), record))
}

/// The same row with another back pointer, in its own version.
pub fn row_again(bytes: &[u8], tail: Place) -> Result<Vec<u8>, Unreadable> {
    let (_, _, record) = row_parts(bytes)?;
    let version = bytes.first().copied().unwrap_or(RECORD_VERSION);
    Ok(row_of(version, Some(tail), record))
}

/// Whose row of an enrollment it is.
pub fn row_person(bytes: &[u8]) -> Result<Option<ContactId>, Unreadable> {
    let (version, _, record) = row_parts(bytes)?;
    let person = |record: Record| if let Record::Enrollment(enrollment) = record { Some(enrollment.contact) } else { None };
    match version {
        Version::One => Ok(person(Record::from(read::<RecordV1>(record)?))),
        Version::Two => Ok(person(read(record)?)),
        Version::Now => Ok(person_of(record)),
    }
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

/// The commit and back pointers of a payload, without what was erased.
pub fn written(ring: &Keyring, bytes: &[u8]) -> Result<Written, Unreadable> {
    let (previous, form) = formed(bytes)?;
    let commit = match form {
        Form::Plain(commit) => *commit,
        Form::Sealed(sealed) => sealed.open(ring)?,
    };
    Ok(Written { previous, commit })
}

/// The commit as it was written, and the back pointers: needs no key.
pub fn formed(bytes: &[u8]) -> Result<(Previous, Form), Unreadable> {
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
    let form = match version {
        Version::One => Form::Plain(Box::new(Commit::from(read::<CommitV1>(rest)?))),
        Version::Two => Form::Plain(Box::new(read(rest)?)),
        Version::Now => Form::Sealed(SealedCommit::parse(rest)?),
    };
    Ok((previous, form))
}

/// Is anything of the frame under a key?
pub fn is_sealed(payload: &[u8]) -> bool {
    matches!(formed(payload), Ok((_, Form::Sealed(commit))) if commit.needs_keys())
}

/// Was the frame written before records were sealed?
pub fn is_unsealed(payload: &[u8]) -> bool {
    matches!(versioned(payload), Ok((Version::One | Version::Two, _)))
}

fn versioned(bytes: &[u8]) -> Result<(Version, &[u8]), Unreadable> {
    match bytes.split_first() {
        Some((1, rest)) => Ok((Version::One, rest)),
        Some((2, rest)) => Ok((Version::Two, rest)),
        // Today's, but that rows said again what their keys say.
        Some((&(3 | RECORD_VERSION), rest)) => Ok((Version::Now, rest)),
        Some((0, _)) | None => Err(Unreadable::Damaged { what: "a record has no version".to_owned() }),
        Some((&found, _)) => Err(Unreadable::Newer { found }),
    }
}
