//! Random workspaces, schedules and limits.

use crate::properties::program::{channel, class, distinct, line, message, name, plain, spanned};
use crate::properties::whole::{cron, part, report};
use campaign_engine::lang::syntax::{
    AccountBlock, Cap, CapWindow, Limit, Limits, Notes, Person, Pool, Schedule, ScheduleZone, SendWindow, Span, Workspace,
};
use campaign_engine::model::account::{Budget, Tier};
use campaign_engine::model::time::{Delay, Unit};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Strategy, prop_oneof};
use proptest::sample::select;

/// Any schedule.
pub fn schedule() -> impl Strategy<Value = Schedule> {
    let days = (0u8..7, 0u8..7).prop_map(|(one, two)| spanned((one.min(two), one.max(two))));
    let times = (0u16..1439, 1u16..1440).prop_map(|(from, long)| spanned((from, (from + long).min(1440))));
    let sends = vec((vec(days, 1..3), vec(times, 1..3)).prop_map(|(days, times)| line(SendWindow { days, times })), 0..3);
    let zone = prop_oneof![
        plain().prop_map(|zone| ScheduleZone { of_contact: false, zone: Some(zone) }),
        of(plain()).prop_map(|zone| ScheduleZone { of_contact: true, zone }),
    ];
    let gap = (1u32..9, 0u32..9).prop_map(|(min, more)| line(spanned(Delay { min, max: min + more, unit: Unit::Minutes })));
    (sends, of(zone.prop_map(line)), vec(plain().prop_map(line), 0..2), of(gap)).prop_map(|(sends, timezone, holidays, gap)| {
        Schedule { sends, timezone, holidays, gap, span: Span::default(), notes: Notes::default(), end_notes: Notes::default() }
    })
}

/// Any limits.
pub fn limits() -> impl Strategy<Value = Limits> {
    let cap = (1u32..99, select(vec![CapWindow::Day, CapWindow::Week, CapWindow::Month]))
        .prop_map(|(count, window)| spanned(Cap { count, window }));
    let caps =
        (select(Budget::ALL.to_vec()), vec(cap, 1..3)).prop_map(|(budget, caps)| Limit::Caps { budget: spanned(budget), caps });
    let pending = of((1u32..999).prop_map(|count| Limit::Pending(spanned(count))));
    let ramp = of((1u32..99, 1u32..99).prop_map(|(days, from)| Limit::Ramp { days: spanned(days), from_percent: spanned(from) }));
    (vec(caps, 0..4), pending, ramp).prop_map(|(caps, pending, ramp)| {
        let mut seen = Vec::new();
        let caps = caps.into_iter().filter(|caps| match caps {
            Limit::Caps { budget, .. } if seen.contains(&budget.value) => false,
            Limit::Caps { budget, .. } => {
                seen.push(budget.value);
                true
            }
            Limit::Pending(_) | Limit::Ramp { .. } => true,
        });
        let lines = caps.chain(pending).chain(ramp).map(line).collect();
        Limits { lines, span: Span::default(), notes: Notes::default(), end_notes: Notes::default() }
    })
}

fn account() -> impl Strategy<Value = AccountBlock> {
    let tier = of(select(Tier::ALL.to_vec()).prop_map(spanned));
    (name(), of(plain()), of(channel()), tier, of(plain()), of(plain())).prop_map(|(name, id, channel, tier, timezone, owner)| {
        AccountBlock {
            name,
            id,
            channel,
            tier,
            timezone,
            owner,
            span: Span::default(),
            notes: Notes::default(),
            clause_notes: Default::default(),
            end_notes: Notes::default(),
        }
    })
}

/// Any workspace.
pub fn workspace() -> impl Strategy<Value = Workspace> {
    let pools = vec((name(), vec(name(), 1..3)).prop_map(|(name, accounts)| line(Pool { name, accounts })), 0..2);
    let people = vec((name(), plain()).prop_map(|(name, address)| line(Person { name, address })), 0..2);
    let head = (name(), vec(account().boxed(), 0..3), pools, people, vec(plain().prop_map(line), 0..2));
    let rest = (vec(class().boxed(), 0..2), vec(message().boxed(), 0..2), of(schedule().boxed()), of(limits().boxed()));
    let more = (vec(part().boxed(), 0..2), of(cron().prop_map(line)), vec(report().boxed(), 0..2));
    (head, rest, more).prop_map(|(head, rest, more)| Workspace {
        parts: distinct(more.0, |part| part.name.value.clone()),
        refresh: more.1,
        reports: more.2,
        name: head.0,
        accounts: distinct(head.1, |account| account.name.value.clone()),
        pools: distinct(head.2, |pool| pool.value.name.value.clone()),
        people: distinct(head.3, |person| person.value.name.value.clone()),
        never_contact: head.4,
        classes: distinct(rest.0, |class| class.name.value.clone()),
        messages: distinct(rest.1, |message| message.name.value.clone()),
        schedule: rest.2,
        limits: rest.3,
        span: Span::default(),
        notes: Notes::default(),
        end_notes: Notes::default(),
    })
}
