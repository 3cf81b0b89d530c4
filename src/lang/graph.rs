//! A campaign as a picture: nodes and edges by label, for people (mermaid, dot) and programs (JSON). No file names.

use crate::lang::lower::handler_words;
use crate::lang::syntax::HandlerKind;
use crate::model::campaign::{Action, Campaign, Engagement, Recipient, Step, Trigger};
use crate::model::expr::{Expr, Op, Operand};
use crate::model::id::StepId;
use crate::model::time::Until;
use serde_json::{Value, json};
use std::fmt::Write;

/// A step of the picture.
struct Node {
    label: String,
    kind: &'static str,
    text: String,
}

/// An arrow; `text` says when it is taken, empty when always.
struct Edge {
    from: String,
    to: String,
    text: String,
}

/// `flowchart TD …`, as GitHub and mermaid.live draw it.
pub fn mermaid(campaign: &Campaign) -> String {
    let (nodes, edges) = picture(campaign);
    let place = |label: &str| nodes.iter().position(|node| node.label == label).unwrap_or_default();
    let mut out = format!("---\ntitle: {} v{}\n---\nflowchart TD\n", campaign.name, campaign.version);
    for (at, node) in nodes.iter().enumerate() {
        let (open, close) = match node.kind {
            "stop" | "return" => ("([", "])"),
            "wait" | "repeat" => ("[/", "/]"),
            "if" | "split" => ("{", "}"),
            "on" => ("[[", "]]"),
            _ => ("[", "]"),
        };
        let text = quoted_for_mermaid(&caption(node));
        writeln_to(&mut out, format_args!("  s{at}{open}\"{text}\"{close}"));
    }
    for edge in &edges {
        let (from, to) = (place(&edge.from), place(&edge.to));
        if edge.text.is_empty() {
            writeln_to(&mut out, format_args!("  s{from} --> s{to}"));
        } else {
            writeln_to(&mut out, format_args!("  s{from} -->|\"{}\"| s{to}", quoted_for_mermaid(&edge.text)));
        }
    }
    out
}

/// `digraph … { … }`, for Graphviz.
pub fn dot(campaign: &Campaign) -> String {
    let (nodes, edges) = picture(campaign);
    let mut out = format!("digraph {} {{\n  rankdir=TB;\n  node [shape=box, style=rounded];\n", quoted(&campaign.name));
    for node in &nodes {
        let shape = match node.kind {
            "stop" | "return" => ", shape=oval",
            "if" | "split" => ", shape=diamond",
            "on" => ", shape=cds",
            _ => "",
        };
        writeln_to(&mut out, format_args!("  {} [label={}{shape}];", quoted(&node.label), quoted(&caption(node))));
    }
    for edge in &edges {
        let text = if edge.text.is_empty() { String::new() } else { format!(" [label={}]", quoted(&edge.text)) };
        writeln_to(&mut out, format_args!("  {} -> {}{text};", quoted(&edge.from), quoted(&edge.to)));
    }
    out.push_str("}\n");
    out
}

/// `{"schema": "engine.graph/1", "campaign", "version", "nodes": […], "edges": […]}`
pub fn json(campaign: &Campaign) -> Value {
    let (nodes, edges) = picture(campaign);
    let node = |node: &Node| json!({"label": node.label, "kind": node.kind, "text": node.text});
    let edge = |edge: &Edge| json!({"from": edge.from, "to": edge.to, "when": edge.text});
    json!({
        "schema": "engine.graph/1",
        "campaign": campaign.name,
        "version": campaign.version,
        "entry": campaign.step(campaign.entry).label,
        "nodes": nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": edges.iter().map(edge).collect::<Vec<_>>(),
    })
}

