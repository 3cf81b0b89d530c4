//! What the compiler promises of every path: how much is sent at most, and how long somebody is under way.
//!
//! Longest paths over the machine, which has no cycles but repeats; a repeat counts as many times as it may run. Handlers
//! stand beside the path: what they send is said beside it, and their pauses are not counted in its length.

use crate::model::campaign::{Action, Bound, Campaign};
use crate::model::id::StepId;
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Until};
use std::collections::BTreeSet;

/// Computes the bound and its sentence. `declared`: the outcomes the author wrote; empty: those that are used.
pub fn bound(campaign: &Campaign, declared: &BTreeSet<String>) -> Bound {
    let count = |is: fn(&Action) -> bool| longest(campaign, campaign.entry, &|action| i64::from(is(action)), &Action::targets);
    let narrow = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let mut bound = Bound {
        sentence: String::new(),
        invites_max: narrow(count(|action| matches!(action, Action::Invite { .. }))),
        messages_max: narrow(count(|action| matches!(action, Action::Send { .. } | Action::Group { .. }))),
        inmails_max: narrow(count(|action| matches!(action, Action::Inmail { .. }))),
        open_ms_max: longest(campaign, campaign.entry, &stay_ms, &Action::targets),
    };
    bound.sentence = format!(
        "{} v{}: {}{}; open for at most {}{}; {}",
        campaign.name,
        campaign.version,
        sends(&bound, meets_both(campaign)),
        answers(campaign),
        length(bound.open_ms_max),
        beyond(campaign),
        outcomes(campaign, declared)
    );
    bound
}

/// The longest a path stays in a step, in milliseconds. What a contact's date says cannot be known here.
pub fn stay_ms(action: &Action) -> i64 {
    match action {
        Action::Wait { delay, .. } | Action::Race { up_to: delay, .. } | Action::Repeat { apart: delay, .. } => {
            delay.longest_ms()
        }
        Action::WaitUntil { until, .. } | Action::Pause { until, .. } => match until {
            Until::Weekday { .. } => 7 * DAY_MS,
            Until::Cron(cron) => cron.longest_ms(),
            Until::Delay(delay) => delay.longest_ms(),
            Until::Field { or, .. } | Until::ReturnDate { or } => or.map_or(0, |delay| delay.longest_ms()),
        },
        Action::Invite { .. }
        | Action::Withdraw { .. }
        | Action::Send { .. }
        | Action::Inmail { .. }
        | Action::Branch { .. }
        | Action::RepeatStart { .. }
        | Action::Split { .. }
        | Action::Tag { .. }
        | Action::Untag { .. }
        | Action::Set { .. }
        | Action::Suppress { .. }
        | Action::Notify { .. }
        | Action::Engage { .. }
        | Action::Group { .. }
        | Action::Ask { .. }
        | Action::Webhook { .. }
        | Action::Stop { .. }
        | Action::Return => 0,
    }
}

/// What the way from a step costs at most: to an end, and back to the repeat whose body it stands in.
#[derive(Clone, Copy, Default)]
struct Cost {
    to_end: Option<i64>,
    to_repeat: Option<i64>,
}

/// The most a path from there can cost, going the `ways` of each step; a step without a way is an end. Steps lead to later
/// ones, except back to the repeat around them: going through them from the last to the first, every cost that is
/// needed is known.
pub fn longest(campaign: &Campaign, entry: StepId, cost: &dyn Fn(&Action) -> i64, ways: &dyn Fn(&Action) -> Vec<StepId>) -> i64 {
    let mut costs: Vec<Cost> = vec![Cost::default(); campaign.steps.len()];
    for (at, step) in campaign.steps.iter().enumerate().rev() {
        let own = cost(&step.action);
        let of = |target: StepId| match costs.get(target.0 as usize) {
            Some(known) if target.0 as usize > at => *known,
            Some(_) | None => Cost { to_end: None, to_repeat: Some(0) },
        };
        let plus = |known: Option<i64>| known.map(|known| known.saturating_add(own));
        let total = match &step.action {
            action if ways(action).is_empty() => Cost { to_end: Some(own), to_repeat: None },
            Action::Repeat { times, body, next, .. } => {
                let (body, next) = (of(*body), of(*next));
                let once = own.saturating_add(body.to_repeat.unwrap_or_default());
                let rounds = once.saturating_mul(i64::from(*times));
                let through = |known: Option<i64>| known.map(|known| known.saturating_add(rounds));
                let inside = body.to_end.filter(|_| *times > 0).map(|end| {
                    let before = once.saturating_mul(i64::from(times.saturating_sub(1)));
                    before.saturating_add(own).saturating_add(end)
                });
                Cost { to_end: through(next.to_end).max(inside), to_repeat: through(next.to_repeat) }
            }
            action => {
                let targets = ways(action);
                let most = |pick: fn(Cost) -> Option<i64>| targets.iter().filter_map(|target| pick(of(*target))).max();
                Cost { to_end: plus(most(|known| known.to_end)), to_repeat: plus(most(|known| known.to_repeat)) }
            }
        };
        if let Some(place) = costs.get_mut(at) {
            *place = total;
        }
    }
    costs.get(entry.0 as usize).and_then(|cost| cost.to_end).unwrap_or_default()
}

