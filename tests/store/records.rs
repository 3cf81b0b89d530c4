//! Records: everything the model can say comes back from its bytes; other bytes are refused, never a panic.

use crate::store::rows::{any_commit, contact, enrollment, inbox, put, step};
use crate::store::sample::{actions, calendar, campaign, conditions, intents, statuses};
use campaign_engine::model::account::{Account, AccountSpec, Budget, Channel, Health, InmailApi, SenderProfile, Tier};
use campaign_engine::model::campaign::OutcomeKind;
use campaign_engine::model::contact::{Contact, Suppression};
use campaign_engine::model::enrollment::{Enrollment, Facts, Line, Relation};
use campaign_engine::model::event::{Settlement, Unneeded};
use campaign_engine::model::id::{
    AccountId, CampaignId, ChatId, EffectKey, EnrollmentId, Fingerprint, ProviderId, RemoteId, Visit,
};
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, EntryKind, Installed, Key, Meta, Record, RouteKey};
use campaign_engine::model::past::{Past, PastKind, Quarantine};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::Place;
use campaign_engine::store::record::{Unreadable, Version, Written, payload, payload_len, row, row_bytes, row_parts, written};
use campaign_engine::store::seal::commit::{People, people_in, seal};
use campaign_engine::store::seal::keyring::{Keyring, newcomers};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Debug;

const KEY: EffectKey = EffectKey { enrollment: EnrollmentId(u64::MAX), visit: Visit(3) };

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(values: impl IntoIterator<Item = T>) {
    for value in values {
        let bytes = postcard::to_stdvec(&value).unwrap();
        assert_eq!(postcard::from_bytes::<T>(&bytes).unwrap(), value);
    }
}

/// Keys for whoever is in the commit.
fn ring_for(commit: &Commit) -> Keyring {
    let mut ring = Keyring::fresh().unwrap();
    newcomers(&ring, people_in(commit)).into_iter().for_each(|contact| ring.give(contact, [7; 32]));
    ring
}

/// The commit's bytes under these keys.
fn bytes_of(commit: &Commit, ring: &Keyring) -> Vec<u8> {
    seal::<Unreadable>(commit, ring, &mut People::new(), &|_| Ok(None)).unwrap().to_bytes().unwrap()
}

/// Key and record of the only row a commit puts, as they stand on disk.
fn sealed(record: &Record) -> (Keyring, Vec<u8>, Vec<u8>) {
    let commit = put(vec![record.clone()]);
    let ring = ring_for(&commit);
    let change = seal::<Unreadable>(&commit, &ring, &mut People::new(), &|_| Ok(None)).unwrap().changes.remove(0);
    (ring, change.key, change.record.unwrap())
}

fn check_row(record: Record) {
    let (ring, key, sealed) = sealed(&record);
    let bytes = row_bytes(Some(Place(1 << 40)), &sealed);
    assert_eq!(row(&ring, &key, &bytes), Ok(Some(record)));
    assert_eq!(row_parts(&bytes).unwrap().1, Some(Place(1 << 40)));
}

#[test]
fn words_of_the_model_come_back() {
    check(Channel::ALL);
    check(Tier::ALL);
    check(Budget::ALL);
    check([InmailApi::Classic, InmailApi::SalesNavigator, InmailApi::Recruiter]);
    check([Relation::None, Relation::Pending, Relation::Yes]);
    check([OutcomeKind::Won, OutcomeKind::Lost, OutcomeKind::Neutral]);
    check(
        [Unneeded::AlreadyConnected, Unneeded::AlreadyInvited, Unneeded::NothingPending].map(|why| Settlement::Unneeded { why }),
    );
}

#[test]
fn campaigns_come_back() {
    check(conditions());
    check(actions());
    check([calendar()]);
    let installed =
        |is_current| Installed { id: CampaignId(1), campaign: campaign(), at: Timestamp(-1), is_paused: false, is_current };
    [true, false].map(installed).into_iter().for_each(|installed| check_row(Record::Campaign(Box::new(installed))));
}

