//! The paths whose instructions are counted, each with what it walks over made ready before.

use crate::connector::postpress::webhook;
use crate::lab::LabFault;
use crate::lab::rig::told;
use crate::lang::compile;
use crate::lang::folder::MemoryFiles;
use crate::lang::source::{Notation, Source};
use crate::machine::{Person, advance};
use crate::model::account::SenderProfile;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::event::Event;
use crate::model::id::{CampaignId, ContactId, EnrollmentId, Visit};
use crate::model::journal::{Cause, Change, Commit, Entry, EntryKind, Record};
use crate::model::program::Program;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::entry::{new_contact, new_enrollment};
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::drive::run;
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use crate::store::record;
use crate::store::seal::commit::{self, People};
use crate::store::seal::keyring::Keyring;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hint::black_box;
use std::path::PathBuf;

/// What is counted.
pub type Walk = Box<dyn FnOnce()>;

/// A path: what is made ready, and what is then walked and counted.
pub struct Path {
    pub name: &'static str,
    pub prepare: fn() -> Result<Walk, LabFault>,
}

/// What a busy engine and its author wait for.
pub const PATHS: &[Path] = &[
    Path { name: "webhook", prepare: webhook },
    Path { name: "advance", prepare: machine },
    Path { name: "commit", prepare: commit },
    Path { name: "row", prepare: row },
    Path { name: "check", prepare: check },
    Path { name: "forecast", prepare: forecast },
];

/// 2027-01-04T07:00Z, a Monday.
const BEGIN: Timestamp = Timestamp(1_799_046_000_000);
const TIMES: usize = 300;
const ROWS: usize = 300;
const PEOPLE: usize = 40;

const WORKSPACE: &str = "workspace paths
  account lina
    id \"acc_lina\"
    channel linkedin
    tier sales_navigator
  end
  pool all lina
  schedule
    send monday to friday 09:00-17:30
    timezone of contact or \"Europe/Paris\"
    gap 2 to 6 minutes
  end
end
";

const CAMPAIGN: &str = "campaign paths version 1
  accounts from pool all
  outcomes won interested; neutral no_answer, unreachable
  contacts from \"people.csv\"
    need first_name, company, linkedin
    enter once
  end
  message hello
    \"Hi {{ first_name }}, shall we connect?\"
  end
  message intro
    \"{Thanks|Good to meet you}, {{ first_name }}. Is that on your list at {{ company }}?\"
  end
  steps
    rest: repeat up to 20 times, 1 day apart
      tag \"met\"
    end
    invite with hello
    wait up to 14 days
      when accepted
        send intro
        wait 5 working days
        stop as no_answer
      on timeout
        withdraw invite
        stop as unreachable
    end
  end
end
";

/// As postpress delivers a reply.
const REPLY: &[u8] = br#"{"event":"message_received","account_id":"acc_lina","account_type":"LINKEDIN",
"account_info":{"type":"LINKEDIN","feature":"classic","user_id":"ACoAAC9tQ7wBk2mZr5XyJ1pLdV8hNs3GfUeTiKo"},
"webhook_name":"engine","chat_id":"W8pHk3ZrTbm6sQx1NdYcUg","message_id":"Zk3ZrTbm6sQx1NdY",
"sender":{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo",
"attendee_name":"Ada Example","attendee_profile_url":"https://www.linkedin.com/in/ada-example"},
"attendees":[{"attendee_id":"b9Zc3TnWQ0mYx5KfJ2sLrA","attendee_provider_id":"ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo"}],
"subject":null,"message":"Hi, sounds useful. Could you do Thursday at 10?","timestamp":"2026-09-14T08:21:37.412Z",
"attachments":[],"is_sender":false,"is_event":0,"is_group":false,"message_type":"MESSAGE"}"#;

fn webhook() -> Result<Walk, LabFault> {
    webhook::read(REPLY).map_err(told("the webhook cannot be read"))?;
    Ok(Box::new(|| (0..TIMES).for_each(|_| drop(black_box(webhook::read(black_box(REPLY)))))))
}

/// Somebody begins, and comes through all their waits.
fn machine() -> Result<Walk, LabFault> {
    let program = program(1)?;
    let (enrollment, contact) = person(&program)?;
    Ok(Box::new(move || {
        for _ in 0..TIMES / 10 {
            let (mut enrollment, mut contact, mut now) = (enrollment.clone(), contact.clone(), BEGIN);
            let mut event = Event::Started;
            while let Some(campaign) = program.campaigns.first() {
                let told = Person { enrollment: &enrollment, contact: &contact, sender: &SenderProfile::default() };
                let Some(moved) = advance(campaign, &told, &event, now) else { break };
                enrollment = moved.enrollment;
                contact = moved.contact.unwrap_or(contact);
                let Some(due) = enrollment.next_wake() else { break };
                now = due;
                event = Event::Due { visit: enrollment.frame().map_or(Visit(0), |frame| frame.visit), due };
            }
            black_box((&enrollment, &contact));
        }
    }))
}

