//! The top of a file: one campaign or one workspace, and a campaign's clauses.

use crate::lang::code::Code;
use crate::lang::source::Span;
use crate::lang::syntax::{Accounts, Block, Campaign, Class, File, Goal, Handler, HandlerKind, Item, Line, Notes, OutcomeGroup};
use crate::lang::yaml::reader::{Keys, Reader};
use crate::lang::yaml::tree::{Document, Entry, Node};
use crate::lang::yaml::{block, contacts, message, schedule, workspace};
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
        "steps",
        "when_reply",
        "when_opt_out",
        "when_takeover",
        "when_account_lost",
    ],
    not_yet: &["when_send_failed", "when_event", "parts", "tests", "migrate", "report"],
};

/// Reads a document as the one campaign or workspace it holds.
pub fn file(reader: &mut Reader, document: &Document) -> File {
    let mut file = File::default();
    let Some(root) = &document.root else {
        let place = Span { source: reader.source, start: 0, end: 0 };
        if !document.is_truncated {
            reader.fault(Code::Unexpected, place, "the file says nothing", "begin it with `campaign: NAME` or `workspace:`");
        }
        return file;
    };
    let Some(entries) = reader.map(root, "a campaign file", "keys") else { return file };
    let top = |key: &str| entries.iter().find(|entry| entry.key == key);
    match (top("campaign"), top("workspace")) {
        (Some(campaign), None) => file.items.extend(self::campaign(reader, root, campaign, document.is_truncated)),
        (None, Some(workspace)) => file.items.extend(only_workspace(reader, entries, workspace)),
        (Some(campaign), Some(workspace)) => {
            let second = if campaign.span.start < workspace.span.start { workspace } else { campaign };
            let help = "move it into a file of its own; the files of a folder are one program";
            reader.fault(Code::Unexpected, second.span, "one file holds a campaign and a workspace", help);
        }
        (None, None) if document.is_truncated => {}
        (None, None) => headless(reader, root, entries),
    }
    file.tail = reader.notes(0);
    file
}

/// Neither `campaign` nor `workspace`: a misspelt key is told as one.
fn headless(reader: &mut Reader, root: &Node, entries: &[Entry]) {
    let near = |entry: &&Entry| crate::lang::yaml::keys::nearest(&entry.key, ["campaign", "workspace"]).is_some();
    match entries.iter().find(near) {
        Some(entry) => reader.unknown_key(entry, "a campaign file", ["campaign", "workspace"].into_iter()),
        None => {
            let help = "begin it with `campaign: NAME`, or `workspace:` for accounts, schedule and limits";
            let place = entries.first().map_or(root.place(), |entry| entry.span);
            reader.fault(Code::Unexpected, place, "the file names no campaign and no workspace", help);
        }
    }
}

fn only_workspace(reader: &mut Reader, entries: &[Entry], entry: &Entry) -> Option<Item> {
    for other in entries.iter().filter(|other| other.key != "workspace") {
        reader.unknown_key(other, "a workspace file", ["workspace"].into_iter());
    }
    workspace::workspace(reader, entry).map(|workspace| Item::Workspace(Box::new(workspace)))
}

fn campaign(reader: &mut Reader, root: &Node, head: &Entry, is_truncated: bool) -> Option<Item> {
    let entries = reader.keys(root, "campaign", CAMPAIGN)?;
    reader.depth = 1;
    let name = reader.name(&head.value, "campaign");
    let mut campaign = Campaign {
        name: name.clone().unwrap_or_default(),
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
    // What a broken text leaves is no campaign: its missing half would be told as faults.
    (name.is_some() && !is_truncated).then(|| Item::Campaign(Box::new(campaign)))
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
        "classes" => campaign.classes = classes(reader, entry),
        "messages" => campaign.messages = message::messages(reader, entry),
        "steps" => campaign.steps = steps(reader, entry),
        "when_reply" => campaign.handlers.extend(handler(reader, entry, HandlerKind::Reply)),
        "when_opt_out" => campaign.handlers.extend(handler(reader, entry, HandlerKind::OptOut)),
        "when_takeover" => campaign.handlers.extend(handler(reader, entry, HandlerKind::Takeover)),
        "when_account_lost" => campaign.handlers.extend(handler(reader, entry, HandlerKind::AccountLost)),
        _ => {}
    }
}

fn goal(reader: &mut Reader, entry: &Entry) -> Option<Line<Goal>> {
    const GOAL: Keys = Keys { what: "a goal", known: &["text"], not_yet: &["reached_when"] };
    let text = if entry.value.entries().is_some() {
        reader.keys(&entry.value, "goal", GOAL)?;
        let Some(text) = entry.value.get("text") else {
            reader.missing(entry.span, "a goal", "text");
            return None;
        };
        reader.text(text, "text")?
    } else {
        reader.text(&entry.value, "goal")?
    };
    Some(reader.line(entry, Goal { text, reached_when: None }))
}

fn accounts(reader: &mut Reader, entry: &Entry) -> Option<Line<Accounts>> {
    const ACCOUNTS: Keys = Keys { what: "`accounts`", known: &["pool", "from", "one_per_contact"], not_yet: &[] };
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
    const OUTCOMES: Keys = Keys { what: "`outcomes`", known: &["won", "lost", "neutral"], not_yet: &[] };
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

/// `classes: {interested: /yes|sure/i}`
pub fn classes(reader: &mut Reader, entry: &Entry) -> Vec<Class> {
    let entries = reader.map(&entry.value, "classes", "names and patterns").unwrap_or_default();
    let mut classes = Vec::new();
    for class in entries {
        let notes = reader.notes_under(entry, class);
        let (name, pattern) = (reader.name_of(class), reader.pattern(&class.value, &class.key));
        if let (Some(name), Some(pattern)) = (name, pattern) {
            classes.push(Class { name, pattern, span: class.span.to(class.value.span), notes });
        }
    }
    classes
}

fn steps(reader: &mut Reader, entry: &Entry) -> Option<Block> {
    let mut steps = block::block(reader, &entry.value, "steps", entry.span)?;
    steps.notes = reader.notes(entry.item);
    Some(steps)
}

fn handler(reader: &mut Reader, entry: &Entry, kind: HandlerKind) -> Option<Handler> {
    if entry.value.scalar().is_some_and(|scalar| scalar.value == "ignore") && kind == HandlerKind::Reply {
        reader.not_yet(entry.value.span, "when_reply: ignore");
        return None;
    }
    let body = block::block(reader, &entry.value, &entry.key, entry.span)?;
    Some(Handler { kind, guard: None, body: Some(body), span: entry.span, notes: reader.notes(entry.item) })
}
