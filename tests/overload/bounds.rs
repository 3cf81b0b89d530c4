//! Every queue ends somewhere: each bound is reached, what lies beyond it is refused or waits, and the others go on.

use crate::runtime::town::{BEGIN, Town};
use crate::runtime::wish::Wish;
use crate::store::behind::{Behind, Rule};
use campaign_engine::connector::outlet::contract::{Letter, Outlet, Posted, Receipt};
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::id::{EnrollmentId, Lsn, fingerprint};
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, EntryKind, InboxRow, Record, Table};
use campaign_engine::model::time::{DAY_MS, HOUR_MS};
use campaign_engine::runtime::beside::ASKED_MAX;
use campaign_engine::runtime::clock::{Clock, SetClock};
use campaign_engine::runtime::directory::Directory;
use campaign_engine::runtime::gate::{Gate, WAITING_MAX};
use campaign_engine::runtime::inlet::{Accepted, Inlet};
use campaign_engine::runtime::outside::Outside;
use campaign_engine::runtime::pulse::{LINES_KEPT_MAX, Pulse};
use campaign_engine::runtime::query::Query;
use campaign_engine::runtime::query::unrouted::UNROUTED_SHOWN_MAX;
use campaign_engine::runtime::receive::{ARRIVALS_MAX, Door, Receiver};
use campaign_engine::runtime::scheduler::CAUSES_MAX;
use campaign_engine::runtime::sweeping::UNROUTED_MAX;
use campaign_engine::store::contract::{Done, Store, StoreFault, commit};
use campaign_engine::store::memory::MemoryStore;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

/// A store whose disk does not answer until it is told to.
#[derive(Default)]
struct Slow {
    waiting: Mutex<VecDeque<Done>>,
}

impl Rule for Slow {
    fn submit(&self, inner: &dyn Store, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        self.waiting.lock().unwrap().push_back(done);
        inner.submit(commits, Box::new(drop))
    }
}

fn door(store: Arc<dyn Store>, gate: &Arc<Gate>) -> Door {
    let clock: Arc<dyn Clock> = Arc::new(SetClock::at(BEGIN));
    let (post, _) = channel();
    Door(Receiver::new(store, clock, Arc::clone(gate), Arc::new(Directory::default()), post))
}

fn body(nth: usize) -> String {
    serde_json::json!({
        "event": "message_received", "account_id": "acc_lina", "account_type": "LINKEDIN", "chat_id": "c", "message_id": format!("m-{nth}"),
        "message": "Hello", "timestamp": "2027-01-04T07:00:00.000Z", "is_sender": false, "sender": {"attendee_provider_id": "somebody"},
    })
    .to_string()
}

/// What a webhook is answered at once; none: not yet.
fn answer(door: &Door, nth: usize) -> Option<Accepted> {
    let said: Arc<Mutex<Option<Accepted>>> = Arc::default();
    let told = Arc::clone(&said);
    door.accept(body(nth).as_bytes(), Box::new(move |accepted| *told.lock().unwrap() = Some(accepted)));
    said.lock().unwrap().take()
}

#[test]
fn webhooks_that_wait_for_the_disk_are_so_many() {
    let store = Arc::new(Behind { inner: Arc::new(MemoryStore::new()), rule: Slow::default() });
    let door = door(Arc::clone(&store) as Arc<dyn Store>, &Arc::new(Gate::default()));
    let most = usize::try_from(ARRIVALS_MAX).unwrap();
    assert!((0..most).all(|nth| answer(&door, nth).is_none()), "each waits for the disk");
    assert_eq!(answer(&door, most), Some(Accepted::Full), "the next is told to come again");
    let first = store.rule.waiting.lock().unwrap().pop_front().unwrap();
    first(Ok(Lsn(1)));
    assert_eq!(answer(&door, most), None, "there is room for one");
    assert_eq!(answer(&door, most + 1), Some(Accepted::Full));
}