fn picture(campaign: &Campaign) -> (Vec<Node>, Vec<Edge>) {
    let mut nodes: Vec<Node> = campaign.steps.iter().map(|step| node(campaign, step)).collect();
    let mut edges: Vec<Edge> = campaign.steps.iter().flat_map(|step| edges_of(campaign, step)).collect();
    for (kind, entry) in [
        (HandlerKind::Reply, campaign.handlers.on_reply),
        (HandlerKind::OptOut, campaign.handlers.on_opt_out),
        (HandlerKind::Takeover, campaign.handlers.on_takeover),
        (HandlerKind::AccountLost, campaign.handlers.on_account_lost),
    ] {
        let Some(entry) = entry else { continue };
        let label = handler_words(&kind).to_owned();
        edges.push(Edge { from: label.clone(), to: campaign.step(entry).label.clone(), text: String::new() });
        nodes.push(Node { text: label.clone(), label, kind: "on" });
    }
    (nodes, edges)
}

fn node(campaign: &Campaign, step: &Step) -> Node {
    let message = |id| format!(" {}", campaign.message(id).name);
    let text = match &step.action {
        Action::Invite { note: Some(note), .. } => format!("invite with{}", message(*note)),
        Action::Invite { note: None, .. } => "invite".to_owned(),
        Action::Withdraw { .. } => "withdraw invite".to_owned(),
        Action::Send { channel, message: id, .. } => format!("send {channel}{}", message(*id)),
        Action::Inmail { message: id, .. } => format!("send inmail{}", message(*id)),
        Action::Wait { delay, .. } => format!("wait {delay}"),
        Action::WaitUntil { until, .. } => format!("wait until {}", until_words(until)),
        Action::Race { up_to, .. } => format!("wait up to {up_to}"),
        Action::Branch { .. } => "if".to_owned(),
        Action::RepeatStart { .. } => "begin to repeat".to_owned(),
        Action::Repeat { times, apart, .. } => format!("repeat up to {times} times, {apart} apart"),
        Action::Split { .. } => "split".to_owned(),
        Action::Tag { tag, .. } => format!("tag \"{tag}\""),
        Action::Untag { tag, .. } => format!("untag \"{tag}\""),
        Action::Set { field, .. } => format!("set {field}"),
        Action::Suppress { channel: Some(channel), .. } => format!("suppress contact on {channel}"),
        Action::Suppress { channel: None, .. } => "suppress contact".to_owned(),
        Action::Pause { until, .. } => format!("pause until {}", until_words(until)),
        Action::Notify { who: Recipient::Owner, .. } => "notify owner".to_owned(),
        Action::Notify { who: Recipient::Named { name, .. }, .. } => format!("notify {name}"),
        Action::Stop { outcome, .. } => format!("stop as {}", campaign.outcome(*outcome).name),
        Action::Return => "back to the path".to_owned(),
        Action::Engage { engagement, .. } => match engagement {
            Engagement::CommentPost(id) => format!("{}{}", engagement.word(), message(*id)),
            Engagement::Endorse(what) | Engagement::React(what) => format!("{} \"{what}\"", engagement.word()),
            Engagement::VisitProfile | Engagement::Follow | Engagement::LikePost => engagement.word().to_owned(),
        },
        Action::Group { message: id, .. } => format!("start group saying{}", message(*id)),
        Action::Ask { who: Recipient::Owner, .. } => "ask owner".to_owned(),
        Action::Ask { who: Recipient::Named { name, .. }, .. } => format!("ask {name}"),
        Action::Webhook { url, .. } => format!("call webhook \"{url}\""),
    };
    Node { label: step.label.clone(), kind: step.action.kind(), text }
}

fn edges_of(campaign: &Campaign, step: &Step) -> Vec<Edge> {
    let edge = |to: StepId, text: String| Edge { from: step.label.clone(), to: campaign.step(to).label.clone(), text };
    match &step.action {
        Action::Race { arms, on_timeout, .. } => {
            let when = |guard: &Option<Expr>| guard.as_ref().map(|guard| format!(" if {}", words(guard))).unwrap_or_default();
            let arm = |trigger: &Trigger| format!("when {}", trigger_words(trigger));
            let arms = arms.iter().map(|it| edge(it.target, format!("{}{}", arm(&it.trigger), when(&it.guard))));
            arms.chain([edge(*on_timeout, "on timeout".to_owned())]).collect()
        }
        Action::Branch { arms, otherwise } => {
            let arms = arms.iter().map(|(condition, target)| edge(*target, words(condition)));
            arms.chain([edge(*otherwise, "else".to_owned())]).collect()
        }
        Action::Repeat { body, next, until, .. } => {
            let leave = until.as_ref().map_or("done".to_owned(), |until| format!("done, or {}", trigger_words(until)));
            vec![edge(*body, "again".to_owned()), edge(*next, leave)]
        }
        Action::Split { arms } => arms.iter().map(|arm| edge(arm.target, format!("{}% {}", arm.percent, arm.name))).collect(),
        action => action.targets().into_iter().map(|target| edge(target, String::new())).collect(),
    }
}

