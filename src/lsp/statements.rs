//! The names in statements, and the statement at a place.

use crate::lang::source::SourceId;
use crate::lang::syntax::{Block, GroupMember, SetValue, Statement, StatementKind, TextRef, Until};
use crate::lsp::symbol::Kind;
use crate::lsp::walk::Walk;

/// Notes every name in a block.
pub fn block(walk: &mut Walk, block: &Block) {
    block.statements.iter().for_each(|inner| statement(walk, inner));
}

fn statement(walk: &mut Walk, statement: &Statement) {
    statement.label.iter().for_each(|label| walk.define(Kind::Label, label));
    names(walk, &statement.kind);
    inner_blocks(&statement.kind).into_iter().for_each(|inner| block(walk, inner));
}

fn names(walk: &mut Walk, kind: &StatementKind) {
    match kind {
        StatementKind::Invite { note: Some(written) }
        | StatementKind::Send { channel: _, text: written }
        | StatementKind::SendInmail { text: written, via: _ }
        | StatementKind::CommentLatestPost(written) => text(walk, written),
        StatementKind::StartGroup { subject, members, saying } => {
            walk.text(subject);
            for member in members {
                if let GroupMember::Field(field) = member {
                    walk.field(field);
                }
            }
            text(walk, saying);
        }
        StatementKind::Notify { who, text: written } | StatementKind::Ask { who, text: written } => {
            walk.person(who);
            text(walk, written);
        }
        StatementKind::Set { field, value } => {
            walk.field(field);
            if let SetValue::Field(from) = value {
                walk.field(from);
            }
        }
        StatementKind::PauseUntil(until) | StatementKind::WaitUntil(until) => {
            if let Until::Field { name, .. } = &until.value {
                walk.field(name);
            }
        }
        StatementKind::WaitUpTo { arms, .. } => arms.iter().for_each(|arm| walk.event(&arm.event)),
        StatementKind::WaitFor { event, outcome, .. } => {
            walk.event(event);
            walk.mention(Kind::Outcome, outcome);
        }
        StatementKind::If { branches, .. } => branches.iter().for_each(|branch| walk.condition(&branch.condition)),
        StatementKind::Repeat { until, .. } => until.iter().for_each(|event| walk.event(event)),
        StatementKind::Do(part) => walk.mention(Kind::Part, part),
        StatementKind::Stop { outcome, .. } => walk.mention(Kind::Outcome, outcome),
        StatementKind::Invite { note: None }
        | StatementKind::WithdrawInvite
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::SuppressContact { .. }
        | StatementKind::Wait(_)
        | StatementKind::Split { .. } => {}
    }
}

fn text(walk: &mut Walk, written: &TextRef) {
    match written {
        TextRef::Named(name) => walk.mention(Kind::Message, name),
        TextRef::Inline(text) => walk.text(text),
    }
}

/// The blocks inside a statement, in the order written.
pub fn inner_blocks(kind: &StatementKind) -> Vec<&Block> {
    match kind {
        StatementKind::WaitUpTo { arms, timeout, .. } => arms.iter().map(|arm| &arm.body).chain(timeout).collect(),
        StatementKind::If { branches, otherwise } => branches.iter().map(|branch| &branch.body).chain(otherwise).collect(),
        StatementKind::Repeat { body, .. } => vec![body],
        StatementKind::Split { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
        StatementKind::Invite { .. }
        | StatementKind::WithdrawInvite
        | StatementKind::Send { .. }
        | StatementKind::SendInmail { .. }
        | StatementKind::StartGroup { .. }
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Ask { .. }
        | StatementKind::Do(_)
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::Set { .. }
        | StatementKind::Notify { .. }
        | StatementKind::SuppressContact { .. }
        | StatementKind::PauseUntil(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil(_)
        | StatementKind::WaitFor { .. }
        | StatementKind::Stop { .. } => Vec::new(),
    }
}

/// The innermost statement whose first line holds a byte.
pub fn at(block: &Block, offset: u32, source: SourceId) -> Option<&Statement> {
    block.statements.iter().find_map(|statement| {
        let holds = statement.span.source == source && statement.span.start <= offset && offset <= statement.span.end;
        let within = inner_blocks(&statement.kind).into_iter().find_map(|inner| at(inner, offset, source));
        within.or_else(|| holds.then_some(statement))
    })
}