#[test]
fn enrollments_come_back() {
    let Record::Enrollment(plain) = enrollment(1, 2) else { panic!("an enrollment was made") };
    for status in statuses() {
        let line = |person: Option<&str>, chat: Option<&str>| Line {
            account: AccountId(1),
            person: person.map(ProviderId::from),
            chat: chat.map(ChatId::from),
        };
        let lines = [(Channel::Linkedin, line(Some("ACoAA"), None)), (Channel::Telegram, line(None, Some("chat")))];
        let facts = Facts {
            relation: Relation::Pending,
            open_profile: Some(true),
            reply_classes: vec!["opt_out".to_owned()],
            ..Facts::default()
        };
        let lines = lines.into_iter().collect();
        check_row(Record::Enrollment(Box::new(Enrollment { lines, status, facts, ..(*plain).clone() })));
    }
}

#[test]
fn accounts_come_back() {
    let health = |health| {
        Record::Account(Box::new(Account {
            id: AccountId(2),
            spec: AccountSpec {
                name: "anna".to_owned(),
                provider_account: "acc-1".into(),
                channel: Channel::Linkedin,
                tier: Tier::Recruiter,
                timezone: Some("Europe/Berlin".to_owned()),
                owner: None,
            },
            health,
            sender: SenderProfile { first_name: Some("Añña".to_owned()), ..SenderProfile::default() },
            created_at: None,
            first_used: Some(Timestamp(i64::MIN)),
            free_at: None,
            cooldowns: vec![(Budget::Invites, Timestamp(5))],
            invites_pending: 3,
            credits: Some((7, Timestamp(8))),
            relations_seen: Some("ACoAA".into()),
            news_until: None,
            polled_at: None,
            poll_due: Some(Timestamp(9)),
            is_paused: true,
        }))
    };
    let since = Timestamp(1);
    let all = [Health::Unknown, Health::Ok, Health::Lost { since, word: "CREDENTIALS".to_owned() }, Health::Deleted { since }];
    all.map(health).into_iter().for_each(check_row);
}

#[test]
fn the_other_rows_come_back() {
    let (account, id, at) = (AccountId(1), Fingerprint([9; 16]), Timestamp(4));
    let routes = [
        RouteKey::Person { account, id },
        RouteKey::Chat { account, id },
        RouteKey::Public { account, id },
        RouteKey::Digits { account, id },
        RouteKey::Contact { id },
    ];
    routes.map(|key| Record::Route { key, enrollments: vec![EnrollmentId(1), EnrollmentId(2)] }).into_iter().for_each(check_row);
    intents().into_iter().for_each(|intent| check_row(Record::Intent(Box::new(intent))));
    let Record::Contact(plain) = contact(1, "ada") else { panic!("a contact was made") };
    for suppressed in [Suppression::Everywhere, Suppression::On(BTreeSet::from(Channel::ALL))] {
        check_row(Record::Contact(Box::new(Contact { suppressed: Some(suppressed), ..(*plain).clone() })));
    }
    let metas = [
        Meta::Anchor { wall: at, virtual_at: at, speed: 8_640 },
        Meta::Alive { at },
        Meta::Counters { contact: 1, enrollment: u64::MAX, account: 3, campaign: 4, inbox: 5 },
        Meta::Paused { since: None },
        Meta::Limits { limits: Box::new(campaign_engine::model::campaign::Limits::defaults()) },
        Meta::Deciding { versions: vec![CampaignId(1), CampaignId(u32::MAX)] },
        Meta::Applied { plan: id },
        Meta::Quarantine(Box::new(Quarantine { from: at, since: Some(at), read: vec![account], ended: None })),
    ];
    metas.map(Record::Meta).into_iter().for_each(check_row);
    check_row(Record::Claim { account, remote: id, key: KEY });
    check_row(Record::Usage { account, budget: Budget::Visits, at, key: KEY, campaign: CampaignId(1) });
    check_row(Record::Seen { key: id, at });
    check_row(Record::Unrouted { row: 1, at, body: "{\"a\": \"\\u0000 ü\"}".to_owned() });
    check_row(Record::Move { enrollment: EnrollmentId(1), to: CampaignId(2) });
    let message = PastKind::Message { chat: "c".into(), is_single: true, text: id };
    for (kind, person) in [(PastKind::Invite, Some(id)), (message, None)] {
        let past = Past { account, remote: "m".into(), at, kind, person, public: None, counted: KEY };
        check_row(Record::Past(Box::new(past)));
    }
    check_row(inbox(1, "{}"));
}

