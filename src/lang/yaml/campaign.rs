//! A campaign and its clauses.

use crate::lang::code::Code;
use crate::lang::syntax::{Accounts, Block, Campaign, Goal, HandlerKind, Item, Line, Notes, OutcomeGroup};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Entry, Node};
use crate::lang::yaml::{block, contacts, handlers, message, migrate, schedule, shared, test};
use crate::model::campaign::OutcomeKind;

const CAMPAIGN: Keys = Keys {
    what: "a campaign",
    known: &[
        "campaign",
        "version",
        "goal",
        "accounts",
        "outcomes",
        "contacts",
        "limits",
        "schedule",
        "classes",
        "messages",
        "parts",
        "steps",
        "when_reply",
        "when_opt_out",
        "when_takeover",
        "when_account_lost",
        "when_send_failed",
        "when_event",
        "report",
        "migrate",
        "tests",
    ],
};

/// Reads a campaign, and the tests in its file that are of another one.
pub fn campaign(reader: &mut Reader, root: &Node, head: &Entry, is_truncated: bool) -> Vec<Item> {
    let Some(mut campaign) = clauses(reader, root, head) else { return Vec::new() };
    // What a broken text leaves is no campaign: its missing half would be told as faults.
    if is_truncated || campaign.name.value.is_empty() {
        return Vec::new();
    }
    let (own, others): (Vec<_>, Vec<_>) = campaign.tests.drain(..).partition(|test| test.campaign == campaign.name);
    campaign.tests = own;
    let others = others.into_iter().map(Item::Test);
    std::iter::once(Item::Campaign(Box::new(campaign))).chain(others).collect()
}

fn clauses(reader: &mut Reader, root: &Node, head: &Entry) -> Option<Campaign> {
    let entries = reader.keys(root, "campaign", CAMPAIGN)?;
    reader.depth = 1;
    let name = reader.name(&head.value, "campaign");
    let mut campaign = Campaign {
        name: name.unwrap_or_default(),
        version: None,
        goal: None,
        accounts: None,
        outcomes: None,
        contacts: None,
        limits: None,
        schedule: None,
        classes: Vec::new(),
        messages: Vec::new(),
        parts: Vec::new(),
        steps: None,
        handlers: Vec::new(),
        reports: Vec::new(),
        migrations: Vec::new(),
        tests: Vec::new(),
        span: head.span.to(head.value.span),
        notes: reader.notes(head.item),
        end_notes: Notes::default(),
    };
    for entry in entries {
        clause(reader, &mut campaign, entry);
    }
    reader.depth = 0;
    Some(campaign)
}

fn clause(reader: &mut Reader, campaign: &mut Campaign, entry: &Entry) {
    let (key, value) = (entry.key.as_str(), &entry.value);
    match key {
        "version" => campaign.version = reader.number(value, key),
        "goal" => campaign.goal = goal(reader, entry),
        "accounts" => campaign.accounts = accounts(reader, entry),
        "outcomes" => campaign.outcomes = outcomes(reader, entry),
        "contacts" => campaign.contacts = contacts::contacts(reader, entry),
        "limits" => campaign.limits = schedule::limits(reader, entry),
        "schedule" => campaign.schedule = schedule::schedule(reader, entry),
        "classes" => campaign.classes = shared::classes(reader, entry),
        "messages" => campaign.messages = message::messages(reader, entry),
        "parts" => campaign.parts = shared::parts(reader, entry),
        "steps" => campaign.steps = steps(reader, entry),
        "when_event" => campaign.handlers.extend(handlers::events(reader, entry)),
        "report" => campaign.reports = shared::reports(reader, entry),
        "migrate" => campaign.migrations = migrate::migrations(reader, entry),
        "tests" => {
            let own = Some(&campaign.name).filter(|name| !name.value.is_empty()).cloned();
            campaign.tests = test::tests(reader, entry, own.as_ref());
        }
        _ => campaign.handlers.extend(handler_kind(key).and_then(|kind| handlers::handler(reader, entry, kind))),
    }
}

fn handler_kind(key: &str) -> Option<HandlerKind> {
    match key {
        "when_reply" => Some(HandlerKind::Reply),
        "when_opt_out" => Some(HandlerKind::OptOut),
        "when_takeover" => Some(HandlerKind::Takeover),
        "when_account_lost" => Some(HandlerKind::AccountLost),
        "when_send_failed" => Some(HandlerKind::SendFailed),
        _ => None,
    }
}

fn goal(reader: &mut Reader, entry: &Entry) -> Option<Line<Goal>> {
    const GOAL: Keys = Keys { what: "a goal", known: &["text", "reached_when"] };
    let node = &entry.value;
    if node.entries().is_none() {
        let text = reader.text(node, "goal")?;
        return Some(reader.line(entry, Goal { text, reached_when: None }));
    }
    reader.keys(node, "goal", GOAL)?;
    let text = reader.needed(node, "a goal", "text", entry.span).and_then(|text| reader.text(text, "text"));
    let reached_when = node.get("reached_when").and_then(|condition| reader.condition(condition, "reached_when"));
    Some(reader.line(entry, Goal { text: text?, reached_when }))
}

fn accounts(reader: &mut Reader, entry: &Entry) -> Option<Line<Accounts>> {
    const ACCOUNTS: Keys = Keys { what: "`accounts`", known: &["pool", "from", "one_per_contact"] };
    let node = &entry.value;
    if node.entries().is_none() {
        let names = reader.names(node, "accounts");
        return (!names.is_empty()).then(|| reader.line(entry, Accounts::Listed(names)));
    }
    reader.keys(node, "accounts", ACCOUNTS)?;
    if let Some(flag) = node.get("one_per_contact")
        && reader.flag(flag, "one_per_contact") == Some(false)
    {
        let help = "leave it out: one account speaks to one contact for the whole campaign";
        reader.fault(Code::Unexpected, flag.span, "`one_per_contact` cannot be false", help);
    }
    let accounts = match (node.get("pool"), node.get("from")) {
        (Some(pool), None) => Accounts::Pool(reader.name(pool, "pool")?),
        (None, Some(from)) => Accounts::Listed(reader.names(from, "from")),
        (Some(_), Some(from)) => {
            reader.fault(
                Code::Unexpected,
                from.place(),
                "`accounts` has both a pool and a list",
                "keep one of `pool` and `from`",
            );
            return None;
        }
        (None, None) => {
            reader.missing(entry.span, "`accounts`", "pool");
            return None;
        }
    };
    Some(reader.line(entry, accounts))
}

fn outcomes(reader: &mut Reader, entry: &Entry) -> Option<Line<Vec<OutcomeGroup>>> {
    const OUTCOMES: Keys = Keys { what: "`outcomes`", known: &["won", "lost", "neutral"] };
    let entries = reader.keys(&entry.value, "outcomes", OUTCOMES)?;
    let mut groups = Vec::new();
    for group in entries {
        let kind = match group.key.as_str() {
            "won" => OutcomeKind::Won,
            "lost" => OutcomeKind::Lost,
            _ => OutcomeKind::Neutral,
        };
        let names = reader.names(&group.value, &group.key);
        if !names.is_empty() {
            groups.push(OutcomeGroup { kind, names });
        }
    }
    (!groups.is_empty()).then(|| reader.line(entry, groups))
}

fn steps(reader: &mut Reader, entry: &Entry) -> Option<Block> {
    let mut steps = block::block(reader, &entry.value, "steps", entry.span)?;
    steps.notes = reader.notes(entry.item);
    Some(steps)
}
