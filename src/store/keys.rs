//! A key's bytes: a byte for the table, then the parts, so that bytes sort as keys do.
//!
//! Numbers are big-endian; a usage key, whose parts would need 26 bytes, writes its ids shorter (see `put_short`). With
//! fewer than 2^28 accounts, 2^35 enrollments and 2^21 visits of one enrollment every key has at most 22 bytes, which
//! sled keeps without an allocation; beyond that keys stay right and grow a little.

use crate::model::account::Budget;
use crate::model::id::{AccountId, CampaignId, ContactId, EffectKey, EnrollmentId, Fingerprint, TaskId, Visit};
use crate::model::journal::{Key, MetaKey, RouteKey, Table};
use crate::model::time::Timestamp;
use std::ops::Bound;

/// Longest key for all ids that occur in practice.
pub const KEY_BYTES_MAX: usize = 22;

/// Where the large tables begin, and the large kinds of routes: a scan of everything can be shared out there.
pub const LARGE_FROM: &[&[u8]] = &[&[2], &[3], &[6, 1], &[6, 2], &[6, 3], &[6, 4], &[6, 5], &[7], &[8], &[9], &[10], &[11]];

/// Flipping it makes signed numbers sort as unsigned ones.
const SIGN: u64 = 1 << 63;

/// The key as bytes; `decode` reads them back.
pub fn encode(key: &Key) -> Vec<u8> {
    let mut out = Vec::with_capacity(KEY_BYTES_MAX);
    out.push(prefix(key.table()));
    match key {
        Key::Enrollment(EnrollmentId(id)) | Key::Contact(ContactId(id)) | Key::Move { enrollment: EnrollmentId(id) } => {
            out.extend(id.to_be_bytes())
        }
        Key::Account(AccountId(id)) | Key::Campaign(CampaignId(id)) => out.extend(id.to_be_bytes()),
        Key::Intent(key) | Key::Task(TaskId(key)) => {
            out.extend(key.enrollment.0.to_be_bytes());
            out.extend(key.visit.0.to_be_bytes());
        }
        Key::Route(key) => put_route(&mut out, key),
        Key::Claim { account, remote } | Key::Past { account, remote } => {
            out.extend(account.0.to_be_bytes());
            out.extend(remote.0);
        }
        Key::Usage { account, budget, at, key } => {
            put_short(&mut out, u64::from(account.0));
            out.push(budget_byte(*budget));
            out.extend((at.0.cast_unsigned() ^ SIGN).to_be_bytes());
            put_short(&mut out, key.enrollment.0);
            put_short(&mut out, u64::from(key.visit.0));
        }
        Key::Inbox { row } | Key::Unrouted { row } | Key::Outgoing { row } => out.extend(row.to_be_bytes()),
        Key::Seen { key } => out.extend(key.0),
        Key::Meta(key) => out.push(meta_byte(*key)),
    }
    out
}

/// The key of those bytes; none when `encode` cannot have made them.
pub fn decode(bytes: &[u8]) -> Option<Key> {
    let mut rest = bytes;
    let key = match table(take_byte(&mut rest)?)? {
        Table::Enrollment => Key::Enrollment(EnrollmentId(take_u64(&mut rest)?)),
        Table::Contact => Key::Contact(ContactId(take_u64(&mut rest)?)),
        Table::Account => Key::Account(AccountId(take_u32(&mut rest)?)),
        Table::Campaign => Key::Campaign(CampaignId(take_u32(&mut rest)?)),
        Table::Intent => {
            let enrollment = EnrollmentId(take_u64(&mut rest)?);
            Key::Intent(EffectKey { enrollment, visit: Visit(take_u32(&mut rest)?) })
        }
        Table::Route => Key::Route(take_route(&mut rest)?),
        Table::Claim => {
            let account = AccountId(take_u32(&mut rest)?);
            Key::Claim { account, remote: Fingerprint(take(&mut rest)?) }
        }
        Table::Past => {
            let account = AccountId(take_u32(&mut rest)?);
            Key::Past { account, remote: Fingerprint(take(&mut rest)?) }
        }
        Table::Usage => take_usage(&mut rest)?,
        Table::Inbox => Key::Inbox { row: take_u64(&mut rest)? },
        Table::Seen => Key::Seen { key: Fingerprint(take(&mut rest)?) },
        Table::Unrouted => Key::Unrouted { row: take_u64(&mut rest)? },
        Table::Meta => Key::Meta(meta(take_byte(&mut rest)?)?),
        Table::Outgoing => Key::Outgoing { row: take_u64(&mut rest)? },
        Table::Task => {
            let enrollment = EnrollmentId(take_u64(&mut rest)?);
            Key::Task(TaskId(EffectKey { enrollment, visit: Visit(take_u32(&mut rest)?) }))
        }
        Table::Move => Key::Move { enrollment: EnrollmentId(take_u64(&mut rest)?) },
    };
    rest.is_empty().then_some(key)
}

/// Where a scan of the table begins and ends.
pub fn range(of: Table, after: Option<&Key>) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let first = prefix(of);
    let begin = after.map(encode).filter(|after| after.first() >= Some(&first));
    (begin.map_or(Bound::Included(vec![first]), Bound::Excluded), Bound::Excluded(vec![first + 1]))
}