/// Sealing what a turn decided.
fn commit() -> Result<Walk, LabFault> {
    let (ring, commit) = sealable()?;
    sealed(&ring, &commit)?;
    Ok(Box::new(move || (0..TIMES).for_each(|_| drop(black_box(sealed(&ring, black_box(&commit)))))))
}

/// Opening a row as it stands on the disk.
fn row() -> Result<Walk, LabFault> {
    let (ring, commit) = sealable()?;
    let sealed = commit::seal(&commit, &ring, &mut People::new(), &|_| Ok::<_, record::Unreadable>(None)).map_err(unreadable)?;
    let change = sealed.changes.into_iter().next().ok_or_else(|| LabFault("nothing was sealed".to_owned()))?;
    let bytes = record::row_bytes(None, &change.record.unwrap_or_default());
    record::row(&ring, &change.key, &bytes).map_err(unreadable)?;
    Ok(Box::new(move || (0..TIMES).for_each(|_| drop(black_box(record::row(&ring, &change.key, black_box(&bytes)))))))
}

/// A campaign and its list, from the text on.
fn check() -> Result<Walk, LabFault> {
    program(ROWS)?;
    Ok(Box::new(|| drop(black_box(program(ROWS)))))
}

/// A month of some people.
fn forecast() -> Result<Walk, LabFault> {
    let program = program(PEOPLE)?;
    Ok(Box::new(move || {
        let opening = Opening::fresh(&program, BEGIN, Some(365));
        let cast = Cast::new(&opening, &Folk::Drawn);
        black_box(run(&cast, BEGIN.plus_ms(30 * DAY_MS), 1, &mut Nobody));
    }))
}

/// Nobody watches.
struct Nobody;

impl Sink for Nobody {
    fn take(&mut self, _: Timestamp, _: &Who<'_>, happening: &Happening<'_>) {
        black_box(happening);
    }
}

fn program(people: usize) -> Result<Program, LabFault> {
    let mut list = "first_name,company,linkedin\n".to_owned();
    for nth in 0..people {
        writeln!(list, "Ada{nth},Acme {},https://www.linkedin.com/in/person-{nth}/", nth % 97).map_err(told("a list"))?;
    }
    let source = |path: &str, text: &str| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
    let files = MemoryFiles::new("").with("people.csv", list);
    let compiled = compile(&[source("workspace.camp", WORKSPACE), source("paths.camp", CAMPAIGN)], &files);
    match compiled.program.campaigns.len() {
        1 => Ok(compiled.program),
        _ => Err(LabFault(format!("the paths' campaign does not compile: {:?}", compiled.diagnostics))),
    }
}

fn person(program: &Program) -> Result<(Enrollment, Contact), LabFault> {
    let row = program.rosters.first().and_then(|roster| roster.rows.first());
    let row = row.ok_or_else(|| LabFault("the paths' list is empty".to_owned()))?;
    let contact = Contact { fields: row.fields(), ..new_contact(ContactId(1), row) };
    Ok((new_enrollment(EnrollmentId(1), CampaignId(1), ContactId(1), BTreeMap::new(), BEGIN), contact))
}

fn sealable() -> Result<(Keyring, Commit), LabFault> {
    let (enrollment, contact) = person(&program(1)?)?;
    let mut ring = Keyring::fresh().map_err(told("there are no keys"))?;
    ring.give(contact.id, [7; 32]);
    let entry = Entry { at: BEGIN, kind: EntryKind::Enrolled, step: "rest".to_owned(), version: 1, detail: Vec::new() };
    let entries = vec![(enrollment.id, entry)];
    let changes = [Record::Enrollment(Box::new(enrollment)), Record::Contact(Box::new(contact))].map(Change::Put).to_vec();
    Ok((ring, Commit { at: BEGIN, cause: Cause::Enrolment, changes, entries }))
}

fn sealed(ring: &Keyring, commit: &Commit) -> Result<Vec<u8>, LabFault> {
    let sealed = commit::seal(commit, ring, &mut People::new(), &|_| Ok::<_, record::Unreadable>(None)).map_err(unreadable)?;
    sealed.to_bytes().map_err(unreadable)
}

fn unreadable(fault: record::Unreadable) -> LabFault {
    LabFault(format!("{fault:?}"))
}
