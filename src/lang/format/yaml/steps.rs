//! Statements as YAML: the leading key of each, labels around them, bodies below.

use crate::lang::format::phrase;
use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::syntax::{
    Arm, Block, Branch, Event, EventKind, Expr, GroupMember, Late, LateElse, Line, Literal, Notes, SetValue, SplitArm, Statement,
    StatementKind, TextRef, Until,
};
use crate::lang::yaml::keys;

/// Most statements of a list in brackets.
const FLOW_STATEMENTS_MAX: usize = 3;

/// A list of statements.
pub fn block(block: &Block) -> Value {
    let holds_others = block.statements.iter().any(|statement| has_body(&statement.kind));
    let layout = if holds_others || block.statements.len() > FLOW_STATEMENTS_MAX { Layout::Lines } else { Layout::Fits };
    Value::List(block.statements.iter().map(statement).collect(), layout)
}

/// A list of statements behind a key, with the comments of the key.
pub fn body(key: &str, body: &Block) -> Entry {
    Entry::new(key, block(body)).with(&body.notes).ending(&body.end_notes)
}

fn has_body(kind: &StatementKind) -> bool {
    matches!(
        kind,
        StatementKind::If { .. } | StatementKind::Split { .. } | StatementKind::Repeat { .. } | StatementKind::WaitUpTo { .. }
    )
}

fn statement(statement: &Statement) -> Item {
    let reserved = statement.label.as_ref().filter(|label| keys::is_statement(&label.value));
    let said = match bare(&statement.kind).filter(|_| reserved.is_none() && statement.late.is_none()) {
        Some(word) => doc::word(word),
        None => {
            let mut entries = keyed(&statement.kind);
            entries.extend(statement.late.iter().map(late));
            if let Some(label) = reserved {
                entries.insert(0, Entry::new(keys::LABEL, doc::word(&label.value)));
            }
            Value::Map(entries, layout(&statement.kind))
        }
    };
    let notes = statement.notes.clone();
    let end = statement.end_notes.clone();
    match statement.label.as_ref().filter(|_| reserved.is_none()) {
        None => Item { value: said, notes, end },
        Some(label) => {
            let entry = Entry::new(&label.value, said).ending(&end);
            Item { value: doc::map(vec![entry]), notes, end: Notes::default() }
        }
    }
}

fn late(line: &Line<Late>) -> Entry {
    let word = match line.value.otherwise.value {
        LateElse::Skip => "skip",
        LateElse::Stop => "stop",
        LateElse::Send => "send",
    };
    let within = Entry::new("within", doc::word(&line.value.within.value.to_string()));
    Entry::new("late", doc::map(vec![within, Entry::new("else", doc::word(word))])).with(&line.notes)
}

fn layout(kind: &StatementKind) -> Layout {
    match kind {
        StatementKind::If { .. } | StatementKind::Split { .. } | StatementKind::WaitUpTo { .. } => Layout::Lines,
        _ => Layout::Fits,
    }
}

fn bare(kind: &StatementKind) -> Option<&'static str> {
    match kind {
        StatementKind::Invite { note: None } => Some("invite"),
        StatementKind::WithdrawInvite => Some("withdraw_invite"),
        StatementKind::SuppressContact { channel: None } => Some("suppress_contact"),
        StatementKind::VisitProfile => Some("visit_profile"),
        StatementKind::Follow => Some("follow"),
        StatementKind::LikeLatestPost => Some("like_latest_post"),
        _ => None,
    }
}