#[test]
fn commits_come_back() {
    let causes = [
        Cause::Arrival,
        Cause::Inbox { row: 1 },
        Cause::Timer { enrollment: EnrollmentId(1) },
        Cause::Outbox { key: KEY },
        Cause::Enrolment,
        Cause::Command { word: "pause".to_owned() },
        Cause::Install,
        Cause::Poll { account: AccountId(1) },
        Cause::Move { enrollment: EnrollmentId(1) },
    ];
    let kinds = [
        EntryKind::Enrolled,
        EntryKind::Started,
        EntryKind::Event,
        EntryKind::Decision,
        EntryKind::Intent,
        EntryKind::Sent,
        EntryKind::Failed,
        EntryKind::Unknown,
        EntryKind::Reconciled,
        EntryKind::Parked,
        EntryKind::Cancelled,
        EntryKind::Skipped,
        EntryKind::Timer,
        EntryKind::Paused,
        EntryKind::Resumed,
        EntryKind::Notified,
        EntryKind::Changed,
        EntryKind::Ended,
        EntryKind::Moved,
    ];
    let detail = vec![("provider_id".to_owned(), RemoteId::from("7").to_string())];
    let entry =
        |kind| (EnrollmentId(1), Entry { at: Timestamp(1), kind, step: "s".to_owned(), version: 2, detail: detail.clone() });
    let entries: Vec<_> = kinds.into_iter().map(entry).collect();
    let changes =
        vec![Change::Put(enrollment(1, 1)), Change::Delete(Key::Claim { account: AccountId(1), remote: Fingerprint([1; 16]) })];
    check(causes.map(|cause| Commit { at: Timestamp(1), cause, changes: changes.clone(), entries: entries.clone() }));
}

#[test]
fn rows_that_said_again_what_their_keys_say_are_read() {
    let (account, remote) = (AccountId(3), Fingerprint([9; 16]));
    let route = |id| Record::Route { key: RouteKey::Chat { account, id }, enrollments: vec![EnrollmentId(7)] };
    let (ring, key, sealed) = sealed(&route(remote));
    let Key::Route(RouteKey::Chat { id: masked, .. }) = ring.masked(&route(remote).key()) else { panic!("it is a chat's") };
    let whole = [vec![0], postcard::to_stdvec(&route(masked)).unwrap()].concat();
    assert_eq!(row(&ring, &key, &row_bytes(None, &whole)), Ok(Some(route(remote))));
    assert!(sealed.len() < 4 && whole.len() > 20, "{sealed:?}: today nothing is said twice");
}

#[test]
fn unknown_versions_and_rubbish_are_refused() {
    let (ring, key, record) = sealed(&contact(1, "ada"));
    let row = |bytes: &[u8]| row(&ring, &key, bytes);
    let row_of = |version: u8| match version {
        1 | 2 => [vec![version, 0], postcard::to_stdvec(&contact(1, "ada")).unwrap()].concat(),
        other => [&[other], &row_bytes(None, &record)[1..]].concat(),
    };
    assert_eq!(row(&row_of(4)), Ok(Some(contact(1, "ada"))));
    assert_eq!(row(&row_of(3)), Ok(Some(contact(1, "ada"))), "only rows of names and numbers were longer");
    assert_eq!(row(&row_of(2)), Ok(Some(contact(1, "ada"))), "before it was sealed");
    assert_eq!(row(&row_of(1)), Ok(Some(contact(1, "ada"))), "a contact has had one layout in all versions");
    assert_eq!(row(&row_of(5)), Err(Unreadable::Newer { found: 5 }));
    assert_eq!(row(&row_of(255)), Err(Unreadable::Newer { found: 255 }));
    let cut = row_of(4)[..9].to_vec();
    for bytes in [
        vec![],
        vec![0],
        row_of(0),
        vec![1],
        vec![2],
        vec![3],
        vec![4],
        [row_of(1), vec![0]].concat(),
        row_of(2)[..9].to_vec(),
        cut,
    ] {
        assert!(matches!(row(&bytes), Err(Unreadable::Damaged { .. })), "{bytes:?}");
    }
    assert!(matches!(written(&ring, &[9, 0]), Err(Unreadable::Newer { found: 9 })));
    assert!(matches!(written(&ring, &[1, 255, 255, 255, 255]), Err(Unreadable::Damaged { .. })));
}

