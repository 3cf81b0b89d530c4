//! A commit as it is written: times, causes and names in the clear, everything else sealed under its holder's key.

use crate::model::id::{ContactId, EnrollmentId};
use crate::model::journal::{Cause, Change, Commit, Entry, Key, Meta, Record};
use crate::model::time::Timestamp;
use crate::store::bytes::{self, Unreadable, broken, put_number, take, take_bytes, take_number};
use crate::store::keys;
use crate::store::seal::brief;
use crate::store::seal::holder::{Holder, holder_of};
use crate::store::seal::keyring::{self, Keyring, Opened, briefly, clear};
use std::borrow::Cow;
use std::collections::HashMap;

/// A commit whose parts are sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct SealedCommit {
    pub at: Timestamp,
    pub cause: Cause,
    pub changes: Vec<SealedChange>,
    pub lines: Vec<SealedLines>,
}

/// A row's name on disk and its sealed record; none: the row is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedChange {
    pub key: Vec<u8>,
    pub record: Option<Vec<u8>>,
}

/// Lines of one timeline that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedLines {
    pub enrollment: EnrollmentId,
    pub sealed: Vec<u8>,
}

/// The people of enrollments, as far as commits before this one say.
pub type People = HashMap<EnrollmentId, ContactId>;

/// Every person whose key is needed to seal the commit and that its records name.
pub fn people_in(commit: &Commit) -> impl Iterator<Item = ContactId> + '_ {
    commit.changes.iter().filter_map(|change| match change {
        Change::Put(Record::Enrollment(enrollment)) => Some(enrollment.contact),
        Change::Put(Record::Contact(contact)) => Some(contact.id),
        Change::Put(Record::Intent(intent)) => Some(intent.contact),
        Change::Put(Record::Task(task)) => Some(task.contact),
        Change::Put(_) | Change::Delete(_) => None,
    })
}

/// Seals a commit. `people` grows by the enrollments it puts; `whose` tells the person of another.
pub fn seal<E: From<Unreadable>>(
    commit: &Commit,
    ring: &Keyring,
    people: &mut People,
    whose: &dyn Fn(EnrollmentId) -> Result<Option<ContactId>, E>,
) -> Result<SealedCommit, E> {
    for change in &commit.changes {
        if let Change::Put(Record::Enrollment(enrollment)) = change {
            people.insert(enrollment.id, enrollment.contact);
        }
    }
    let mut person = |id: EnrollmentId| match people.get(&id) {
        Some(contact) => Ok(Some(*contact)),
        None => whose(id),
    };
    // Whoever was erased has no key any more; what still names them is nobody's.
    let keyed = |holder: Holder| match holder {
        Holder::Person(contact) if !ring.has(contact) => Holder::Nobody,
        held => held,
    };
    let mut changes = Vec::with_capacity(commit.changes.len());
    for change in &commit.changes {
        changes.push(match change {
            Change::Put(record) => {
                let key = keys::encode(&ring.masked(&record.key()));
                let holder = keyed(holder_of(record, &mut person)?);
                let sealed = match brief::rest_of(record)? {
                    Some(rest) => briefly(&rest),
                    None => ring.seal(holder, &key, &bytes::write(record)?)?,
                };
                SealedChange { key, record: Some(sealed) }
            }
            Change::Delete(key) => SealedChange { key: keys::encode(&ring.masked(key)), record: None },
        });
    }
    let mut lines = Vec::new();
    for group in commit.entries.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((enrollment, _)) = group.first() else { continue };
        let holder = keyed(person(*enrollment)?.map_or(Holder::Nobody, Holder::Person));
        let entries: Vec<&Entry> = group.iter().map(|(_, entry)| entry).collect();
        lines.push(lines_under(holder, ring, *enrollment, &entries)?);
    }
    Ok(SealedCommit { at: commit.at, cause: commit.cause.clone(), changes, lines })
}

/// Lines of one timeline, sealed under that person's key.
pub fn seal_lines(
    ring: &Keyring,
    enrollment: EnrollmentId,
    person: ContactId,
    entries: &[&Entry],
) -> Result<SealedLines, Unreadable> {
    lines_under(Holder::Person(person), ring, enrollment, entries)
}

fn lines_under(holder: Holder, ring: &Keyring, enrollment: EnrollmentId, entries: &[&Entry]) -> Result<SealedLines, Unreadable> {
    let sealed = ring.seal(holder, &beside(enrollment), &bytes::write(&entries)?)?;
    Ok(SealedLines { enrollment, sealed })
}

/// The lines of a group; none when they were erased.
pub fn open_lines(ring: &Keyring, group: &SealedLines) -> Result<Vec<Entry>, Unreadable> {
    match ring.open(&beside(group.enrollment), &group.sealed)? {
        Opened::Plain(plain) => bytes::read(&plain),
        Opened::Erased => Ok(Vec::new()),
    }
}

/// What names the lines of an enrollment.
fn beside(enrollment: EnrollmentId) -> Vec<u8> {
    [b"lines".as_slice(), &enrollment.0.to_le_bytes()].concat()
}

