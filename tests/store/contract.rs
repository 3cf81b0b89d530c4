//! The contract's laws, over every store.

use crate::store::rows::{
    any_commit, arrival, commit, contact, enrollment, fold, inbox, keep, lines, put, replayed, state, step,
};
use campaign_engine::model::id::{ContactId, EnrollmentId, Lsn, fingerprint};
use campaign_engine::model::journal::{Change, Commit, Key, Record, Table};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Store, StoreFault, commit as commit_durably};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::memory::MemoryStore;
use campaign_engine::store::start::Options;
use proptest::prelude::{ProptestConfig, proptest};
use proptest::prop_assert_eq;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;

/// Runs the law over a fresh store of each kind.
fn check(law: impl Fn(&dyn Store)) {
    law(&MemoryStore::new());
    let dir = tempfile::tempdir().unwrap();
    law(&JournaledStore::open(dir.path(), Options::small()).unwrap());
}

fn submit(store: &dyn Store, commits: Vec<Commit>) -> Lsn {
    store.submit(commits, Box::new(drop)).unwrap()
}

#[test]
fn what_was_submitted_is_visible_at_once() {
    check(|store| {
        for nth in 1..200 {
            submit(store, vec![step(7, nth)]);
            assert_eq!(store.get(&Key::Enrollment(EnrollmentId(7))).unwrap(), Some(enrollment(7, nth)));
        }
        assert_eq!(lines(store, 7).len(), 199);
        assert_eq!(replayed(store, 1).len(), 199);
    });
}

#[test]
fn submitted_commits_have_a_place_in_one_order() {
    check(|store| {
        assert_eq!(submit(store, vec![step(1, 1), step(2, 1), step(1, 2)]), Lsn(3));
        assert_eq!(submit(store, vec![step(2, 2)]), Lsn(4));
        let order: Vec<u64> = replayed(store, 2).into_iter().map(|(lsn, _)| lsn).collect();
        assert_eq!(order, [2, 3, 4]);
    });
}

#[test]
fn done_says_the_last_place_once() {
    check(|store| {
        let (tell, told) = channel();
        let last =
            store.submit(vec![step(1, 1), step(1, 2)], Box::new(move |result| tell.send(result.unwrap()).unwrap())).unwrap();
        assert_eq!(told.iter().collect::<Vec<_>>(), [last]);
        assert_eq!(store.figures().durable, Lsn(2));
    });
}

#[test]
fn nothing_submitted_is_done_at_once() {
    check(|store| assert_eq!(commit_durably(store, Vec::new()).unwrap(), Lsn(0)));
}

#[test]
fn nothing_submitted_is_done_when_all_before_it_is() {
    check(|store| {
        for nth in 1..100 {
            let (tell, told) = channel();
            let (first, then) = (tell.clone(), tell);
            store.submit(vec![step(1, nth)], Box::new(move |result| first.send(("commit", result.unwrap())).unwrap())).unwrap();
            store.submit(Vec::new(), Box::new(move |result| then.send(("barrier", result.unwrap())).unwrap())).unwrap();
            assert_eq!(told.iter().collect::<Vec<_>>(), [("commit", Lsn(nth.into())), ("barrier", Lsn(nth.into()))]);
        }
    });
}

#[test]
fn what_nobody_waits_for_is_visible_at_once_and_durable_before_what_comes_after_it() {
    check(|store| {
        for nth in 1..100 {
            let quiet = store.submit_quietly(vec![step(1, nth)]).unwrap();
            assert_eq!(store.get(&Key::Enrollment(EnrollmentId(1))).unwrap(), Some(enrollment(1, nth)));
            let waited = if nth % 2 == 0 { vec![step(2, nth)] } else { Vec::new() };
            assert!(commit_durably(store, waited).unwrap() >= quiet);
            assert!(store.figures().durable >= quiet);
        }
        assert_eq!(lines(store, 1).len(), 99);
    });
}

#[test]
fn what_nobody_waits_for_is_durable_when_the_store_has_settled_and_after_a_while_by_itself() {
    check(|store| {
        let quiet = store.submit_quietly(vec![step(1, 1)]).unwrap();
        store.settle().unwrap();
        assert_eq!((store.figures().durable, store.figures().applied), (quiet, quiet));
        let later = store.submit_quietly(vec![step(1, 2)]).unwrap();
        while store.figures().durable < later {
            std::thread::yield_now();
        }
        assert_eq!(store.submit_quietly(Vec::new()).unwrap(), later);
    });
}

#[test]
fn a_deleted_row_is_gone() {
    check(|store| {
        submit(store, vec![put(vec![contact(1, "ada"), contact(2, "bob")])]);
        submit(store, vec![commit(vec![Change::Delete(Key::Contact(ContactId(1)))], &[])]);
        assert_eq!(store.get(&Key::Contact(ContactId(1))).unwrap(), None);
        assert_eq!(state(store), [contact(2, "bob")]);
    });
}

