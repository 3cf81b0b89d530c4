//! What is counted while people move is what a look at everybody's row counts.

use crate::runtime::desk::Desk;
use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::model::contact::Contact;
use campaign_engine::model::enrollment::Enrollment;
use campaign_engine::model::id::{ContactId, EnrollmentId};
use campaign_engine::model::identity::identity;
use campaign_engine::model::journal::{Cause, Change, Commit, Key, Record};
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::census::Census;
use campaign_engine::runtime::census::counts::Counts;
use campaign_engine::runtime::census::group::Group;
use campaign_engine::runtime::census::watched::Watched;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::query::Query;
use campaign_engine::runtime::query::page::PageWish;
use campaign_engine::store::contract::commit;
use campaign_engine::store::memory::MemoryStore;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const PEOPLE: [&str; 6] = [
    "ada-lovelace,2h,1h,Tell me more,,",
    "bo-berg,2h,never,,,",
    "cy-coen,never,never,,,",
    "di-dahl,1d,2h,No thanks,,",
    "ed-egger,3d,1d,Sounds good,,",
    "fe-falk,never,never,,,yes",
];

/// All that is counted.
fn asked(query: &Query<'_>) -> Value {
    let page = |status: &str| query.page(&PageWish { status: Some(status.to_owned()), ..PageWish::default() }).unwrap();
    json!({
        "status": query.status(None).unwrap(),
        "overview": query.overview().unwrap(),
        "accounts": query.accounts().unwrap(),
        "inbox": query.inbox(None).unwrap(),
        "errors": query.errors(None).unwrap(),
        "report": query.report(None).unwrap(),
        "why": query.find("https://www.linkedin.com/in/fe-falk/", None).map(|found| query.why(&found[0], None).unwrap()).ok(),
        "pages": (["queued", "active", "paused", "parked", "ended"].map(page)),
    })
}

fn says_the_same(store: &Watched, now: Timestamp) -> Value {
    let kept = asked(&Query::over(store, now).unwrap());
    assert_eq!(kept, asked(&Query::open(store, now).unwrap()));
    kept
}

#[test]
fn counts_kept_through_a_campaign_are_the_counts_of_a_look_at_everybody() {
    let store = Arc::new(Watched::over(Arc::new(MemoryStore::new())));
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), store: Arc::clone(&store) as _, ..Wish::default() });
    let mut told = Vec::new();
    for day in 0..40 {
        told.push(says_the_same(&store, town.now()));
        match day {
            3 => town.command(&Command::Pause { enrollments: vec![EnrollmentId(2)] }),
            6 => town.command(&Command::Erase { enrollments: vec![EnrollmentId(5)] }),
            _ => {}
        }
        town.live(1);
    }
    told.dedup();
    let last = says_the_same(&store, town.now());
    assert_eq!(last["status"]["campaigns"][0]["contacts"]["total"], 5, "{last}");
    assert!(told.len() > 5, "something happened: {}", told.len());
}

/// What may be done to a row, and a question in between.
#[derive(Debug, Clone)]
enum Act {
    /// The row is as in that state.
    Put(u64, usize),
    Delete(u64),
    Ask,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    // Few people, so that rows change; one whose number is far from the others'.
    let number = || (0u64..40).prop_map(|number| if number == 39 { u64::MAX } else { number });
    let act = (0..8, number(), any::<usize>()).prop_map(|(which, number, state)| match which {
        0 => Act::Delete(number),
        1 => Act::Ask,
        _ => Act::Put(number, state),
    });
    vec(act, 1..120)
}

/// Somebody who is in each of several states.
fn states() -> Vec<Enrollment> {
    let desk = Desk::new();
    let scripts: [&[&str]; 5] = [
        &[],
        &["start"],
        &["start", "sent inv_1"],
        &["start", "sent inv_1", "accepted"],
        &["start", "sent inv_1", "accepted", "reply Tell me more"],
    ];
    scripts.iter().map(|script| desk.person(1, "ada", script).enrollment).collect()
}

/// Everything that is counted: groups in a known order, and everybody.
fn all_of(counts: &Counts) -> (BTreeMap<String, u64>, Vec<String>) {
    let named = |group: &Group| format!("{group:?}");
    let groups = counts.groups().map(|(group, people)| (named(group), people)).collect();
    let people = counts.people(None).map(|(id, person, group)| {
        let moments = [person.wakes_at(), person.started_at(), person.accepted_at(), person.replied_at()];
        format!("{id} {moments:?} {}", named(group))
    });
    (groups, people.collect())
}

