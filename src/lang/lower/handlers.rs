//! `on reply` and its siblings: the author's, or the defaults of LANGUAGE.md §5 as real steps.

use crate::lang::lower::builder::Builder;
use crate::lang::lower::parts::Parts;
use crate::lang::lower::{expr, steps};
use crate::lang::syntax::{Expr, ExprKind};
use crate::lang::syntax::{Handler, HandlerKind, Statement, StatementKind};
use crate::model::campaign::{Action, Handlers};
use crate::model::id::{OutcomeId, StepId};

/// A handler as the language writes it.
pub fn handler_words(kind: &HandlerKind) -> &'static str {
    match kind {
        HandlerKind::Reply => "on reply",
        HandlerKind::OptOut => "on opt out",
        HandlerKind::Takeover => "on takeover",
        HandlerKind::AccountLost => "on account lost",
        HandlerKind::SendFailed => "on send failed",
        HandlerKind::Event(_) => "on event",
    }
}

fn prefix(kind: &HandlerKind) -> String {
    match kind {
        HandlerKind::Reply => "on_reply".to_owned(),
        HandlerKind::OptOut => "on_opt_out".to_owned(),
        HandlerKind::Takeover => "on_takeover".to_owned(),
        HandlerKind::AccountLost => "on_account_lost".to_owned(),
        HandlerKind::SendFailed => "on_send_failed".to_owned(),
        HandlerKind::Event(name) => format!("on_{}", steps::event_word(&name.value)),
    }
}

/// Lowers the handlers behind the steps, in a fixed order; those that are not written get their default.
pub fn lower(builder: &mut Builder) -> Handlers {
    let reply = find(builder, &HandlerKind::Reply);
    let reply_ignored = reply.is_some_and(|handler| handler.body.is_none());
    let reply_body = reply.and_then(|handler| handler.body.as_ref());
    let on_reply = one(builder, HandlerKind::Reply);
    let on_reply = on_reply.or_else(|| (!reply_ignored).then(|| stop(builder, "on_reply.1", "replied", None)));
    Handlers {
        on_reply,
        on_opt_out: Some(one(builder, HandlerKind::OptOut).unwrap_or_else(|| opt_out(builder))),
        on_takeover: Some(
            one(builder, HandlerKind::Takeover).unwrap_or_else(|| stop(builder, "on_takeover.1", "taken_over", None)),
        ),
        on_account_lost: one(builder, HandlerKind::AccountLost),
        reply_takes_opt_out: reply_body.is_some_and(|body| takes_opt_out(&builder.parts, &body.statements)),
        on_send_failed: one(builder, HandlerKind::SendFailed),
        on_events: events(builder),
        reply_ignored,
    }
}

/// `on event "name" if COND`; of two for one event the first counts, which was told of.
fn events(builder: &mut Builder) -> Vec<(String, Option<crate::model::expr::Expr>, StepId)> {
    let campaign = builder.campaign;
    let mut events: Vec<(String, Option<crate::model::expr::Expr>, StepId)> = Vec::new();
    for handler in &campaign.handlers {
        let HandlerKind::Event(name) = &handler.kind else { continue };
        if events.iter().any(|(known, _, _)| *known == name.value) {
            continue;
        }
        let guard = handler.guard.as_ref().map(|guard| expr::condition(builder, guard));
        let begin = one(builder, handler.kind.clone());
        events.extend(begin.map(|begin| (name.value.clone(), guard, begin)));
    }
    events
}

fn find<'a>(builder: &Builder<'a, '_>, kind: &HandlerKind) -> Option<&'a Handler> {
    builder.campaign.handlers.iter().find(|handler| handler.kind == *kind)
}

/// The author's handler; what falls off its end returns to the path.
fn one<'a>(builder: &mut Builder<'a, '_>, kind: HandlerKind) -> Option<StepId> {
    let handler = find(builder, &kind)?;
    let body = handler.body.as_ref()?;
    let prefix = prefix(&kind);
    let end = StepId(builder.next_id().0 + steps::size(&builder.parts, &body.statements));
    builder.is_in_reply = matches!(kind, HandlerKind::Reply | HandlerKind::OptOut);
    builder.places.handlers.push((kind, handler.span));
    let begin = steps::block(builder, &body.statements, &prefix, None, end);
    builder.is_in_reply = false;
    let label = builder.derive_label(&format!("{prefix}.end"), handler.span);
    builder.reserve(label, false, handler.span, None);
    builder.fill(end, Action::Return);
    Some(begin)
}

fn stop(builder: &mut Builder, label: &str, outcome: &str, before: Option<StepId>) -> StepId {
    let header = builder.places.header;
    let label = builder.derive_label(label, header);
    let id = builder.reserve(label, false, header, before);
    let outcome = builder.outcomes.iter().position(|known| known.name == outcome).unwrap_or_default();
    builder.fill(id, Action::Stop { outcome: OutcomeId(outcome as u32), reason: None });
    id
}

fn opt_out(builder: &mut Builder) -> StepId {
    let header = builder.places.header;
    let label = builder.derive_label("on_opt_out.1", header);
    let id = builder.reserve(label, false, header, None);
    let next = stop(builder, "on_opt_out.2", "opted_out", Some(id));
    builder.fill(id, Action::Suppress { channel: None, next });
    id
}

/// Does a condition of these statements ask for `reply is opt_out`?
fn takes_opt_out(parts: &Parts, statements: &[Statement]) -> bool {
    statements.iter().any(|statement| {
        let here = match &statement.kind {
            StatementKind::If { branches, .. } => branches.iter().any(|branch| asks_opt_out(&branch.condition)),
            StatementKind::Do(name) => parts.get(name).is_some_and(|part| takes_opt_out(parts, &part.body.statements)),
            _ => false,
        };
        here || crate::lang::check::shape::bodies(&statement.kind).any(|body| takes_opt_out(parts, body))
    })
}

fn asks_opt_out(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::ReplyIs { class, negated } => class.value == "opt_out" && !negated,
        ExprKind::And(inner) | ExprKind::Or(inner) => inner.iter().any(asks_opt_out),
        _ => false,
    }
}
