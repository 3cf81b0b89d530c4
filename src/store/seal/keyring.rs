//! All keys of a store, in memory: seals what is written, opens what is read, tells *erased* from *lost*.

use crate::model::id::{ContactId, Fingerprint};
use crate::model::journal::Key;
use crate::model::time::Timestamp;
use crate::store::bytes::{Unreadable, broken, put_number, take_number};
use crate::store::contract::StoreFault;
use crate::store::seal::cipher::{self, Mask, NONCE_BYTES, Nonces, TAG_BYTES};
use crate::store::seal::holder::{self, Holder};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Formatter};

/// Ids below it have their keys in one row of memory: people are numbered without gaps.
const DENSE_PEOPLE: u64 = 1 << 26;

/// What stands in front of what is sealed.
const CLEAR: u8 = 0;
const PERSON: u8 = 1;
const HOUSE: u8 = 2;
const NOBODY: u8 = 3;
/// In the clear, without what the row's key says.
const BRIEF: u8 = 4;
/// Added to whose key it is: zeros at the end were left out before it was sealed. What somebody has not done yet stands as
/// zeros at the end of their row, thirty of seventy bytes when they begin.
const TRIMMED: u8 = 16;

/// What opening gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened<'b> {
    Plain(Cow<'b, [u8]>),
    /// Its key was destroyed.
    Erased,
}

/// Everybody's keys.
pub struct Keyring {
    /// Index is the contact's id; all zero: none.
    dense: Vec<cipher::Key>,
    sparse: BTreeMap<u64, cipher::Key>,
    pub(super) house: cipher::Key,
    pub(super) nobody: BTreeMap<u64, cipher::Key>,
    pub(super) secret: cipher::Key,
    mask: Mask,
    nonces: Nonces,
    /// Who was erased, and when.
    pub(super) erased: BTreeMap<u64, Timestamp>,
    /// By which marks they would be known if they came again.
    pub(super) marks: BTreeMap<Fingerprint, Timestamp>,
}

impl Keyring {
    /// Fresh keys for a fresh store. Fails only when the system has no random bytes.
    pub fn fresh() -> Result<Self, StoreFault> {
        let (house, secret) = (cipher::random()?, cipher::random()?);
        Ok(Self {
            dense: Vec::new(),
            sparse: BTreeMap::new(),
            house,
            nobody: BTreeMap::from([(1, cipher::random()?)]),
            secret,
            mask: Mask::new(&secret),
            nonces: Nonces::begin()?,
            erased: BTreeMap::new(),
            marks: BTreeMap::new(),
        })
    }

    /// Takes the secret over that a file holds.
    pub(super) fn set_secret(&mut self, secret: cipher::Key) {
        self.secret = secret;
        self.mask = Mask::new(&secret);
    }

    /// Has the person a key?
    pub fn has(&self, contact: ContactId) -> bool {
        self.person(contact).is_some()
    }

    fn person(&self, contact: ContactId) -> Option<&cipher::Key> {
        match usize::try_from(contact.0) {
            Ok(at) if contact.0 < DENSE_PEOPLE => self.dense.get(at).filter(|key| **key != [0; 32]),
            Ok(_) | Err(_) => self.sparse.get(&contact.0),
        }
    }

    /// Gives a person a key; all zero takes it away.
    pub fn give(&mut self, contact: ContactId, key: cipher::Key) {
        match usize::try_from(contact.0) {
            Ok(at) if contact.0 < DENSE_PEOPLE => {
                if self.dense.len() <= at {
                    self.dense.resize(at + 1, [0; 32]);
                }
                if let Some(held) = self.dense.get_mut(at) {
                    *held = key;
                }
            }
            Ok(_) | Err(_) => drop(self.sparse.insert(contact.0, key)),
        }
    }

    /// Takes a person's key away and remembers that it was done, under which marks.
    pub(super) fn take(&mut self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) {
        self.give(contact, [0; 32]);
        self.sparse.remove(&contact.0);
        self.erased.insert(contact.0, at);
        self.marks.extend(marks.iter().map(|mark| (*mark, at)));
    }

    /// Everybody who has a key.
    pub(super) fn people(&self) -> impl Iterator<Item = (u64, &cipher::Key)> {
        let dense = (0..).zip(&self.dense).filter(|(_, key)| **key != [0; 32]);
        dense.chain(self.sparse.iter().map(|(id, key)| (*id, key)))
    }