/// The record of a row; none when it was erased.
pub fn open_record(ring: &Keyring, key: &[u8], sealed: &[u8]) -> Result<Option<Record>, Unreadable> {
    if let Some(rest) = keyring::brief(sealed) {
        return brief::whole(ring.unmasked(&key_of(key)?), rest).map(Some);
    }
    let plain = match ring.open(key, sealed)? {
        Opened::Plain(plain) => plain,
        Opened::Erased => return Ok(None),
    };
    let record: Record = bytes::read(&plain)?;
    // What must be sealed is not believed in the clear.
    let is_bare = matches!(plain, Cow::Borrowed(_));
    match holder_of(&record, &mut |_| Ok::<_, Unreadable>(None))? {
        Holder::Clear => brief::unmasked(record, ring).map(Some),
        Holder::Person(_) | Holder::House | Holder::Nobody if is_bare => Err(broken("it is not sealed")),
        Holder::Person(_) | Holder::House | Holder::Nobody => Ok(Some(record)),
    }
}

impl SealedCommit {
    /// The commit, without what was erased.
    pub fn open(&self, ring: &Keyring) -> Result<Commit, Unreadable> {
        let mut changes = Vec::with_capacity(self.changes.len());
        for SealedChange { key, record } in &self.changes {
            match record {
                Some(sealed) => changes.extend(open_record(ring, key, sealed)?.map(Change::Put)),
                None => changes.push(Change::Delete(ring.unmasked(&key_of(key)?))),
            }
        }
        let mut entries = Vec::new();
        for group in &self.lines {
            entries.extend(open_lines(ring, group)?.into_iter().map(|entry| (group.enrollment, entry)));
        }
        Ok(Commit { at: self.at, cause: self.cause.clone(), changes, entries })
    }

    /// Is anything of it under a key?
    pub fn needs_keys(&self) -> bool {
        let records = self.changes.iter().filter_map(|change| change.record.as_ref());
        records
            .chain(self.lines.iter().map(|lines| &lines.sealed))
            .any(|bytes| clear(bytes).or_else(|| keyring::brief(bytes)).is_none())
    }

    /// The single values it puts.
    pub fn metas(&self) -> Result<Vec<Meta>, Unreadable> {
        let is_meta = |change: &&SealedChange| matches!(keys::decode(&change.key), Some(Key::Meta(_)));
        let plain = self.changes.iter().filter(is_meta).filter_map(|change| clear(change.record.as_ref()?));
        let mut metas = Vec::new();
        for plain in plain {
            if let Record::Meta(meta) = bytes::read(plain)? {
                metas.push(meta);
            }
        }
        Ok(metas)
    }

    /// As bytes: time and cause (postcard), the changes, the lines; each part with its length in front.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Unreadable> {
        let mut out = bytes::write(&(self.at, &self.cause))?;
        put_number(&mut out, self.changes.len() as u64);
        for SealedChange { key, record } in &self.changes {
            put_part(&mut out, key);
            // One more than its length: zero is a deletion.
            put_number(&mut out, record.as_ref().map_or(0, |record| record.len() as u64 + 1));
            out.extend_from_slice(record.as_deref().unwrap_or_default());
        }
        put_number(&mut out, self.lines.len() as u64);
        for SealedLines { enrollment, sealed } in &self.lines {
            put_number(&mut out, enrollment.0);
            put_part(&mut out, sealed);
        }
        Ok(out)
    }

    /// The commit of those bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let ((at, cause), rest) = take::<(Timestamp, Cause)>(bytes)?;
        let (count, mut rest) = take_number(rest)?;
        let mut changes = Vec::new();
        for _ in 0..count {
            let (key, after) = take_part(rest)?;
            let (len, after) = take_number(after)?;
            let (record, after) = take_bytes(after, len.saturating_sub(1))?;
            key_of(key)?;
            changes.push(SealedChange { key: key.to_vec(), record: (len > 0).then(|| record.to_vec()) });
            rest = after;
        }
        let (count, mut rest) = take_number(rest)?;
        let mut lines = Vec::new();
        for _ in 0..count {
            let (enrollment, after) = take_number(rest)?;
            let (sealed, after) = take_part(after)?;
            lines.push(SealedLines { enrollment: EnrollmentId(enrollment), sealed: sealed.to_vec() });
            rest = after;
        }
        if !rest.is_empty() {
            return Err(broken(&format!("{} bytes are left over", rest.len())));
        }
        Ok(Self { at, cause, changes, lines })
    }
}

fn key_of(bytes: &[u8]) -> Result<Key, Unreadable> {
    keys::decode(bytes).ok_or_else(|| broken("a row has no name"))
}

fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    put_number(out, part.len() as u64);
    out.extend(part);
}

fn take_part(bytes: &[u8]) -> Result<(&[u8], &[u8]), Unreadable> {
    let (len, rest) = take_number(bytes)?;
    take_bytes(rest, len)
}
