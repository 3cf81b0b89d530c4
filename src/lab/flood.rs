//! A campaign with a million events: the others do what they would have done, at the same moments (invariant I14).
//!
//! Two worlds of one seed in virtual time. In one, everybody of a campaign who has answered goes on writing, by the
//! thousand at a moment, while another campaign, through another account, is on its way. Start at [`run`].

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use crate::lang::compile;
use crate::lang::folder::MemoryFiles;
use crate::lang::source::{Notation, Source};
use crate::model::account::{Channel, Tier};
use crate::model::enrollment::Status;
use crate::model::id::EnrollmentId;
use crate::model::journal::{EntryKind, Table};
use crate::model::program::Program;
use crate::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use crate::runtime::inlet::Accepted;
use crate::sim::faults::Faults;
use crate::sim::people::directory::Directory;
use crate::sim::people::person::{Script, Ties};
use crate::sim::postpress::account::AccountSeed;
use crate::sim::world::{Heard, Setting, Town};
use crate::store::contract::Store;
use crate::store::journaled::JournaledStore;
use crate::store::start::Options;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2027-01-04T07:00Z, a Monday.
const BEGIN: Timestamp = Timestamp(1_799_046_000_000);
/// Everybody has ended by then.
const DAYS: i64 = 40;
/// Further replies; in the short tier the same for less time.
const EVENTS: (u64, u64) = (100_000, 1_000_000);
/// Webhooks at one moment: two turns' worth.
const TOGETHER: usize = 2_048;
const LOUD: usize = 20;
const QUIET: usize = 40;
/// The engine may grow by so much between a tenth of the flood and its end: what the store keeps of its tree included.
const GROWTH_MIB_MAX: u64 = 400;

const TEXT: &str = r#"workspace acme
  account lina
    id "acc_lina"
    channel linkedin
    tier classic
  end
  account marc
    id "acc_marc"
    channel linkedin
    tier classic
  end
  schedule
    send monday to sunday 00:00-24:00
    timezone "Europe/Paris"
    gap 1 to 2 minutes
  end
end
campaign loud
  accounts from lina
  outcomes won written
  contacts from "loud.csv"
    need first_name, linkedin
  end
  steps
    if connected
      send "{{ first_name }}, who watches the cloud bill at your place?"
    end
    wait 20 days
    stop as written
  end
end
campaign quiet
  accounts from marc
  outcomes won written
  contacts from "quiet.csv"
    need first_name, linkedin
  end
  steps
    if connected
      repeat up to 12 times, 1 day apart
        send "{{ first_name }}, one thing a day"
      end
    end
    stop as written
  end
end
"#;

/// Runs both worlds.
///
/// # Errors
/// The store or the world cannot be used.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let events = order.runs(EVENTS.0, EVENTS.1);
    let calm = Flooded::live(order, "calm", 0)?;
    let wild = Flooded::live(order, "wild", events)?;
    let mut verdict = Verdict::new();
    verdict.at_least("events", wild.taken, events);
    verdict.fact("came_again", wild.again);
    verdict.at_least("lines", wild.lines, events);
    verdict.none("left_waiting", wild.waiting);
    verdict.at_least("effects", calm.effects.len() as u64, QUIET as u64 * 10);
    let others = calm.effects.iter().zip(&wild.effects).filter(|(calm, wild)| calm != wild).count();
    verdict.none("others_later", others.max(calm.effects.len().abs_diff(wild.effects.len())) as u64);
    verdict.none("still_open", wild.open);
    verdict.at_most("growth_mib", wild.growth_mib, GROWTH_MIB_MAX);
    Ok(verdict)
}

/// What a world came to.
#[derive(Default)]
struct Flooded {
    /// What the quiet campaign did, and when.
    effects: Vec<(String, String)>,
    taken: u64,
    /// Webhooks that were not taken at once.
    again: u64,
    /// Replies in the timelines of the loud.
    lines: u64,
    /// Events that nobody acted on.
    waiting: u64,
    open: u64,
    growth_mib: u64,
}

impl Flooded {
    fn live(order: &Order, name: &str, events: u64) -> Result<Self, LabFault> {
        let dir = order.folder.join(name);
        let store: Arc<dyn Store> = Arc::new(JournaledStore::open(&dir, Options::default()).map_err(told)?);
        let mut town = town(order.seed, Arc::clone(&store))?;
        town.hearing = Some(Vec::new());
        let end = BEGIN.plus_ms(DAYS * DAY_MS);
        let mut flooded = Self::default();
        let mut replies = Vec::new();
        let (mut sent, mut begun_mib) = (0, None);
        while town.now() < end {
            if replies.len() < LOUD {
                replies.extend(town.hearing.iter_mut().flat_map(std::mem::take).filter_map(reply_of));
                town.hearing = (replies.len() < LOUD).then(Vec::new);
            } else if flooded.taken < events {
                let together = TOGETHER.min((events - flooded.taken) as usize);
                flooded.pour(&mut town, &replies, &mut sent, together)?;
                if flooded.taken >= events / 10 {
                    begun_mib.get_or_insert_with(memory_mib);
                }
                if flooded.taken >= events {
                    flooded.growth_mib = memory_mib().saturating_sub(begun_mib.unwrap_or_default());
                }
            }
            town.step(end).map_err(told)?;
        }
        flooded.close(&town)?;
        drop((town, store));
        std::fs::remove_dir_all(&dir).map_err(told)?;
        Ok(flooded)
    }