    /// When somebody known by that mark was erased.
    pub fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.marks.get(&mark).copied()
    }

    /// Every mark of somebody who was erased.
    pub fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.marks.iter().map(|(mark, at)| (*mark, *at)).collect()
    }

    /// The number of the key under which nobody's is sealed now.
    pub fn nobodys(&self) -> u64 {
        self.nobody.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// The key as it stands on disk.
    pub fn masked(&self, key: &Key) -> Key {
        holder::key_with(key, &|Fingerprint(bytes)| Fingerprint(self.mask.put_on(bytes)))
    }

    /// The key that stands so on disk.
    pub fn unmasked(&self, key: &Key) -> Key {
        holder::key_with(key, &|Fingerprint(bytes)| Fingerprint(self.mask.take_off(bytes)))
    }

    /// Seals under the holder's key. `beside` names what it is: opened beside another name it is damage.
    pub fn seal(&self, holder: Holder, beside: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let mut out = Vec::with_capacity(plain.len() + NONCE_BYTES + TAG_BYTES + 8);
        let trimmed = trimmed(plain);
        let flag = if trimmed.is_some() { TRIMMED } else { 0 };
        let key = match holder {
            Holder::Clear => {
                out.push(CLEAR);
                out.extend_from_slice(plain);
                return Ok(out);
            }
            Holder::Person(contact) => {
                out.push(PERSON | flag);
                put_number(&mut out, contact.0);
                self.person(contact)
            }
            Holder::House => {
                out.push(HOUSE | flag);
                Some(&self.house)
            }
            Holder::Nobody => {
                out.push(NOBODY | flag);
                put_number(&mut out, self.nobodys());
                self.nobody.get(&self.nobodys())
            }
        };
        let nonce = self.nonces.next();
        let sealed = key.and_then(|key| cipher::seal(key, nonce, beside, trimmed.as_deref().unwrap_or(plain)));
        let Some(sealed) = sealed else { return Err(Unreadable::Damaged { what: format!("{holder:?} has no key") }) };
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// Opens what `seal` made.
    pub fn open<'b>(&self, beside: &[u8], bytes: &'b [u8]) -> Result<Opened<'b>, Unreadable> {
        let (whose, rest) = bytes.split_first().ok_or_else(|| broken("it is neither sealed nor clear"))?;
        let (key, sealed, named) = match whose & !TRIMMED {
            CLEAR if *whose == CLEAR => return Ok(Opened::Plain(Cow::Borrowed(rest))),
            PERSON => {
                let (contact, rest) = take_number(rest)?;
                let key = self.person(ContactId(contact));
                if key.is_none() && self.erased.contains_key(&contact) {
                    return Ok(Opened::Erased);
                }
                (key, rest, Whose::Person(contact))
            }
            HOUSE => (Some(&self.house), rest, Whose::House),
            NOBODY => {
                let (number, rest) = take_number(rest)?;
                let key = self.nobody.get(&number);
                if key.is_none() && number < self.nobodys() {
                    return Ok(Opened::Erased);
                }
                (key, rest, Whose::Nobody(number))
            }
            _ => return Err(broken("it is neither sealed nor clear")),
        };
        let Some(key) = key else {
            return Err(broken(&format!("the key {named} is not among the keys; bring back `keys/` as it was last")));
        };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(|| broken("it ends too early"))?;
        match cipher::open(key, *nonce, beside, sealed) {
            Some(plain) if whose & TRIMMED == 0 => Ok(Opened::Plain(Cow::Owned(plain))),
            Some(plain) => untrimmed(plain).map(|plain| Opened::Plain(Cow::Owned(plain))),
            // A number given again after a restore: what the erased one left does not open under the newer key.
            None if self.was_given_again(bytes) => Ok(Opened::Erased),
            None => Err(broken(&format!("it does not open with the key {named}"))),
        }
    }

    fn was_given_again(&self, bytes: &[u8]) -> bool {
        person_of(bytes).is_some_and(|contact| self.erased.contains_key(&contact.0))
    }
}

/// Whose key it is, in words when it fails.
enum Whose {
    Person(u64),
    House,
    Nobody(u64),
}

impl Display for Whose {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(contact) => write!(f, "of contact {contact}"),
            Self::House => f.write_str("of the store"),
            Self::Nobody(number) => write!(f, "{number} of what is nobody's"),
        }
    }
}

/// What is under no key.
pub fn clear(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(&[CLEAR])
}

/// In the clear, with a record's rest in it.
pub(super) fn briefly(rest: &[u8]) -> Vec<u8> {
    [&[BRIEF], rest].concat()
}

/// The rest of a record whose key says what else it is.
pub(super) fn brief(bytes: &[u8]) -> Option<&[u8]> {
    bytes.strip_prefix(&[BRIEF])
}

/// Whose it is, read without a key; none: not one person's.
pub fn person_of(bytes: &[u8]) -> Option<ContactId> {
    let rest = sealed_as(PERSON, bytes)?;
    take_number(rest).ok().map(|(contact, _)| ContactId(contact))
}

/// Is it sealed under a key of nobody's older than that?
pub fn is_nobodys_before(bytes: &[u8], number: u64) -> bool {
    sealed_as(NOBODY, bytes).and_then(|rest| take_number(rest).ok()).is_some_and(|(found, _)| found < number)
}

fn sealed_as(whose: u8, bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(first, _)| **first & !TRIMMED == whose).map(|(_, rest)| rest)
}

/// Without the zeros at its end, and then how many they were; none: that would not be shorter.
fn trimmed(plain: &[u8]) -> Option<Vec<u8>> {
    let zeros = plain.iter().rev().take(u8::MAX.into()).take_while(|byte| **byte == 0).count();
    let kept = plain.get(..plain.len() - zeros).filter(|_| zeros > 1)?;
    let mut out = Vec::with_capacity(kept.len() + 1);
    out.extend_from_slice(kept);
    out.push(zeros as u8);
    Some(out)
}

/// With them again.
fn untrimmed(mut plain: Vec<u8>) -> Result<Vec<u8>, Unreadable> {
    let zeros = plain.pop().ok_or_else(|| broken("it ends too early"))?;
    plain.resize(plain.len() + usize::from(zeros), 0);
    Ok(plain)
}

/// The contacts that need a key before these can be sealed.
pub fn newcomers(ring: &Keyring, people: impl Iterator<Item = ContactId>) -> Vec<ContactId> {
    let new: BTreeSet<ContactId> = people.filter(|contact| !ring.has(*contact)).collect();
    new.into_iter().collect()
}