proptest! {
    #[test]
    fn whatever_is_written_and_asked_a_census_says_what_one_made_anew_says(acts in acts()) {
        let (store, states) = (Watched::over(Arc::new(MemoryStore::new())), states());
        let said = |census: &Census| census.count(&store, all_of).unwrap();
        for act in acts {
            let change = match act {
                Act::Ask => {
                    prop_assert_eq!(said(store.census()), said(&Census::default()));
                    continue;
                }
                Act::Delete(id) => Change::Delete(Key::Enrollment(EnrollmentId(id))),
                Act::Put(id, state) => {
                    let state = states[state % states.len()].clone();
                    Change::Put(Record::Enrollment(Box::new(Enrollment { id: EnrollmentId(id), ..state })))
                }
            };
            commit(&store, vec![Commit { at: Timestamp(0), cause: Cause::Enrolment, changes: vec![change], entries: Vec::new() }]).unwrap();
        }
        prop_assert_eq!(said(store.census()), said(&Census::default()));
    }
}

/// A person of the list: a name of few letters, so that some share them, and identifiers.
fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let field = |name: &'static str, value: &'static str| value.prop_map(move |value: String| (name.to_owned(), value));
    let fields = (field("first_name", "[Aab ]{0,3}"), field("last_name", "[b\u{1}é]{0,2}"), field("email", "[ab]{1,2}@x"));
    let person = (0u64..600, fields, "(https://linkedin.com/in/)?[ab]{1,3}");
    let contact = person.prop_map(|(id, (first, last, email), key)| Contact {
        id: ContactId(id),
        fields: [first, last, email, ("linkedin".to_owned(), key.clone())].into_iter().collect(),
        key,
        tags: Default::default(),
        suppressed: None,
        contacted_at: None,
    });
    vec(contact, 0..60)
}

/// Whom the words fit best, by a look at everybody.
fn looked_for(people: &BTreeMap<ContactId, Contact>, words: &str) -> Vec<ContactId> {
    let (wanted, identifier) = (words.trim().to_lowercase(), identity(words));
    let identifiers = |one: &Contact| [one.key.clone(), one.fields["email"].clone()];
    let fits = |best: usize, one: &Contact| match best {
        0 => identifiers(one).iter().any(|held| identity(held) == identifier),
        1 => one.name().to_lowercase() == wanted,
        _ => {
            let texts = identifiers(one).into_iter().flat_map(|held| [identity(&held), held]).chain([one.name()]);
            texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
        }
    };
    let found = |best| -> Vec<ContactId> { people.values().filter(|one| fits(best, one)).map(|one| one.id).take(50).collect() };
    (0..3).map(found).find(|found| !found.is_empty()).unwrap_or_default()
}

proptest! {
    #[test]
    fn a_search_finds_whom_a_look_at_everybody_finds(
        before in contacts(), after in contacts(), gone in vec(0u64..600, 0..20), words in "[abé@]{1,3}|[ab] b|https://linkedin.com/in/[ab]{1,2}/"
    ) {
        let store = Watched::over(Arc::new(MemoryStore::new()));
        let put = |people: &[Contact]| people.iter().map(|one| Change::Put(Record::Contact(Box::new(one.clone())))).collect();
        let write = |changes: Vec<Change>| {
            commit(&store, vec![Commit { at: Timestamp(0), cause: Cause::Enrolment, changes, entries: Vec::new() }]).unwrap()
        };
        let found = || -> Vec<ContactId> {
            let found = Query::over(&store, Timestamp(0)).unwrap().find(&words, None).unwrap_or_default();
            found.into_iter().map(|found| found.contact.id).collect()
        };
        let mut people: BTreeMap<ContactId, Contact> = before.iter().map(|one| (one.id, one.clone())).collect();
        write(put(&before));
        prop_assert_eq!(found(), looked_for(&people, &words));
        people.extend(after.iter().map(|one| (one.id, one.clone())));
        people.retain(|id, _| !gone.contains(&id.0));
        write(put(&after));
        write(gone.iter().map(|id| Change::Delete(Key::Contact(ContactId(*id)))).collect());
        prop_assert_eq!(found(), looked_for(&people, &words));
    }
}