fn caption(node: &Node) -> String {
    if node.label == node.text { node.text.clone() } else { format!("{}: {}", node.label, node.text) }
}

fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Accepted => "accepted".to_owned(),
        Trigger::Replied => "replied".to_owned(),
        Trigger::ReplyIs(class) => format!("reply is {class}"),
        Trigger::ReplyMatches(pattern) => format!("reply matches /{}/", pattern.source),
        Trigger::Seen => "seen".to_owned(),
        Trigger::Delivered => "delivered".to_owned(),
        Trigger::Reacted => "reacted".to_owned(),
        Trigger::Named(name) => format!("event \"{name}\""),
        Trigger::Approved | Trigger::Rejected | Trigger::Done => trigger.to_string(),
    }
}

fn until_words(until: &Until) -> String {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let or = |or: &Option<crate::model::time::Delay>| or.map(|delay| format!(" or {delay}")).unwrap_or_default();
    match until {
        Until::Weekday { weekday, minute } => {
            let day = DAYS.get(usize::from(*weekday)).copied().unwrap_or_default();
            format!("{day} {:02}:{:02}", minute / 60, minute % 60)
        }
        Until::Delay(delay) => delay.to_string(),
        Until::Cron(cron) => format!("cron \"{}\"", cron.source),
        Until::Field { field, or: delay } => format!("{field}{}", or(delay)),
        Until::ReturnDate { or: delay } => format!("reply.return_date{}", or(delay)),
    }
}

/// A condition as the language writes it.
fn words(expr: &Expr) -> String {
    let joined = |inner: &[Expr], by: &str| inner.iter().map(|expr| format!("({})", words(expr))).collect::<Vec<_>>().join(by);
    let values = |values: &[crate::model::value::Value]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match expr {
        Expr::And(inner) => joined(inner, " and "),
        Expr::Or(inner) => joined(inner, " or "),
        Expr::Not(inner) => format!("not {}", words(inner)),
        Expr::Compare { left, op, right } => format!("{} {} {right}", operand(left), sign(*op)),
        Expr::CompareFields { left, op, right } => format!("{} {} {}", operand(left), sign(*op), operand(right)),
        Expr::IsMissing(left) => format!("{} is missing", operand(left)),
        Expr::Contains { operand: left, text } => format!("{} contains {text}", operand(left)),
        Expr::Matches { operand: left, pattern } => format!("{} matches /{}/", operand(left), pattern.source),
        Expr::In { operand: left, values: all } => format!("{} in [{}]", operand(left), values(all)),
        Expr::Connected => "connected".to_owned(),
        Expr::Replied => "replied".to_owned(),
        Expr::OpenProfile => "open profile".to_owned(),
        Expr::InmailCredit => "account has inmail credit".to_owned(),
        Expr::Tagged(tag) => format!("tagged {tag}"),
        Expr::InList(_) => "in a list".to_owned(),
        Expr::ContactedWithin(delay) => format!("contacted in the last {delay}"),
        Expr::ReplyIs(class) => format!("reply is {class}"),
    }
}

fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Field { name, .. } => name.clone(),
        Operand::ReplyText => "reply.text".to_owned(),
        Operand::Sender(field) => format!("sender.{field}"),
        Operand::CampaignName => "campaign.name".to_owned(),
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::Is => "is",
        Op::IsNot => "is not",
        Op::Less => "<",
        Op::LessOrEqual => "<=",
        Op::Greater => ">",
        Op::GreaterOrEqual => ">=",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}

fn quoted_for_mermaid(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;").replace('\n', " ")
}

fn writeln_to(out: &mut String, line: std::fmt::Arguments) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}
