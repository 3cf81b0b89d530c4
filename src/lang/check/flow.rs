//! Faults of what may happen, by facts carried along every path (LANGUAGE.md §9, *Flow*).
//!
//! Looks at a lowered campaign; draws no conclusion from the text's layout. `walk` finds, `trail` tells.

use crate::lang::check::shape;
use crate::lang::check::trail;
use crate::lang::check::walk::{self, Walk};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lower::Places;
use crate::lang::syntax::HandlerKind;
use crate::model::campaign::{Action, Campaign, Trigger};
use crate::model::id::StepId;
use std::collections::BTreeSet;

/// Reports every fault of the campaign's flow.
pub fn check(campaign: &Campaign, places: &Places, diagnostics: &mut Diagnostics) {
    let reachable = reachable(campaign);
    unreachable(campaign, places, &reachable, diagnostics);
    falls_off(campaign, places, &reachable, diagnostics);
    let walk = walk::walk(campaign);
    for found in &walk.found {
        diagnostics.push(trail::tell(campaign, places, &walk, found));
    }
    never_fires(campaign, places, &walk, diagnostics);
    never_used_handlers(campaign, places, diagnostics);
}

/// The steps that a path leads to, conditions left open.
fn reachable(campaign: &Campaign) -> BTreeSet<StepId> {
    let mut open: Vec<StepId> = campaign.handlers.entries().chain([campaign.entry]).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id)
            && let Some(step) = campaign.steps.get(id.0 as usize)
        {
            open.extend(step.action.targets());
        }
    }
    seen
}

/// The first statement of each stretch that no path reaches.
fn unreachable(campaign: &Campaign, places: &Places, reachable: &BTreeSet<StepId>, diagnostics: &mut Diagnostics) {
    for (at, (span, before)) in places.steps.iter().zip(&places.before).enumerate() {
        let id = StepId(at as u32);
        let Some(before) = before else { continue };
        if reachable.contains(&id) || !reachable.contains(before) {
            continue;
        }
        let help = "take it out, or move it before the statement that ends every path";
        let fault = Diagnostic::new(Code::Unreachable, *span, "no path reaches this statement", help);
        let ends = campaign.steps.get(before.0 as usize).is_some_and(|step| matches!(step.action, Action::Stop { .. }));
        let why = if ends { "the path ends here" } else { "every path through this one ends" };
        let before = places.steps.get(before.0 as usize).copied().unwrap_or_default();
        diagnostics.push(fault.label(before, why));
    }
}

/// Paths that come to the end of `steps`: told once, at the last statement that does.
fn falls_off(campaign: &Campaign, places: &Places, reachable: &BTreeSet<StepId>, diagnostics: &mut Diagnostics) {
    let Some(sink) = places.sink else { return };
    let falls = |id: &StepId| {
        let Some(step) = campaign.steps.get(id.0 as usize) else { return false };
        match &step.action {
            Action::Race { arms, .. } if places.without_timeout.contains(id) => arms.iter().any(|arm| arm.target == sink),
            action => action.targets().contains(&sink),
        }
    };
    let place = |id: &StepId| places.steps.get(id.0 as usize).copied();
    if let Some(last) = reachable.iter().filter(|id| falls(id)).filter_map(place).max_by_key(|span| span.start) {
        diagnostics.push(shape::falls_off_end(last));
    }
}

/// Arms, `until`s and withdrawals that wait for what cannot come.
fn never_fires(campaign: &Campaign, places: &Places, walk: &Walk, diagnostics: &mut Diagnostics) {
    for id in &walk.reached {
        let Some(step) = campaign.steps.get(id.0 as usize) else { continue };
        match &step.action {
            Action::Race { arms, .. } => {
                for (at, arm) in arms.iter().enumerate().filter(|(at, _)| !walk.fires.contains(&(*id, *at))) {
                    let span = places.arms.get(&(*id, at)).copied().unwrap_or(places.header);
                    diagnostics.push(never_comes("when", &arm.trigger, span));
                }
            }
            Action::Repeat { until: Some(until), .. } if !walk.fires.contains(&(*id, 0)) => {
                let span = places.untils.get(id).copied().unwrap_or(places.header);
                diagnostics.push(never_comes("until", until, span));
            }
            Action::Withdraw { .. } if !walk.withdraws.contains(id) => {
                let span = places.steps.get(id.0 as usize).copied().unwrap_or_default();
                let help = "put an `invite` before it, or take it out";
                diagnostics.push(Diagnostic::new(Code::NothingToWithdraw, span, "no path to here ever invited", help));
            }
            _ => {}
        }
    }
}

fn never_comes(word: &str, trigger: &Trigger, span: crate::lang::source::Span) -> Diagnostic {
    let (why, help) = match trigger {
        Trigger::Accepted => ("no invitation is pending here on any path", "put an `invite` before it"),
        Trigger::Replied
        | Trigger::ReplyIs(_)
        | Trigger::ReplyMatches(_)
        | Trigger::Seen
        | Trigger::Delivered
        | Trigger::Reacted => ("nothing was sent before on any path", "send something before it, or take the arm out"),
        Trigger::Named(_) => ("nobody can raise it", "take the arm out"),
        Trigger::Approved | Trigger::Rejected | Trigger::Done => {
            ("nobody was asked before on any path", "put an `ask owner to …` before it")
        }
    };
    Diagnostic::new(Code::ArmNeverFires, span, format!("`{word} {trigger}` never happens: {why}"), help)
}

/// `on takeover` and `on send failed` where nothing is ever sent, and `on opt out` where `on reply` takes it.
fn never_used_handlers(campaign: &Campaign, places: &Places, diagnostics: &mut Diagnostics) {
    let sends = campaign.steps.iter().any(|step| {
        matches!(step.action, Action::Send { .. } | Action::Inmail { .. } | Action::Invite { .. } | Action::Group { .. })
    });
    let replaced = campaign.handlers.reply_takes_opt_out;
    for (kind, span) in &places.handlers {
        let (message, help) = match kind {
            HandlerKind::Takeover if !sends => ("`on takeover` never happens: the campaign sends nothing", "take it out"),
            HandlerKind::SendFailed if !sends => ("`on send failed` never happens: the campaign sends nothing", "take it out"),
            HandlerKind::OptOut if replaced => {
                ("`on opt out` never happens: `on reply` has a branch for it", "take one of them out")
            }
            HandlerKind::Takeover
            | HandlerKind::OptOut
            | HandlerKind::Reply
            | HandlerKind::AccountLost
            | HandlerKind::SendFailed
            | HandlerKind::Event(_) => continue,
        };
        diagnostics.push(Diagnostic::new(Code::HandlerNeverFires, *span, message, help));
    }
}
