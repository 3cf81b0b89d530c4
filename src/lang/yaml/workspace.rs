//! The workspace: accounts, pools, people, and what all campaigns share.

use crate::lang::syntax::{AccountBlock, Line, Person, Pool, Workspace};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::Entry;
use crate::lang::yaml::words::span_of;
use crate::lang::yaml::{message, schedule, shared};
use crate::model::account::Tier;

const WORKSPACE: Keys = Keys {
    what: "a workspace",
    known: &[
        "name",
        "accounts",
        "pools",
        "people",
        "never_contact",
        "classes",
        "messages",
        "parts",
        "schedule",
        "limits",
        "refresh",
        "report",
    ],
};

const ACCOUNT: Keys = Keys { what: "an account", known: &["id", "channel", "tier", "timezone", "owner"] };

/// Reads `workspace`.
pub fn workspace(reader: &mut Reader, entry: &Entry) -> Option<Workspace> {
    let entries = reader.keys(&entry.value, "workspace", WORKSPACE)?;
    reader.depth = 1;
    let name = match entry.value.get("name") {
        Some(name) => reader.name(name, "name"),
        None => {
            reader.missing(entry.span, "a workspace", "name");
            None
        }
    };
    let notes = reader.notes(entry.item);
    let end_notes = reader.end_notes(&entry.value);
    let mut workspace = Workspace {
        name: name.unwrap_or_default(),
        accounts: Vec::new(),
        pools: Vec::new(),
        people: Vec::new(),
        never_contact: Vec::new(),
        classes: Vec::new(),
        messages: Vec::new(),
        parts: Vec::new(),
        schedule: None,
        limits: None,
        refresh: None,
        reports: Vec::new(),
        span: entry.span,
        notes,
        end_notes,
    };
    for clause in entries {
        self::clause(reader, &mut workspace, clause);
    }
    Some(workspace)
}

fn clause(reader: &mut Reader, workspace: &mut Workspace, clause: &Entry) {
    match clause.key.as_str() {
        "accounts" => {
            let entries = reader.map(&clause.value, "accounts", "names and accounts").unwrap_or_default();
            workspace.accounts = entries.iter().filter_map(|entry| account(reader, clause, entry)).collect();
        }
        "pools" => {
            let entries = reader.map(&clause.value, "pools", "names and accounts").unwrap_or_default();
            workspace.pools = entries.iter().filter_map(|entry| pool(reader, clause, entry)).collect();
        }
        "people" => {
            let entries = reader.map(&clause.value, "people", "names and addresses").unwrap_or_default();
            workspace.people = entries.iter().filter_map(|entry| person(reader, clause, entry)).collect();
        }
        "never_contact" => workspace.never_contact = schedule::lines(reader, clause, "paths", Reader::string),
        "classes" => workspace.classes = shared::classes(reader, clause),
        "messages" => workspace.messages = message::messages(reader, clause),
        "parts" => workspace.parts = shared::parts(reader, clause),
        "schedule" => workspace.schedule = schedule::schedule(reader, clause),
        "limits" => workspace.limits = schedule::limits(reader, clause),
        "refresh" => workspace.refresh = reader.cron(&clause.value, "refresh").map(|cron| reader.line(clause, cron)),
        "report" => workspace.reports = shared::reports(reader, clause),
        _ => {}
    }
}

fn account(reader: &mut Reader, accounts: &Entry, entry: &Entry) -> Option<AccountBlock> {
    let name = reader.name_of(entry);
    let clauses = reader.keys(&entry.value, &entry.key, ACCOUNT)?;
    let mut account = AccountBlock {
        name: name?,
        id: None,
        channel: None,
        tier: None,
        timezone: None,
        owner: None,
        span: entry.span,
        notes: reader.notes_under(accounts, entry),
        clause_notes: Default::default(),
        end_notes: reader.end_notes(&entry.value),
    };
    for clause in clauses {
        let (key, value) = (clause.key.as_str(), &clause.value);
        let notes = reader.notes(clause.item);
        match key {
            "id" => (account.id, account.clause_notes[0]) = (reader.string(value, key), notes),
            "channel" => (account.channel, account.clause_notes[1]) = (reader.channel(value, key), notes),
            "tier" => {
                account.tier = reader.word(value, key, &Tier::ALL.map(|tier| (tier.word(), tier)));
                account.clause_notes[2] = notes;
            }
            "timezone" => (account.timezone, account.clause_notes[3]) = (reader.string(value, key), notes),
            "owner" => (account.owner, account.clause_notes[4]) = (reader.string(value, key), notes),
            _ => {}
        }
    }
    Some(account)
}

fn pool(reader: &mut Reader, pools: &Entry, entry: &Entry) -> Option<Line<Pool>> {
    let name = reader.name_of(entry);
    let accounts = reader.names(&entry.value, &entry.key);
    let pool = Pool { name: name?, accounts };
    let notes = reader.notes_under(pools, entry);
    Some(Line { value: pool, span: span_of(entry), notes })
}

fn person(reader: &mut Reader, people: &Entry, entry: &Entry) -> Option<Line<Person>> {
    let name = reader.name_of(entry);
    let address = reader.string(&entry.value, &entry.key);
    let person = Person { name: name?, address: address? };
    let notes = reader.notes_under(people, entry);
    Some(Line { value: person, span: span_of(entry), notes })
}