fn keyed(kind: &StatementKind) -> Vec<Entry> {
    match kind {
        StatementKind::Invite { note } => vec![Entry::new("invite", note.as_ref().map_or_else(|| doc::bare("~"), text_ref))],
        StatementKind::WithdrawInvite => vec![Entry::new("withdraw_invite", doc::bare("~"))],
        StatementKind::Send { channel, text } => {
            let mut entries = vec![Entry::new("send", text_ref(text))];
            entries.extend(channel.map(|channel| Entry::new("channel", doc::word(channel.value.word()))));
            entries
        }
        StatementKind::SendInmail { text, via } => {
            let mut entries = vec![Entry::new("send_inmail", text_ref(text))];
            entries.extend(via.map(|via| Entry::new("via", doc::word(via.value.word()))));
            entries
        }
        StatementKind::StartGroup { .. }
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Ask { .. }
        | StatementKind::Do(_) => rarer(kind),
        StatementKind::Tag(tag) => vec![Entry::new("tag", doc::quoted_text(&tag.value))],
        StatementKind::Untag(tag) => vec![Entry::new("untag", doc::quoted_text(&tag.value))],
        StatementKind::Set { field, value } => vec![Entry::new("set", doc::single(&doc::key(&field.value), set_value(value)))],
        StatementKind::Notify { who, text } => {
            vec![Entry::new("notify", addressed(&who.value, text))]
        }
        StatementKind::SuppressContact { channel } => {
            let value = channel.map_or_else(|| doc::bare("~"), |channel| doc::word(channel.value.word()));
            vec![Entry::new("suppress_contact", value)]
        }
        StatementKind::PauseUntil(until) => vec![Entry::new("pause_until", self::until(&until.value))],
        StatementKind::Wait(delay) => vec![Entry::new("wait", doc::word(&delay.value.to_string()))],
        StatementKind::WaitUntil(until) => vec![Entry::new("wait_until", self::until(&until.value))],
        StatementKind::Stop { outcome, reason } => {
            vec![Entry::new("stop", stop(&outcome.value, reason.as_ref().map(|reason| &reason.value)))]
        }
        StatementKind::WaitFor { up_to, event, outcome } => vec![
            Entry::new("wait_up_to", doc::word(&up_to.value.to_string())),
            Entry::new("for", doc::word(&phrase::event(event))),
            Entry::new("or_stop", doc::word(&outcome.value)),
        ],
        StatementKind::WaitUpTo { up_to, arms, timeout } => {
            let mut entries = vec![Entry::new("wait_up_to", doc::word(&up_to.value.to_string()))];
            entries.extend(self::arms(arms));
            entries.extend(timeout.iter().map(|timeout| body("on_timeout", timeout)));
            entries
        }
        StatementKind::If { branches, otherwise } => choice(branches, otherwise.as_ref()),
        StatementKind::Repeat { times, apart, until, body } => {
            let mut inner: Vec<Entry> = times.iter().map(|times| Entry::new("times", doc::bare(times.value))).collect();
            inner.push(Entry::new("apart", doc::word(&apart.value.to_string())));
            inner.extend(until.iter().map(|event| Entry::new("until", doc::word(&phrase::event(event)))));
            vec![Entry::new("repeat", doc::map(inner)), self::body("do", body)]
        }
        StatementKind::Split { name, arms } => {
            let arms = arms.iter().map(split_arm).collect();
            vec![Entry::new("split", doc::word(&name.value)), Entry::new("arms", Value::Map(arms, Layout::Lines))]
        }
    }
}

/// Groups, engagement, parts, and what is asked of persons and systems.
fn rarer(kind: &StatementKind) -> Vec<Entry> {
    match kind {
        StatementKind::StartGroup { subject, members, saying } => {
            let member = |member: &GroupMember| match member {
                GroupMember::Field(name) => doc::word(&name.value),
                GroupMember::Id(id) => doc::word(&phrase::text(&id.value)),
            };
            let with = Entry::new("with", doc::list(members.iter().map(member)));
            vec![Entry::new("start_group", doc::template(subject)), with, Entry::new("saying", text_ref(saying))]
        }
        StatementKind::CommentLatestPost(text) => vec![Entry::new("comment_latest_post", text_ref(text))],
        StatementKind::Endorse(skill) => vec![Entry::new("endorse", doc::quoted_text(&skill.value))],
        StatementKind::React(emoji) => vec![Entry::new("react", doc::quoted_text(&emoji.value))],
        StatementKind::CallWebhook(address) => vec![Entry::new("call_webhook", doc::quoted_text(&address.value))],
        StatementKind::Ask { who, text } => vec![Entry::new("ask", addressed(&who.value, text))],
        StatementKind::Do(part) => vec![Entry::new("do_part", doc::word(&part.value))],
        _ => Vec::new(),
    }
}

/// `{who: owner, text: "…"}`
fn addressed(who: &str, text: &TextRef) -> Value {
    let said = match text {
        TextRef::Named(name) => Entry::new("message", doc::word(&name.value)),
        TextRef::Inline(text) => Entry::new("text", doc::template(text)),
    };
    doc::map(vec![Entry::new("who", doc::word(who)), said])
}

/// A message by name, or `{text: …}`.
fn text_ref(text: &TextRef) -> Value {
    match text {
        TextRef::Named(name) => doc::word(&name.value),
        TextRef::Inline(text) => doc::single("text", doc::template(text)),
    }
}

/// A moment as a phrase, `{cron: …}` as a key.
fn until(until: &Until) -> Value {
    match until {
        Until::Cron(cron) => doc::single("cron", doc::quoted_text(&cron.value)),
        Until::Weekday { .. } | Until::Delay(_) | Until::Field { .. } => doc::word(&phrase::until(until)),
    }
}

fn set_value(value: &SetValue) -> Value {
    match value {
        SetValue::Literal(literal) => self::literal(&literal.value),
        SetValue::Field(name) => doc::single("field", doc::word(&name.value)),
    }
}

/// A number without quotes, a text in them.
pub fn literal(literal: &Literal) -> Value {
    match literal {
        Literal::Number(number) => doc::bare(number),
        Literal::Text(text) => doc::quoted_text(text),
    }
}

