//! I6: what the far side performed, against limits in rolling windows and the sending hours.

use crate::lab::oracle::{Breach, Invariant};
use crate::model::account::Budget;
use crate::model::calendar::Calendar;
use crate::model::campaign::Limits;
use crate::model::time::Timestamp;
use crate::runtime::limits::WINDOWS_MS;
use crate::sim::postpress::ledger::{Kind, Line};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What an effect spends.
pub fn budget(kind: Kind) -> Option<Budget> {
    match kind {
        Kind::Invite => Some(Budget::Invites),
        Kind::Message | Kind::Group => Some(Budget::Messages),
        Kind::Inmail => Some(Budget::Inmails),
        Kind::View => Some(Budget::Visits),
        Kind::Follow | Kind::Reaction | Kind::Comment | Kind::Endorse => Some(Budget::Engagements),
        Kind::Withdraw => None,
    }
}

/// Judges rolling windows. `limits`: what held from when on, oldest first; an effect is judged by what held when it was
/// performed, so that a limit lowered later condemns nothing that came before it.
pub fn windows(performed: &[Line], limits: &[(Timestamp, Limits)]) -> Vec<Breach> {
    let mut uses: BTreeMap<(&str, Budget), Vec<Timestamp>> = BTreeMap::new();
    let mut breaches = Vec::new();
    for line in performed {
        let Some(budget) = budget(line.kind) else { continue };
        let at = line.time();
        let all = uses.entry((line.account.as_str(), budget)).or_default();
        all.push(at);
        let caps = limits.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, limits)| limits.caps.get(&budget));
        let Some(caps) = caps else { continue };
        for (window_ms, cap) in WINDOWS_MS.into_iter().zip([caps.day, caps.week, caps.month]) {
            let count = all.iter().rev().take_while(|used| at.since_ms(**used) < window_ms).count();
            if cap.is_some_and(|cap| count > cap as usize) {
                let hours = window_ms / 3_600_000;
                let what = format!("{} had {count} {} in the {hours} hours before {at}", line.account, budget.word());
                breaches.push(Breach::new(Invariant::Limits, what));
            }
        }
    }
    breaches
}

/// Judges the sending hours of one person.
pub fn hours<'l>(performed: impl Iterator<Item = &'l Line>, calendar: &Calendar, zone: &TimeZone) -> Vec<Breach> {
    let closed = performed.filter(|line| !calendar.is_open(line.time(), zone));
    closed
        .map(|line| {
            let what = format!("{:?} to {} at {}: outside the sending hours", line.kind, line.recipient, line.virtual_at);
            Breach::new(Invariant::Limits, what)
        })
        .collect()
}

/// Judges the gaps between two calls of one account.
pub fn gaps(performed: &[Line], least_ms: i64) -> Vec<Breach> {
    let mut last: BTreeMap<&str, Timestamp> = BTreeMap::new();
    let mut breaches = Vec::new();
    for line in performed {
        let at = line.time();
        if let Some(before) = last.insert(line.account.as_str(), at)
            && at.since_ms(before) < least_ms
        {
            let what = format!("{} called at {before} and again at {at}: nearer than its gap", line.account);
            breaches.push(Breach::new(Invariant::Limits, what));
        }
    }
    breaches
}