/// Rows and a commit as the first version wrote them: everything the model could say then.
const VERSION_1: &[u8] = include_bytes!("fixtures/version-1");

#[test]
fn what_version_1_wrote_is_read() {
    let (rows, payload): (Vec<Vec<u8>>, Vec<u8>) = postcard::from_bytes(VERSION_1).unwrap();
    let ring = Keyring::fresh().unwrap();
    let commit = written(&ring, &payload).unwrap().commit;
    let records: Vec<Record> = rows.iter().map(|bytes| row(&ring, &[], bytes).unwrap().unwrap()).collect();
    let puts: Vec<Record> = commit
        .changes
        .into_iter()
        .filter_map(|change| match change {
            Change::Put(record) => Some(record),
            Change::Delete(_) => None,
        })
        .collect();
    assert_eq!(puts, records, "a row and a commit read the same");
    let count = |is: fn(&Record) -> bool| records.iter().filter(|record| is(record)).count();
    assert_eq!(count(|record| matches!(record, Record::Enrollment(_))), 10);
    assert_eq!(count(|record| matches!(record, Record::Intent(_))), 4);
    assert_eq!(records.len(), 17);
    let Some(Record::Campaign(installed)) = records.first() else { panic!("the campaign comes first") };
    assert_eq!(installed.campaign.steps.len(), 27);
    assert_eq!((installed.campaign.name.as_str(), installed.campaign.contacts.start_per_day), ("everything", Some(30)));
    assert!(installed.campaign.steps.iter().all(|step| step.late.is_none()) && installed.campaign.migrations.is_empty());
    for (bytes, record) in rows.iter().zip(records) {
        let (version, tail, _) = row_parts(bytes).unwrap();
        assert_eq!((version, tail), (Version::One, Some(Place(77))));
        check_row(record);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_payload_comes_back(commit in any_commit(), places in proptest::collection::vec(any::<u64>(), 0..5)) {
        let previous: Vec<_> = places.iter().map(|at| (EnrollmentId(*at), Some(Place(*at)).filter(|place| place.0 != 0))).collect();
        let ring = ring_for(&commit);
        let bytes = bytes_of(&commit, &ring);
        let payload = payload(&previous, &bytes);
        prop_assert_eq!(payload.len(), payload_len(previous.len(), bytes.len()));
        prop_assert_eq!(written(&ring, &payload), Ok(Written { previous, commit }));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in any::<proptest::sample::Index>()) {
        let commit = step(1, 1);
        let ring = ring_for(&commit);
        for version in [1, 2, 3] {
            let versioned = [vec![version], bytes.clone()].concat();
            drop((row(&ring, &[], &versioned), written(&ring, &versioned)));
        }
        let whole = payload(&[], &bytes_of(&commit, &ring));
        prop_assert!(written(&ring, &whole[..cut.index(whole.len())]).is_err());
    }

    #[test]
    fn a_flipped_bit_of_what_is_sealed_is_refused(at in any::<proptest::sample::Index>(), bit in 0..8u8) {
        let (ring, key, mut record) = sealed(&contact(1, "ada"));
        let at = at.index(record.len());
        record[at] ^= 1 << bit;
        // The first two bytes say whose it is: what is another's or nobody's does not open either.
        prop_assert!(row(&ring, &key, &row_bytes(None, &record)).is_err());
    }
}
