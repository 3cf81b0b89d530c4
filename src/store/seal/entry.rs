//! One entry of the table of keys: what it is and whose in the clear, the key itself sealed under the store key.

use crate::model::id::{ContactId, Fingerprint};
use crate::model::time::Timestamp;
use crate::store::contract::StoreFault;
use crate::store::seal::cipher::{self, NONCE_BYTES};
use crate::store::seal::keyring::Keyring;

/// Bytes of an entry: kind (1), zeros (3), number (8), nonce (12), 32 sealed bytes and their tag (48).
pub const ENTRY_BYTES: usize = 72;
const NAME_BYTES: usize = 12;

/// What the table holds. The bytes of the kinds are on disk: never change one, never give one again.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    Person { contact: u64, key: cipher::Key },
    House(cipher::Key),
    Nobody { number: u64, key: cipher::Key },
    Secret(cipher::Key),
    Erased { contact: u64, at: Timestamp },
    Mark { number: u64, mark: Fingerprint, at: Timestamp },
}

/// What opens the table: not in it, and never in a backup.
#[derive(Clone, Copy)]
pub struct StoreKey {
    pub generation: u32,
    pub key: cipher::Key,
}

impl Entry {
    /// The entry as it stands in the table of that store key.
    pub fn to_bytes(&self, store: &StoreKey) -> Result<[u8; ENTRY_BYTES], StoreFault> {
        let mut plain = [0; 32];
        let (kind, number) = match self {
            Self::Person { contact, key } => (1, copied(&mut plain, key, *contact)),
            Self::House(key) => (2, copied(&mut plain, key, 0)),
            Self::Nobody { number, key } => (3, copied(&mut plain, key, *number)),
            Self::Secret(key) => (4, copied(&mut plain, key, 0)),
            Self::Erased { contact, at } => (5, copied(&mut plain, &at.0.to_le_bytes(), *contact)),
            Self::Mark { number, mark, at } => {
                let value: Vec<u8> = mark.0.into_iter().chain(at.0.to_le_bytes()).collect();
                (6, copied(&mut plain, &value, *number))
            }
        };
        let mut out = [0; ENTRY_BYTES];
        let nonce: [u8; NONCE_BYTES] = cipher::random()?;
        let name = name(kind, number);
        let sealed = cipher::seal(&store.key, nonce, &beside(&name, store.generation), &plain).unwrap_or_default();
        let all = name.into_iter().chain(nonce).chain(sealed);
        out.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        Ok(out)
    }

    /// The entry of those bytes; none when they are not an entry of the table of that store key.
    pub fn parse(bytes: &[u8], store: &StoreKey) -> Option<Self> {
        let (name, rest) = bytes.split_first_chunk::<NAME_BYTES>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let plain = cipher::open(&store.key, *nonce, &beside(name, store.generation), sealed)?;
        let key: cipher::Key = *plain.first_chunk::<32>()?;
        let number = u64::from_le_bytes(*name.last_chunk::<8>()?);
        let at = |from: usize| plain.get(from..)?.first_chunk::<8>().map(|at| Timestamp(i64::from_le_bytes(*at)));
        Some(match name.first()? {
            1 => Self::Person { contact: number, key },
            2 => Self::House(key),
            3 => Self::Nobody { number, key },
            4 => Self::Secret(key),
            5 => Self::Erased { contact: number, at: at(0)? },
            6 => Self::Mark { number, mark: Fingerprint(*plain.first_chunk::<16>()?), at: at(16)? },
            _ => return None,
        })
    }

    /// Puts it on the ring.
    pub fn hang(self, ring: &mut Keyring) {
        match self {
            Self::Person { contact, key } => ring.give(ContactId(contact), key),
            Self::House(key) => ring.house = key,
            Self::Nobody { number, key } => drop(ring.nobody.insert(number, key)),
            Self::Secret(key) => ring.set_secret(key),
            Self::Erased { contact, at } => drop(ring.erased.insert(contact, at)),
            Self::Mark { mark, at, .. } => drop(ring.marks.insert(mark, at)),
        }
    }
}

/// All that is on the ring, as entries.
pub fn entries(ring: &Keyring) -> impl Iterator<Item = Entry> + '_ {
    let whole = [Entry::House(ring.house), Entry::Secret(ring.secret)];
    let nobody = ring.nobody.iter().map(|(number, key)| Entry::Nobody { number: *number, key: *key });
    let erased = ring.erased.iter().map(|(contact, at)| Entry::Erased { contact: *contact, at: *at });
    let marks = (0..).zip(&ring.marks).map(|(number, (mark, at))| Entry::Mark { number, mark: *mark, at: *at });
    let people = ring.people().map(|(contact, key)| Entry::Person { contact, key: *key });
    whole.into_iter().chain(nobody).chain(erased).chain(marks).chain(people)
}

fn copied(to: &mut [u8; 32], from: &[u8], number: u64) -> u64 {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    number
}

fn name(kind: u8, number: u64) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    let bytes = [kind, 0, 0, 0].into_iter().chain(number.to_le_bytes());
    name.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    name
}

fn beside(name: &[u8; NAME_BYTES], generation: u32) -> Vec<u8> {
    [name.as_slice(), &generation.to_le_bytes()].concat()
}