#[test]
fn the_last_change_of_a_key_in_one_commit_wins() {
    check(|store| {
        let gone = Change::Delete(Key::Contact(ContactId(1)));
        let put = |name| Change::Put(contact(1, name));
        submit(store, vec![commit(vec![put("ada"), gone.clone(), put("bob")], &[])]);
        assert_eq!(state(store), [contact(1, "bob")]);
        submit(store, vec![commit(vec![put("eve"), gone], &[])]);
        assert_eq!(state(store), []);
    });
}

#[test]
fn many_rows_come_each_where_its_key_stands() {
    check(|store| {
        submit(store, vec![put((1..=6_000).map(|id| contact(id, "x")).collect())]);
        submit(store, vec![commit(vec![Change::Delete(Key::Contact(ContactId(4_321)))], &[])]);
        let there = |id: u64| (1..=6_000).contains(&id) && id != 4_321;
        for ids in [vec![], vec![9, 9, 7_000, 1], (0..9_000).map(|nth| nth * 7_919 % 7_000).collect()] {
            let keys: Vec<Key> = ids.iter().map(|id| Key::Contact(ContactId(*id))).collect();
            let wanted: Vec<Option<Record>> = ids.iter().map(|id| there(*id).then(|| contact(*id, "x"))).collect();
            assert_eq!(store.get_all(&keys).unwrap(), wanted);
        }
    });
}

#[test]
fn a_scan_begins_after_a_key_and_ends_with_its_table() {
    check(|store| {
        let rows = (1..=1_500).map(|id| contact(id, "x")).chain([inbox(1, "{}"), enrollment(9, 1)]);
        submit(store, vec![put(rows.collect())]);
        let mut seen = Vec::new();
        store.scan(Table::Contact, Some(&Key::Contact(ContactId(3))), &mut |row| keep(&mut seen, row)).unwrap();
        assert_eq!(seen, (4..=1_500).map(|id| contact(id, "x")).collect::<Vec<_>>());
    });
}