fn stop(outcome: &str, reason: Option<&String>) -> Value {
    match reason {
        None => doc::word(outcome),
        Some(reason) => doc::map(vec![Entry::new("as", doc::word(outcome)), Entry::new("because", doc::quoted_text(reason))]),
    }
}

fn choice(branches: &[Branch], otherwise: Option<&Block>) -> Vec<Entry> {
    let mut entries = Vec::new();
    if let Some((first, rest)) = branches.split_first() {
        entries.push(condition(&first.condition));
        // The comment of the first line belongs to the statement.
        entries.push(Entry::new("then", block(&first.body)).ending(&first.body.end_notes));
        if !rest.is_empty() {
            let branch = |branch: &Branch| Item {
                value: Value::Map(vec![condition(&branch.condition), bare_body("then", &branch.body)], Layout::Lines),
                notes: branch.body.notes.clone(),
                end: Notes::default(),
            };
            entries.push(Entry::new("else_if", Value::List(rest.iter().map(branch).collect(), Layout::Lines)));
        }
    }
    entries.extend(otherwise.map(|otherwise| body("else", otherwise)));
    entries
}

fn condition(condition: &Expr) -> Entry {
    Entry::new("if", doc::word(&phrase::expr(condition)))
}

/// A body whose opening comment stands elsewhere.
fn bare_body(key: &str, body: &Block) -> Entry {
    Entry::new(key, block(body)).ending(&body.end_notes)
}

fn split_arm(arm: &SplitArm) -> Entry {
    let share = Entry::new("share", doc::bare(format!("{}%", arm.share.value)));
    Entry::new(&arm.name.value, doc::map(vec![share, bare_body("do", &arm.body)])).with(&arm.body.notes)
}
/// Arms in their order: those without an argument by a key of their own, the others in one list; all in one list where
/// keys could not hold the order.
fn arms(arms: &[Arm]) -> Vec<Entry> {
    let keys: Vec<Option<&str>> = arms.iter().map(|arm| plain_key(&arm.event)).collect();
    let runs = keys.iter().zip(keys.iter().skip(1)).filter(|(one, next)| one.is_some() && next.is_none()).count()
        + usize::from(keys.first().is_some_and(Option::is_none));
    let is_repeated =
        keys.iter().enumerate().any(|(at, key)| key.is_some() && keys.iter().skip(at + 1).any(|other| other == key));
    if runs > 1 || is_repeated {
        return vec![Entry::new("when", Value::List(arms.iter().map(listed_arm).collect(), Layout::Lines))];
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (arm, key) in arms.iter().zip(&keys) {
        match key {
            Some(key) => entries.push(body(key, &arm.body)),
            None => {
                if let Some(Entry { key, value: Value::List(items, _), .. }) = entries.last_mut()
                    && key == "when"
                {
                    items.push(listed_arm(arm));
                } else {
                    entries.push(Entry::new("when", Value::List(vec![listed_arm(arm)], Layout::Lines)));
                }
            }
        }
    }
    entries
}

fn plain_key(event: &Event) -> Option<&'static str> {
    if event.guard.is_some() {
        return None;
    }
    match &event.kind {
        EventKind::Accepted => Some("when_accepted"),
        EventKind::Replied => Some("when_replied"),
        EventKind::Seen => Some("when_seen"),
        EventKind::Delivered => Some("when_delivered"),
        EventKind::Reacted => Some("when_reacted"),
        EventKind::Approved => Some("when_approved"),
        EventKind::Rejected => Some("when_rejected"),
        EventKind::Done => Some("when_done"),
        EventKind::ReplyIs(_) | EventKind::ReplyMatches(_) | EventKind::Named(_) => None,
    }
}

fn listed_arm(arm: &Arm) -> Item {
    let head = match &arm.event.kind {
        EventKind::ReplyIs(class) => Entry::new("reply_is", doc::word(&class.value)),
        EventKind::ReplyMatches(pattern) => Entry::new("reply_matches", doc::word(&phrase::regex(&pattern.value))),
        EventKind::Named(name) => Entry::new("event", doc::quoted_text(&name.value)),
        EventKind::Accepted
        | EventKind::Replied
        | EventKind::Seen
        | EventKind::Delivered
        | EventKind::Reacted
        | EventKind::Approved
        | EventKind::Rejected
        | EventKind::Done => {
            let plain = Event { guard: None, ..arm.event.clone() };
            Entry::new("when", doc::word(&phrase::event(&plain)))
        }
    };
    let mut entries = vec![head];
    entries.extend(arm.event.guard.as_ref().map(condition));
    entries.push(bare_body("then", &arm.body));
    Item { value: Value::Map(entries, Layout::Fits), notes: arm.body.notes.clone(), end: Notes::default() }
}