    /// So many further replies at this moment, from everybody in turn.
    fn pour(&mut self, town: &mut Town, replies: &[Value], sent: &mut u64, together: usize) -> Result<(), LabFault> {
        let now = town.now();
        let bodies = replies.iter().cycle().take(together).map(|reply| {
            *sent += 1;
            further(reply, *sent, now)
        });
        for accepted in town.tell_all(&bodies.collect::<Vec<_>>()).map_err(told)? {
            match accepted {
                Accepted::Durable => self.taken += 1,
                Accepted::Full => self.again += 1,
                other => return Err(LabFault(format!("a reply was answered {other:?}"))),
            }
        }
        Ok(())
    }

    fn close(&mut self, town: &Town) -> Result<(), LabFault> {
        let of_marc = town.world.effects(0).into_iter().filter(|line| line.account == "acc_marc");
        self.effects = of_marc.map(|line| (line.recipient, line.virtual_at)).collect();
        town.store
            .scan(Table::Inbox, None, &mut |_| {
                self.waiting += 1;
                ControlFlow::Continue(())
            })
            .map_err(told)?;
        for row in town.enrollments().map_err(told)? {
            self.open += u64::from(!matches!(row.status, Status::Ended { .. }));
            self.lines += replies_told(town, row.id)?;
        }
        Ok(())
    }
}

fn replies_told(town: &Town, id: EnrollmentId) -> Result<u64, LabFault> {
    let entries = town.timeline(id).map_err(told)?;
    let is_reply = |detail: &[(String, String)]| detail.iter().any(|(name, value)| name == "event" && value == "replied");
    Ok(entries.iter().filter(|entry| entry.kind == EntryKind::Event && is_reply(&entry.detail)).count() as u64)
}

/// The webhook that told of a person's first reply.
fn reply_of(heard: Heard) -> Option<Value> {
    let body: Value = serde_json::from_slice(&heard.body).ok()?;
    let is_theirs = body.get("is_sender").and_then(Value::as_bool) == Some(false);
    let is_reply = body.get("event").and_then(Value::as_str) == Some("message_received");
    (is_reply && is_theirs && body.get("account_id").and_then(Value::as_str) == Some("acc_lina")).then_some(body)
}

fn further(reply: &Value, nth: u64, now: Timestamp) -> Vec<u8> {
    let mut body = reply.clone();
    for (name, value) in [
        ("message_id", json!(format!("flood-{nth}"))),
        ("provider_message_id", json!(format!("flood-p-{nth}"))),
        ("message", json!(format!("And another thing, the {nth}th"))),
        ("timestamp", json!(now.iso_ms())),
    ] {
        if let Some(held) = body.get_mut(name) {
            *held = value;
        }
    }
    body.to_string().into_bytes()
}

fn town(seed: u64, store: Arc<dyn Store>) -> Result<Town, LabFault> {
    let mut people = Directory::new(seed);
    let names = |word: &'static str, count: usize| (0..count).map(move |nth| format!("{word}-{nth}"));
    for name in names("loud", LOUD).chain(names("quiet", QUIET)) {
        let mut person = people.person(&name);
        person.relation = Ties::Everybody;
        let replies_after_ms = name.starts_with("loud").then_some(10 * MINUTE_MS);
        person.script = Some(Script { replies_after_ms, reply: Some("Sure".to_owned()), ..Script::default() });
        people.name(person);
    }
    let list = |word, count| {
        let rows = names(word, count).map(|name| format!("{name},https://www.linkedin.com/in/{name}/\n"));
        format!("first_name,linkedin\n{}", rows.collect::<String>())
    };
    let files = MemoryFiles::new("").with("loud.csv", list("loud", LOUD)).with("quiet.csv", list("quiet", QUIET));
    Town::new(Setting {
        program: program(&files)?,
        store,
        people,
        accounts: ["lina", "marc"]
            .map(|name| AccountSeed::new(&format!("acc_{name}"), Channel::Linkedin, Tier::Classic, name))
            .into(),
        faults: Faults::default(),
        ledger: None,
        begin: BEGIN,
        hears: true,
    })
    .map_err(told)
}

fn program(files: &MemoryFiles) -> Result<Program, LabFault> {
    let source = Source { path: PathBuf::from("flood.camp"), notation: Notation::Camp, text: TEXT.into() };
    let compiled = compile(&[source], files);
    match compiled.program.campaigns.len() {
        2 => Ok(compiled.program),
        _ => Err(LabFault(format!("the flood does not compile: {:?}", compiled.diagnostics))),
    }
}

/// Memory of this process that is in use, in MiB.
fn memory_mib() -> u64 {
    let pages = std::fs::read_to_string(Path::new("/proc/self/statm")).ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4_096 / (1 << 20)
}

fn told(fault: impl std::fmt::Display) -> LabFault {
    LabFault(fault.to_string())
}