/// The table's byte. They are on disk: never change one, never give one again. Zero is for the store's own rows.
fn prefix(table: Table) -> u8 {
    match table {
        Table::Enrollment => 1,
        Table::Contact => 2,
        Table::Account => 3,
        Table::Campaign => 4,
        Table::Intent => 5,
        Table::Route => 6,
        Table::Claim => 7,
        Table::Usage => 8,
        Table::Inbox => 9,
        Table::Seen => 10,
        Table::Unrouted => 11,
        Table::Meta => 12,
        Table::Move => 13,
        Table::Outgoing => 14,
        Table::Task => 15,
        Table::Past => 16,
    }
}

fn table(prefix: u8) -> Option<Table> {
    Some(match prefix {
        1 => Table::Enrollment,
        2 => Table::Contact,
        3 => Table::Account,
        4 => Table::Campaign,
        5 => Table::Intent,
        6 => Table::Route,
        7 => Table::Claim,
        8 => Table::Usage,
        9 => Table::Inbox,
        10 => Table::Seen,
        11 => Table::Unrouted,
        12 => Table::Meta,
        13 => Table::Move,
        14 => Table::Outgoing,
        15 => Table::Task,
        16 => Table::Past,
        _ => return None,
    })
}

fn put_route(out: &mut Vec<u8>, key: &RouteKey) {
    let (kind, account, id) = match key {
        RouteKey::Person { account, id } => (1, Some(account), id),
        RouteKey::Chat { account, id } => (2, Some(account), id),
        RouteKey::Public { account, id } => (3, Some(account), id),
        RouteKey::Digits { account, id } => (4, Some(account), id),
        RouteKey::Contact { id } => (5, None, id),
    };
    out.push(kind);
    out.extend(account.into_iter().flat_map(|account| account.0.to_be_bytes()));
    out.extend(id.0);
}

fn take_route(rest: &mut &[u8]) -> Option<RouteKey> {
    let kind = take_byte(rest)?;
    if kind == 5 {
        return Some(RouteKey::Contact { id: Fingerprint(take(rest)?) });
    }
    let account = AccountId(take_u32(rest)?);
    let id = Fingerprint(take(rest)?);
    Some(match kind {
        1 => RouteKey::Person { account, id },
        2 => RouteKey::Chat { account, id },
        3 => RouteKey::Public { account, id },
        4 => RouteKey::Digits { account, id },
        _ => return None,
    })
}

fn take_usage(rest: &mut &[u8]) -> Option<Key> {
    let account = AccountId(u32::try_from(take_short(rest)?).ok()?);
    let budget = budget(take_byte(rest)?)?;
    let at = Timestamp((take_u64(rest)? ^ SIGN).cast_signed());
    let enrollment = EnrollmentId(take_short(rest)?);
    let visit = Visit(u32::try_from(take_short(rest)?).ok()?);
    Some(Key::Usage { account, budget, at, key: EffectKey { enrollment, visit } })
}

fn budget_byte(budget: Budget) -> u8 {
    match budget {
        Budget::Invites => 1,
        Budget::Messages => 2,
        Budget::Inmails => 3,
        Budget::Visits => 4,
        Budget::Engagements => 5,
    }
}

fn budget(byte: u8) -> Option<Budget> {
    Budget::ALL.into_iter().find(|budget| budget_byte(*budget) == byte)
}

fn meta_byte(key: MetaKey) -> u8 {
    match key {
        MetaKey::Anchor => 1,
        MetaKey::Alive => 2,
        MetaKey::Counters => 3,
        MetaKey::Paused => 4,
        MetaKey::Limits => 5,
        MetaKey::Deciding => 6,
        MetaKey::Applied => 7,
        MetaKey::Quarantine => 8,
    }
}

fn meta(byte: u8) -> Option<MetaKey> {
    let all = [
        MetaKey::Anchor,
        MetaKey::Alive,
        MetaKey::Counters,
        MetaKey::Paused,
        MetaKey::Limits,
        MetaKey::Deciding,
        MetaKey::Applied,
        MetaKey::Quarantine,
    ];
    all.into_iter().find(|key| meta_byte(*key) == byte)
}

/// Big-endian in as few bytes as seven bits each allow: as many ones lead the first byte as bytes follow it, so that
/// longer numbers, which are larger, sort later. Nine bytes hold the largest.
fn put_short(out: &mut Vec<u8>, number: u64) {
    let bits = 64 - number.leading_zeros();
    let following = (bits.max(1) - 1) / 7;
    if following >= 8 {
        out.push(0xff);
        out.extend(number.to_be_bytes());
        return;
    }
    let ones = !(0xffu64 >> following) & 0xff;
    let marked = number | (ones << (8 * following));
    out.extend(marked.to_be_bytes().into_iter().skip(7 - following as usize));
}

fn take_short(rest: &mut &[u8]) -> Option<u64> {
    let first = take_byte(rest)?;
    let following = first.leading_ones();
    if following == 8 {
        return take_u64(rest).filter(|number| *number >= 1 << 56);
    }
    let mut number = u64::from(first) & (0xff >> following);
    for _ in 0..following {
        number = (number << 8) | u64::from(take_byte(rest)?);
    }
    let is_shortest = following == 0 || number >= 1 << (7 * following);
    is_shortest.then_some(number)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*taken)
}

fn take_byte(rest: &mut &[u8]) -> Option<u8> {
    take::<1>(rest).map(|[byte]| byte)
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_be_bytes)
}

fn take_u64(rest: &mut &[u8]) -> Option<u64> {
    take(rest).map(u64::from_be_bytes)
}
