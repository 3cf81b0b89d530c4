//! `pending-overflow`: more invitations under way than the ceiling allows, if nobody accepts.

use crate::lang::bound::{longest, stay_ms};
use crate::lang::check::capacity::{self, Load};
use crate::lang::check::worlds::{Standing, World, answers};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lower::Places;
use crate::lang::syntax::Limit;
use crate::model::account::{Budget, Channel};
use crate::model::action::{Action, Trigger};
use crate::model::campaign::Campaign;
use crate::model::id::StepId;
use crate::model::time::DAY_MS;
use std::collections::BTreeSet;

/// Reports each invitation of which too many would be pending at an account: the least of the account's share of the
/// list, and what it sends in the longest wait (LANGUAGE.md §11).
pub fn check(load: Load, places: &Places, out: &mut Diagnostics) {
    let Load { campaign, workspace, people, .. } = load;
    let ceilings = [workspace.limits.invites_pending_max, campaign.limits.invites_pending_max];
    let Some(ceiling) = ceilings.into_iter().flatten().min() else { return };
    let speaking = capacity::accounts(campaign, workspace, Channel::Linkedin);
    if speaking == 0 {
        return;
    }
    let share = people.div_ceil(speaking);
    for (at, step) in campaign.steps.iter().enumerate() {
        let Action::Invite { next, .. } = step.action else { continue };
        let wait_days = days_pending(campaign, next);
        let pending = wait_days.map_or(share, |days| share.min(sent_within(load, speaking, days)));
        if pending > u64::from(ceiling) {
            let span = places.steps.get(at).copied().unwrap_or(places.header);
            out.push(overflow(load, span, pending, ceiling, wait_days));
        }
    }
}

fn overflow(load: Load, span: crate::lang::source::Span, pending: u64, ceiling: u32, wait_days: Option<u64>) -> Diagnostic {
    let why = match wait_days {
        Some(days) => format!("each stays for up to {days} days"),
        None => "nothing takes them back".to_owned(),
    };
    let message =
        format!("{pending} invitations of one account would be pending if nobody accepts: {why}, and the ceiling is {ceiling}");
    let help = match wait_days {
        Some(_) => "take them back sooner, start fewer people a day, or speak through more accounts",
        None => "put `withdraw invite` where nobody accepts, start fewer people, or speak through more accounts",
    };
    let fault = Diagnostic::new(Code::PendingOverflow, span, message, help);
    let lines = load.written.limits.iter().chain(load.limits).flat_map(|limits| &limits.lines);
    let place = lines.filter_map(|line| match &line.value {
        Limit::Pending(most) if most.value == ceiling => Some(most.span),
        Limit::Pending(_) | Limit::Caps { .. } | Limit::Ramp { .. } => None,
    });
    place.take(1).fold(fault, |fault, place| fault.label(place, "the ceiling"))
}

/// Invitations an account sends in so many days.
fn sent_within(load: Load, speaking: u64, days: u64) -> u64 {
    let Load { campaign, workspace, .. } = load;
    let started = campaign.contacts.start_per_day.map(|start| (u64::from(start) * days).div_ceil(speaking));
    let caps = capacity::tightest(&workspace.limits, &campaign.limits, Budget::Invites);
    let weeks = |count: u64| (count * days).div_ceil(7);
    let sent = [
        started,
        caps.day.map(|count| weeks(u64::from(count) * capacity::open_days(campaign))),
        caps.week.map(|count| weeks(u64::from(count))),
        caps.month.map(|count| (u64::from(count) * days).div_ceil(30)),
    ];
    sent.into_iter().flatten().min().unwrap_or(u64::MAX)
}

/// How long an invitation stays pending at most, in days; none: a path of somebody who never answers ends without a withdrawal.
fn days_pending(campaign: &Campaign, from: StepId) -> Option<u64> {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(step) = campaign.steps.get(id.0 as usize).filter(|_| seen.insert(id)) else { continue };
        match step.action {
            Action::Stop { .. } | Action::Return => return None,
            _ => open.extend(ways(&step.action)),
        }
    }
    let ms = longest(campaign, from, &stay_ms, &ways);
    u64::try_from(ms.saturating_add(DAY_MS - 1) / DAY_MS).ok()
}

/// Where a path goes on while an invitation is pending and nothing happens.
fn ways(action: &Action) -> Vec<StepId> {
    let pending = World { standing: Standing::Pending, is_invited: true, ..World::STRANGER };
    match action {
        Action::Withdraw { .. } => Vec::new(),
        Action::Race { arms, on_timeout, .. } => {
            let others = arms.iter().filter(|arm| arm.trigger != Trigger::Accepted).map(|arm| arm.target);
            others.chain([*on_timeout]).collect()
        }
        Action::Branch { arms, otherwise } => {
            let taken = arms.iter().filter(|(condition, _)| answers(condition, pending).yes).map(|(_, target)| *target);
            let is_sure = arms.iter().any(|(condition, _)| !answers(condition, pending).no);
            taken.chain((!is_sure).then_some(*otherwise)).collect()
        }
        other => other.targets(),
    }
}