/// Is there a path with a message and an InMail?
fn meets_both(campaign: &Campaign) -> bool {
    const MESSAGE: u8 = 1;
    const INMAIL: u8 = 2;
    let mut seen: BTreeSet<(StepId, u8)> = BTreeSet::new();
    let mut open = vec![(campaign.entry, 0u8)];
    while let Some((id, sent)) = open.pop() {
        let Some(step) = campaign.steps.get(id.0 as usize).filter(|_| seen.insert((id, sent))) else { continue };
        let sent = match step.action {
            Action::Send { .. } => sent | MESSAGE,
            Action::Inmail { .. } => sent | INMAIL,
            _ => sent,
        };
        if sent == MESSAGE | INMAIL {
            return true;
        }
        open.extend(step.action.targets().into_iter().map(|target| (target, sent)));
    }
    false
}

fn sends(bound: &Bound, both: bool) -> String {
    let invites = counted(bound.invites_max, "invitation", "invitations");
    let messages = counted(bound.messages_max, "message", "messages");
    let inmails = counted(bound.inmails_max, "InMail", "InMails");
    let joined = if both { "and" } else { "or" };
    let written = match (bound.messages_max, bound.inmails_max) {
        (0, 0) => None,
        (_, 0) => Some(messages),
        (0, _) => Some(inmails),
        (_, _) => Some(format!("{messages} {joined} {inmails}")),
    };
    match (bound.invites_max, written) {
        (0, None) => "sends nothing".to_owned(),
        (0, Some(written)) => format!("at most {written}"),
        (_, None) => format!("at most {invites}"),
        (_, Some(written)) => format!("at most {invites}, then {written}"),
    }
}

/// What handlers send, each time they run: beside the path, for nobody knows how often.
fn answers(campaign: &Campaign) -> String {
    let handlers = &campaign.handlers;
    let entries = [
        (handlers.on_reply, "reply"),
        (handlers.on_opt_out, "opt-out"),
        (handlers.on_takeover, "takeover"),
        (handlers.on_account_lost, "loss of the account"),
    ];
    let sends = |action: &Action| i64::from(matches!(action, Action::Send { .. } | Action::Inmail { .. }));
    let mut out = String::new();
    for (entry, when) in entries {
        let most = entry.map_or(0, |entry| longest(campaign, entry, &sends, &Action::targets));
        if most > 0 {
            let most = u32::try_from(most).unwrap_or(u32::MAX);
            out.push_str(&format!(", and {} at each {when}", counted(most, "message", "messages")));
        }
    }
    out
}

fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Rounded up to the largest unit that says it well.
fn length(ms: i64) -> String {
    let (unit, one, many) = if ms >= 2 * DAY_MS || (ms >= DAY_MS && ms % DAY_MS == 0) {
        (DAY_MS, "day", "days")
    } else if ms >= 2 * HOUR_MS || (ms >= HOUR_MS && ms % HOUR_MS == 0) {
        (HOUR_MS, "hour", "hours")
    } else {
        (MINUTE_MS, "minute", "minutes")
    };
    let count = ms.max(0).saturating_add(unit - 1) / unit;
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What the length does not hold: closed hours, and dates of the contacts.
fn beyond(campaign: &Campaign) -> String {
    let mut fields: Vec<String> = Vec::new();
    for step in &campaign.steps {
        if let Action::WaitUntil { until: Until::Field { field, .. }, .. } = &step.action {
            let name = format!("`{field}`");
            if !fields.contains(&name) {
                fields.push(name);
            }
        }
    }
    if fields.is_empty() {
        " plus closed hours".to_owned()
    } else {
        format!(" plus closed hours and the wait for {}", fields.join(", "))
    }
}

/// `5 outcomes, all reachable`
fn outcomes(campaign: &Campaign, declared: &BTreeSet<String>) -> String {
    let handlers = &campaign.handlers;
    let entries = [Some(campaign.entry), handlers.on_reply, handlers.on_opt_out, handlers.on_takeover, handlers.on_account_lost];
    let mut open: Vec<StepId> = entries.into_iter().flatten().collect();
    let mut seen: BTreeSet<StepId> = BTreeSet::new();
    let mut ends: BTreeSet<String> = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some(step) = campaign.steps.get(id.0 as usize).filter(|_| seen.insert(id)) else { continue };
        if let Action::Stop { outcome, .. } = &step.action {
            ends.insert(campaign.outcome(*outcome).name.clone());
        }
        open.extend(step.action.targets());
    }
    // Given by the runtime, from no step.
    ends.extend(["send_failed", "stopped"].map(str::to_owned));
    let counted: BTreeSet<&String> = match declared.is_empty() {
        false => declared.iter().collect(),
        true => ends.iter().filter(|name| !["send_failed", "stopped"].contains(&name.as_str())).collect(),
    };
    let reachable = counted.iter().filter(|name| ends.contains(**name)).count();
    let word = if counted.len() == 1 { "outcome" } else { "outcomes" };
    match (counted.len(), reachable) {
        (1, 1) => "1 outcome, reachable".to_owned(),
        (all, reachable) if all == reachable => format!("{all} {word}, all reachable"),
        (all, reachable) => format!("{all} {word}, {reachable} reachable"),
    }
}
