//! What every drawing of a campaign shows: nodes and edges by label. No file names.

use crate::lang::graph::phrases::{trigger_words, until_words, words};
use crate::lang::lower::handler_words;
use crate::lang::syntax::HandlerKind;
use crate::model::campaign::{Action, Campaign, Engagement, Recipient, Step, Trigger};
use crate::model::expr::Expr;
use crate::model::id::StepId;

/// A campaign, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// A step of the picture, or what begins one from anywhere (`on reply`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// No two have the same.
    pub label: String,
    /// `Action::kind`, or `on`.
    pub kind: &'static str,
    /// What it does.
    pub text: String,
}

/// An arrow; `when` says when it is taken, empty when always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub when: String,
}

impl Node {
    /// `first: send linkedin intro`
    pub fn caption(&self) -> String {
        if self.label == self.text { self.text.clone() } else { format!("{}: {}", self.label, self.text) }
    }
}

/// Draws a campaign: its steps in the order of the file, then what it does on a reply and the like.
pub fn picture(campaign: &Campaign) -> Picture {
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
        edges.push(Edge { from: label.clone(), to: campaign.step(entry).label.clone(), when: String::new() });
        nodes.push(Node { text: label.clone(), label, kind: "on" });
    }
    Picture { nodes, edges }
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
    let edge = |to: StepId, when: String| Edge { from: step.label.clone(), to: campaign.step(to).label.clone(), when };
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
