//! Rows and commits for the store's tests: short words for what a test needs.

use campaign_engine::model::account::Budget;
use campaign_engine::model::contact::Contact;
use campaign_engine::model::enrollment::{Enrollment, Facts, Sends, Status, Tasks, Trail};
use campaign_engine::model::id::{
    AccountId, CampaignId, ContactId, EffectKey, EnrollmentId, Fingerprint, Lsn, Visit, fingerprint,
};
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, EntryKind, InboxRow, Key, Meta, MetaKey, Record, RouteKey};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::Store;
pub use campaign_engine::store::upkeep::TABLES;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// An enrollment that differs by `visits`.
pub fn enrollment(id: u64, visits: u32) -> Record {
    Record::Enrollment(Box::new(Enrollment {
        id: EnrollmentId(id),
        campaign: CampaignId(1),
        contact: ContactId(id),
        lines: BTreeMap::new(),
        enrolled_at: Timestamp(1),
        started_at: None,
        updated_at: Timestamp(i64::from(visits)),
        status: Status::Queued,
        visits,
        loops: Vec::new(),
        left: Vec::new(),
        trail: Trail::default(),
        tasks: Tasks::default(),
        groups: Vec::new(),
        facts: Facts::default(),
        sends: Sends::default(),
    }))
}

/// A contact with a name.
pub fn contact(id: u64, name: &str) -> Record {
    Record::Contact(Box::new(Contact {
        id: ContactId(id),
        key: name.to_owned(),
        fields: BTreeMap::from([("first_name".to_owned(), name.to_owned())]),
        tags: BTreeSet::new(),
        suppressed: None,
        contacted_at: None,
    }))
}

/// An inbox row.
pub fn inbox(row: u64, body: &str) -> Record {
    let dedup = fingerprint(&[&row.to_be_bytes()]);
    let body = body.to_owned();
    Record::Inbox(Box::new(InboxRow { row, at: Timestamp(1), dedup, enrollments: Vec::new(), account: None, body }))
}

/// A line.
pub fn entry(step: &str) -> Entry {
    Entry { at: Timestamp(1), kind: EntryKind::Event, step: step.to_owned(), version: 1, detail: Vec::new() }
}

/// A commit of the engine's own.
pub fn commit(changes: Vec<Change>, lines: &[(u64, &str)]) -> Commit {
    let entries = lines.iter().map(|(id, step)| (EnrollmentId(*id), entry(step))).collect();
    Commit { at: Timestamp(1), cause: Cause::Enrolment, changes, entries }
}

/// A commit that puts the rows.
pub fn put(records: Vec<Record>) -> Commit {
    commit(records.into_iter().map(Change::Put).collect(), &[])
}

/// The n-th step of an enrollment, with its line.
pub fn step(id: u64, nth: u32) -> Commit {
    commit(vec![Change::Put(enrollment(id, nth))], &[(id, &nth.to_string())])
}

/// A webhook made durable.
pub fn arrival(row: u64, body: &str) -> Commit {
    Commit { cause: Cause::Arrival, ..put(vec![inbox(row, body)]) }
}

/// Every row of the store, table by table.
pub fn state(store: &dyn Store) -> Vec<Record> {
    let mut rows = Vec::new();
    for table in TABLES {
        store.scan(table, None, &mut |row| keep(&mut rows, row)).unwrap();
    }
    rows
}

/// The steps of an enrollment's lines.
pub fn lines(store: &dyn Store, id: u64) -> Vec<(u64, String)> {
    store.timeline(EnrollmentId(id)).unwrap().into_iter().map(|(lsn, entry)| (lsn.0, entry.step)).collect()
}

/// Every commit from there on.
pub fn replayed(store: &dyn Store, from: u64) -> Vec<(u64, Commit)> {
    let mut commits = Vec::new();
    store.replay(Lsn(from), &mut |lsn, commit| keep(&mut commits, (lsn.0, commit))).unwrap();
    commits
}

/// Keeps what is seen, and goes on.
pub fn keep<T>(kept: &mut Vec<T>, seen: T) -> ControlFlow<()> {
    kept.push(seen);
    ControlFlow::Continue(())
}

/// The last `Put` or `Delete` of each key wins: law 3, in its plainest form.
pub fn fold(commits: &[Commit]) -> Vec<Record> {
    let mut rows = BTreeMap::new();
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        match change {
            Change::Put(record) => drop(rows.insert(record.key(), record.clone())),
            Change::Delete(key) => drop(rows.remove(key)),
        }
    }
    rows.into_values().collect()
}