#[test]
fn events_that_wait_for_their_turn_are_so_many() {
    let gate = Arc::new(Gate::default());
    let door = door(Arc::new(MemoryStore::new()), &gate);
    assert!((0..WAITING_MAX).all(|nth| answer(&door, nth) == Some(Accepted::Durable)));
    assert_eq!(answer(&door, WAITING_MAX), Some(Accepted::Full), "the next is told to come again");
    gate.open(&[]);
    assert_eq!(answer(&door, WAITING_MAX), Some(Accepted::Durable), "one was acted on");
    assert_eq!(answer(&door, 0), Some(Accepted::Full));
}

#[test]
fn a_looker_who_comes_late_gets_the_newest_lines() {
    let pulse = Pulse::default();
    let line = |nth: i64| {
        let entry = Entry { at: BEGIN.plus_ms(nth), kind: EntryKind::Event, step: String::new(), version: 1, detail: Vec::new() };
        (EnrollmentId(1), entry)
    };
    (0..LINES_KEPT_MAX as i64 + 100).for_each(|nth| pulse.tell(&[line(nth)]));
    let (kept, _) = pulse.since(0);
    assert_eq!((kept.len(), kept[0].1.at), (LINES_KEPT_MAX, BEGIN.plus_ms(100)));
}

/// Says how many questions are with it at once: they are answered in the round after.
#[derive(Default)]
struct Classes(AtomicUsize);