#[test]
fn a_scan_ends_when_told() {
    check(|store| {
        submit(store, vec![put((1..=10).map(|id| contact(id, "x")).collect())]);
        let mut seen = 0;
        let mut see = |_: Record| {
            seen += 1;
            if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        store.scan(Table::Contact, None, &mut see).unwrap();
        assert_eq!(seen, 3);
    });
}

#[test]
fn a_scan_may_read_and_submit() {
    check(|store| {
        submit(store, vec![put((1..=1_200).map(|id| contact(id, "x")).collect())]);
        store
            .scan(Table::Contact, None, &mut |row| {
                assert_eq!(store.get(&row.key()).unwrap(), Some(row.clone()));
                submit(store, vec![commit(vec![Change::Delete(row.key())], &[])]);
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(state(store), []);
    });
}

#[test]
fn a_timeline_holds_the_enrollments_own_lines_oldest_first() {
    check(|store| {
        submit(store, vec![step(1, 1), step(2, 1), step(1, 2)]);
        submit(store, vec![put(vec![enrollment(1, 9)])]);
        let both = commit(vec![Change::Put(enrollment(1, 3)), Change::Put(enrollment(2, 2))], &[(1, "3"), (2, "2"), (1, "4")]);
        submit(store, vec![both]);
        let line = |lsn, step: &str| (lsn, step.to_owned());
        assert_eq!(lines(store, 1), [line(1, "1"), line(3, "2"), line(5, "3"), line(5, "4")]);
        assert_eq!(lines(store, 2), [line(2, "1"), line(5, "2")]);
        assert_eq!(lines(store, 3), []);
    });
}

#[test]
fn a_replay_ends_when_told() {
    check(|store| {
        submit(store, (1..=9).map(|nth| step(1, nth)).collect());
        let mut seen = Vec::new();
        let mut see = |lsn: Lsn, _: Commit| {
            seen.push(lsn.0);
            if seen.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        store.replay(Lsn(4), &mut see).unwrap();
        assert_eq!(seen, [4, 5]);
    });
}

#[test]
fn settled_means_durable_and_applied() {
    check(|store| {
        submit(store, (1..=300).map(|nth| step(u64::from(nth), nth)).collect());
        store.settle().unwrap();
        let figures = store.figures();
        assert_eq!((figures.last, figures.durable, figures.applied), (Lsn(300), Lsn(300), Lsn(300)));
    });
}

#[test]
fn many_threads_keep_one_order() {
    check(|store| {
        std::thread::scope(|scope| {
            for id in 1..=8 {
                scope.spawn(move || {
                    (1..=50).map(|nth| commit_durably(store, vec![step(id, nth)])).for_each(|done| assert!(done.is_ok()))
                });
            }
        });
        for id in 1..=8 {
            let steps: Vec<String> = lines(store, id).into_iter().map(|(_, step)| step).collect();
            assert_eq!(steps, (1..=50).map(|nth| nth.to_string()).collect::<Vec<_>>());
        }
        assert_eq!(replayed(store, 1).len(), 400);
    });
}

#[test]
fn an_arrival_is_a_commit_like_any_other() {
    check(|store| {
        commit_durably(store, vec![arrival(1, "{}")]).unwrap();
        assert_eq!(state(store), [inbox(1, "{}")]);
    });
}

#[test]
fn the_same_fault_can_be_told_to_many() {
    let fault = StoreFault::Poisoned { because: "the disk is gone".to_owned() };
    assert!(!fault.is_transient());
    assert_eq!(fault.clone().to_string(), fault.to_string());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn state_is_the_fold_of_the_journal(batches in proptest::collection::vec(proptest::collection::vec(any_commit(), 0..6), 1..12)) {
        let dir = tempfile::tempdir().unwrap();
        let memory = MemoryStore::new();
        let commits: Vec<Commit> = batches.iter().flatten().cloned().collect();
        {
            let journaled = JournaledStore::open(dir.path(), Options::small()).unwrap();
            for batch in &batches {
                submit(&memory, batch.clone());
                submit(&journaled, batch.clone());
            }
            same(&memory, &journaled, &commits)?;
            journaled.settle().unwrap();
            same(&memory, &journaled, &commits)?;
        }
        let reopened = JournaledStore::open(dir.path(), Options::small()).unwrap();
        prop_assert_eq!(reopened.figures().mended, Vec::<String>::new());
        same(&memory, &reopened, &commits)?;
        drop(reopened);
        std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
        let rebuilt = JournaledStore::open(dir.path(), Options::small()).unwrap();
        same(&memory, &rebuilt, &commits)?;
    }
}

fn same(memory: &MemoryStore, store: &JournaledStore, commits: &[Commit]) -> Result<(), proptest::test_runner::TestCaseError> {
    prop_assert_eq!(state(memory), fold(commits));
    prop_assert_eq!(state(store), fold(commits));
    prop_assert_eq!(replayed(store, 1), replayed(memory, 1));
    for id in 0..6 {
        prop_assert_eq!(lines(store, id), lines(memory, id));
    }
    Ok(())
}

/// Law 5: rows, lines and commits of the erased are gone, everybody else's stay, and the marks are remembered.
#[test]
fn what_was_erased_is_nowhere_and_the_others_are_as_they_were() {
    check(|store| {
        commit_durably(store, vec![put(vec![contact(7, "ada"), contact(8, "bob")]), arrival(1, "hello")]).unwrap();
        let both =
            |nth| commit(vec![Change::Put(enrollment(7, nth)), Change::Put(enrollment(8, nth))], &[(7, "seven"), (8, "eight")]);
        for nth in 1..40 {
            commit_durably(store, vec![both(nth), step(7, nth), step(8, nth)]).unwrap();
        }
        let of_bob = lines(store, 8);
        let mark = fingerprint(&[b"ada"]);
        assert_eq!(store.erased(mark), None);
        store.erase(ContactId(7), &[mark], Timestamp(5)).unwrap();

        assert_eq!(store.get(&Key::Contact(ContactId(7))).unwrap(), None);
        assert_eq!(store.get(&Key::Enrollment(EnrollmentId(7))).unwrap(), None);
        assert_eq!(lines(store, 7), []);
        assert_eq!(lines(store, 8), of_bob);
        assert_eq!(store.get(&Key::Enrollment(EnrollmentId(8))).unwrap(), Some(enrollment(8, 39)));
        assert!(store.get(&Key::Inbox { row: 1 }).unwrap().is_some(), "what is nobody's stays");
        let told: Vec<Commit> = replayed(store, 1).into_iter().map(|(_, commit)| commit).collect();
        let theirs = |change: &Change| {
            matches!(change, Change::Put(Record::Contact(one)) if one.id == ContactId(7))
                || matches!(change, Change::Put(Record::Enrollment(one)) if one.contact == ContactId(7))
        };
        assert!(!told.iter().flat_map(|commit| &commit.changes).any(theirs));
        assert!(!told.iter().flat_map(|commit| &commit.entries).any(|(id, _)| *id == EnrollmentId(7)));
        assert_eq!(fold(&told), state(store), "the state is still the fold of what is told");
        assert_eq!((store.erased(mark), store.marks()), (Some(Timestamp(5)), vec![(mark, Timestamp(5))]));
        // Nothing of them comes back, and the store goes on.
        commit_durably(store, vec![step(8, 40)]).unwrap();
        assert_eq!(lines(store, 8).len(), of_bob.len() + 1);
    });
}