/// Any key whose ids are as large as they occur in practice (`wide: false`) or as their types allow.
pub fn any_key(wide: bool) -> impl Strategy<Value = Key> {
    let cap = move |bits: u32, number: u64| if wide { number } else { number & ((1 << bits) - 1) };
    let account = any::<u32>().prop_map(move |id| AccountId(cap(28, id.into()) as u32));
    let effect = (any::<u64>(), any::<u32>()).prop_map(move |(enrollment, visit)| EffectKey {
        enrollment: EnrollmentId(cap(35, enrollment)),
        visit: Visit(cap(21, visit.into()) as u32),
    });
    let print = any::<[u8; 16]>().prop_map(Fingerprint);
    let budget = prop_oneof![
        Just(Budget::Invites),
        Just(Budget::Messages),
        Just(Budget::Inmails),
        Just(Budget::Visits),
        Just(Budget::Engagements)
    ];
    let meta = prop_oneof![
        Just(MetaKey::Anchor),
        Just(MetaKey::Alive),
        Just(MetaKey::Counters),
        Just(MetaKey::Paused),
        Just(MetaKey::Limits),
        Just(MetaKey::Deciding),
        Just(MetaKey::Applied),
        Just(MetaKey::Quarantine)
    ];
    let route = (0..5u8, account.clone(), print.clone()).prop_map(|(kind, account, id)| match kind {
        0 => RouteKey::Person { account, id },
        1 => RouteKey::Chat { account, id },
        2 => RouteKey::Public { account, id },
        3 => RouteKey::Digits { account, id },
        _ => RouteKey::Contact { id },
    });
    prop_oneof![
        any::<u64>().prop_map(|id| Key::Enrollment(EnrollmentId(id))),
        any::<u64>().prop_map(|id| Key::Contact(ContactId(id))),
        account.clone().prop_map(Key::Account),
        any::<u32>().prop_map(|id| Key::Campaign(CampaignId(id))),
        effect.clone().prop_map(Key::Intent),
        route.prop_map(Key::Route),
        (account.clone(), print.clone()).prop_map(|(account, remote)| Key::Claim { account, remote }),
        (account.clone(), print.clone()).prop_map(|(account, remote)| Key::Past { account, remote }),
        (account, budget, any::<i64>(), effect).prop_map(|(account, budget, at, key)| Key::Usage {
            account,
            budget,
            at: Timestamp(at),
            key
        }),
        any::<u64>().prop_map(|row| Key::Inbox { row }),
        print.prop_map(|key| Key::Seen { key }),
        any::<u64>().prop_map(|row| Key::Unrouted { row }),
        meta.prop_map(Key::Meta),
        any::<u64>().prop_map(|id| Key::Move { enrollment: EnrollmentId(id) }),
    ]
}

/// Any commit over a few rows, so that they meet often; it keeps the contract's rule for lines.
pub fn any_commit() -> impl Strategy<Value = Commit> {
    let change = prop_oneof![
        4 => (0..6u64, any::<u32>()).prop_map(|(id, visits)| Change::Put(enrollment(id, visits))),
        1 => (0..6u64).prop_map(|id| Change::Delete(Key::Enrollment(EnrollmentId(id)))),
        2 => (0..4u64, "[a-z]{0,12}").prop_map(|(id, name)| Change::Put(contact(id, &name))),
        2 => (0..4u64, "[a-z]{0,40}").prop_map(|(row, body)| Change::Put(inbox(row, &body))),
        2 => (0..4u64).prop_map(|row| Change::Delete(Key::Inbox { row })),
        1 => any::<u32>().prop_map(|account| Change::Put(Record::Meta(Meta::Counters {
            contact: 1, enrollment: 2, account, campaign: 4, inbox: 5
        }))),
    ];
    (proptest::collection::vec(change, 0..5), any::<bool>(), any::<i64>()).prop_map(|(changes, with_lines, at)| {
        let put = changes.iter().filter_map(|change| match change {
            Change::Put(Record::Enrollment(enrollment)) => Some((enrollment.id, entry(&enrollment.visits.to_string()))),
            Change::Put(_) | Change::Delete(_) => None,
        });
        let entries = if with_lines { put.collect() } else { Vec::new() };
        Commit { at: Timestamp(at), cause: Cause::Enrolment, changes, entries }
    })
}