impl Outlet for Classes {
    fn post(&self, _: Letter) -> Posted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(std::future::ready(Ok(Receipt { status: 200, body: r#"{"class": null}"#.to_owned() })))
    }
}

const ASKED: &str = "
  steps
    if connected
      send \"Hi {{ first_name }}\"
      wait 10 days
      stop as no_answer
    else
      stop as unreachable
    end
  end";

#[test]
fn replies_that_are_with_the_classifier_are_so_many() {
    let people: Vec<String> = (0..60).map(|nth| format!("p{nth},,,,yes,")).collect();
    let people: Vec<&'static str> = people.into_iter().map(|row| &*row.leak()).collect();
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (limits, rules) = ("messages 500 a day", "start 500 a day");
    let mut town = Town::new(Wish { body: ASKED, people, limits, rules, store: Arc::clone(&store), ..Wish::default() });
    town.live(3);
    town.crash();
    // Sixty replies came in while the engine was away.
    let chats: Vec<(String, String)> =
        town.ledger().into_iter().map(|line| (line.chat_id.unwrap_or_default(), line.recipient_id)).collect();
    let rows = chats.iter().filter(|(chat, _)| !chat.is_empty()).enumerate().map(|(nth, (chat, person))| {
        let body = serde_json::json!({
            "event": "message_received", "account_id": "acc_lina", "account_type": "LINKEDIN", "chat_id": chat,
            "message_id": format!("r-{nth}"), "message": "Why not", "timestamp": town.now().iso_ms(), "is_sender": false,
            "sender": {"attendee_provider_id": person},
        });
        inbox_row(nth, body.to_string(), vec![EnrollmentId(nth as u64 + 1)])
    });
    let rows: Vec<Change> = rows.collect();
    assert_eq!(rows.len(), 60, "{chats:?}");
    commit(&*store, vec![Commit { at: BEGIN, cause: Cause::Arrival, changes: rows, entries: Vec::new() }]).unwrap();
    town.open();
    let classes = Arc::new(Classes::default());
    let outside = Outside {
        outlet: Arc::clone(&classes) as Arc<dyn Outlet>,
        classifier_url: Some("https://classes.example/".to_owned()),
        ..Outside::default()
    };
    town.house.as_mut().unwrap().partition.reach_out(outside);
    let mut most = 0;
    for _ in 0..100 {
        let before = classes.0.load(Ordering::Relaxed);
        town.round();
        most = most.max(classes.0.load(Ordering::Relaxed) - before);
    }
    assert_eq!((classes.0.load(Ordering::Relaxed), most), (60, ASKED_MAX), "all were asked, never more at once");
    assert_eq!(town.outcomes()["replied"], 60);
}

fn inbox_row(nth: usize, body: String, enrollments: Vec<EnrollmentId>) -> Change {
    let dedup = fingerprint(&[b"test", &nth.to_le_bytes()]);
    let row = InboxRow { row: nth as u64 + 1, at: BEGIN, dedup, enrollments, account: None, body };
    Change::Put(Record::Inbox(Box::new(row)))
}

/// Events of one campaign by the ten thousand: a turn acts on so many of them, and the others' timers and sends go on in it.
#[test]
fn a_flood_of_events_leaves_the_others_their_share() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let people = vec!["ada,2h,,,,", "bob,3h,,,,"];
    let mut town = Town::new(Wish { people, store: Arc::clone(&store), ..Wish::default() });
    town.crash();
    // In the middle of the morning: the window is open.
    town.clock.set(BEGIN.plus_ms(3 * HOUR_MS));
    let flood = 10 * CAUSES_MAX;
    let rows = (0..flood).map(|nth| inbox_row(nth, body(nth), vec![EnrollmentId(1)])).collect();
    commit(&*store, vec![Commit { at: BEGIN, cause: Cause::Arrival, changes: rows, entries: Vec::new() }]).unwrap();
    town.open();
    let waiting = |town: &Town| {
        let mut count = 0;
        town.store
            .scan(Table::Inbox, None, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        count
    };
    let mut begun = 0;
    for turn in 1..=9 {
        town.round();
        assert_eq!(waiting(&town), flood - turn * CAUSES_MAX, "a turn acts on so many");
        let is_active = |id| matches!(town.enrollment(EnrollmentId(id)).unwrap().unwrap().status, Status::Active { .. });
        begun += usize::from(is_active(2));
    }
    assert!(begun >= 8, "bob began while the flood went on");
    let invited = |town: &Town| town.reached().contains(&"invite bob".to_owned());
    assert!(invited(&town), "and was invited: {:?}", town.reached());
    town.live(30);
    assert!(town.is_idle());
}

#[test]
fn a_reply_of_ten_megabytes_ends_its_path_and_nobody_elses() {
    let reply: &'static str = format!("eva,2h,1h,{},,", "never again ".repeat(10_000_000 / 12)).leak();
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,", reply, "bob,3h,1h,Sure,,"], ..Wish::default() });
    town.live(40);
    town.judge();
    assert_eq!((town.outcomes()["replied"], town.outcomes()["no_answer"]), (2, 1), "{:?}", town.outcomes());
}

/// Strangers write as often as they like: the newest are kept and shown, for a month.
#[test]
fn what_is_nobodys_is_kept_up_to_a_bound_and_a_month() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut town = Town::new(Wish { people: vec!["ada,2h,,,,"], store: Arc::clone(&store), ..Wish::default() });
    town.crash();
    let flood = UNROUTED_MAX + 300;
    let stranger = |nth| body(nth).replace("acc_lina", "acc_nobody");
    let rows = (0..flood).map(|nth| inbox_row(nth, stranger(nth), Vec::new())).collect();
    commit(&*store, vec![Commit { at: BEGIN, cause: Cause::Arrival, changes: rows, entries: Vec::new() }]).unwrap();
    town.open();
    town.settle_down();
    let shown = |town: &Town| Query::open(&*town.store, town.now()).unwrap().unrouted().unwrap();
    let now = shown(&town);
    assert_eq!((now.rows.len(), now.more as usize), (UNROUTED_SHOWN_MAX, UNROUTED_MAX - UNROUTED_SHOWN_MAX));
    assert_eq!(
        (now.rows[0].row, now.rows[0].what.as_str(), now.rows[0].account.as_str()),
        (flood as u64, "message", "acc_nobody")
    );
    town.crash();
    town.open();
    assert_eq!(shown(&town), now, "a restart forgets none");
    town.clock.set(BEGIN.plus_ms(30 * DAY_MS));
    town.beat(2);
    assert_eq!(shown(&town).rows.len(), UNROUTED_SHOWN_MAX, "a month is not over");
    town.clock.set(BEGIN.plus_ms(32 * DAY_MS));
    town.beat(UNROUTED_MAX / 500);
    assert_eq!((shown(&town).rows.len(), shown(&town).more), (0, 0));
}
