//! What the accounts can carry: `cannot-finish`. Counts what everybody needs for sure, without ramps and acceptances: what
//! is told of here is true at best.

use crate::lang::bound::longest;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{self, CapWindow, Limit};
use crate::model::account::{Budget, Channel};
use crate::model::action::Action;
use crate::model::campaign::{Campaign, Caps, Limits};
use crate::model::effect::Call;
use crate::model::expr::Expr;
use crate::model::program::Workspace;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A list that takes longer cannot be finished (LANGUAGE.md §11).
const DAYS_MAX: u64 = 180;
/// Limits are compared over as many days as a week and a month both go into.
pub const SPAN_DAYS: u64 = 210;

/// A campaign and all that decides how fast it goes.
#[derive(Clone, Copy)]
pub struct Load<'a> {
    pub campaign: &'a Campaign,
    pub written: &'a syntax::Campaign,
    pub workspace: &'a Workspace,
    /// The workspace's limits as written, to point at.
    pub limits: Option<&'a syntax::Limits>,
    /// Contacts that can enter.
    pub people: u64,
}

/// What holds the pace.
struct Pace {
    /// Days the list takes.
    days: u64,
    /// In the language's words.
    words: String,
    place: Option<Span>,
}

/// `cannot-finish`: at the header, with the limit that binds.
pub fn check(load: Load, today: Option<Date>, out: &mut Diagnostics) {
    let Some(pace) = paces(load).into_iter().max_by_key(|pace| pace.days).filter(|pace| pace.days > DAYS_MAX) else { return };
    let until = today.and_then(|today| today.checked_add(i32::try_from(pace.days).ok()?.days()).ok());
    let until = until.map_or_else(String::new, |date| format!(", until {date}"));
    let message = format!(
        "`{}` cannot reach its {} contacts within {DAYS_MAX} days: with {} it takes {} days{until}",
        load.campaign.name, load.people, pace.words, pace.days
    );
    let speaking = accounts(load.campaign, load.workspace, load.campaign.channel).max(1);
    let wanted = speaking.saturating_mul(pace.days).div_ceil(DAYS_MAX);
    let help = match pace.words.starts_with("`start") {
        true => "let more people begin in a day, or shorten the list".to_owned(),
        false => format!("shorten the list, or speak through {wanted} accounts instead of {speaking}"),
    };
    let fault = Diagnostic::new(Code::CannotFinish, load.written.span, message, help);
    out.push(match pace.place {
        Some(place) => fault.label(place, "this binds"),
        None => fault,
    });
}

/// How long each limit would take for the list.
fn paces(load: Load) -> Vec<Pace> {
    let Load { campaign, workspace, people, .. } = load;
    let mut paces = Vec::new();
    if let Some(start) = campaign.contacts.start_per_day.filter(|start| *start > 0) {
        let place = load.written.contacts.as_ref().and_then(|contacts| contacts.start_per_day.as_ref());
        let words = format!("`start {start} a day`");
        paces.push(Pace { days: people.div_ceil(u64::from(start)), words, place: place.map(|start| start.span) });
    }
    for ((channel, budget), uses) in needs(campaign) {
        let speaking = accounts(campaign, workspace, channel);
        let caps = tightest(&workspace.limits, &campaign.limits, budget);
        for (window, count, carried) in carried(caps, open_days(campaign)) {
            let all = people.saturating_mul(u64::from(uses)).saturating_mul(SPAN_DAYS);
            let carried = carried.saturating_mul(speaking);
            if carried > 0 {
                let words = format!("{count} {} {}", budget.word(), per(window));
                paces.push(Pace { days: all.div_ceil(carried), words, place: place(load, budget, window, count) });
            }
        }
    }
    paces
}

/// What everybody costs: invitations where the campaign invites, for what follows one is only for those who accept; else
/// its messages, and the InMails that nothing is asked before.
pub fn needs(campaign: &Campaign) -> BTreeMap<(Channel, Budget), u32> {
    let most = |channel: Channel, budget: Budget| {
        let spends = |action: &Action| {
            let call = Call::of(action, campaign.channel);
            i64::from(call.is_some_and(|call| call.channel() == channel && call.budget() == Some(budget)))
        };
        u32::try_from(longest(campaign, campaign.entry, &spends, &Action::targets)).unwrap_or(u32::MAX)
    };
    let invites = most(Channel::Linkedin, Budget::Invites);
    if invites > 0 {
        return BTreeMap::from([((Channel::Linkedin, Budget::Invites), invites)]);
    }
    let mut needs: BTreeMap<_, _> =
        Channel::ALL.into_iter().map(|channel| ((channel, Budget::Messages), most(channel, Budget::Messages))).collect();
    if !asks_for_credit(campaign) {
        needs.insert((Channel::Linkedin, Budget::Inmails), most(Channel::Linkedin, Budget::Inmails));
    }
    needs.retain(|_, uses| *uses > 0);
    needs
}

fn asks_for_credit(campaign: &Campaign) -> bool {
    let mut asks = false;
    for step in &campaign.steps {
        if let Action::Branch { arms, .. } = &step.action {
            let mut see = |inner: &Expr| asks |= matches!(inner, Expr::OpenProfile | Expr::InmailCredit);
            arms.iter().for_each(|(condition, _)| condition.walk(&mut see));
        }
    }
    asks
}

/// The accounts of a channel that the campaign speaks through.
pub fn accounts(campaign: &Campaign, workspace: &Workspace, channel: Channel) -> u64 {
    let speaks = |name: &String| workspace.accounts.iter().any(|known| known.name == *name && known.channel == channel);
    campaign.accounts.iter().filter(|name| speaks(name)).count() as u64
}

/// Days of a week on which something may be sent.
pub fn open_days(campaign: &Campaign) -> u64 {
    campaign.calendar.windows.iter().filter(|windows| !windows.is_empty()).count() as u64
}

/// The caps that hold for a campaign: it only tightens what the workspace allows.
pub fn tightest(workspace: &Limits, campaign: &Limits, budget: Budget) -> Caps {
    let of = |limits: &Limits| limits.caps.get(&budget).copied().unwrap_or_default();
    let (one, other) = (of(workspace), of(campaign));
    let least = |one: Option<u32>, other: Option<u32>| one.into_iter().chain(other).min();
    Caps { day: least(one.day, other.day), week: least(one.week, other.week), month: least(one.month, other.month) }
}

/// What each cap of an account carries in `SPAN_DAYS`.
pub fn carried(caps: Caps, open_days: u64) -> Vec<(CapWindow, u32, u64)> {
    let day = caps.day.map(|count| (CapWindow::Day, count, u64::from(count) * open_days * SPAN_DAYS / 7));
    let week = caps.week.map(|count| (CapWindow::Week, count, u64::from(count) * SPAN_DAYS / 7));
    let month = caps.month.map(|count| (CapWindow::Month, count, u64::from(count) * SPAN_DAYS / 30));
    [day, week, month].into_iter().flatten().collect()
}

/// `a day`, as the language says it.
pub fn per(window: CapWindow) -> &'static str {
    match window {
        CapWindow::Day => "a day",
        CapWindow::Week => "a week",
        CapWindow::Month => "a month",
    }
}

/// Where a cap is written; none: it is a default.
fn place(load: Load, budget: Budget, window: CapWindow, count: u32) -> Option<Span> {
    let lines = load.written.limits.iter().chain(load.limits).flat_map(|limits| &limits.lines);
    let caps = lines.filter_map(|line| match &line.value {
        Limit::Caps { budget: named, caps } if named.value == budget => Some(caps),
        Limit::Caps { .. } | Limit::Pending(_) | Limit::Ramp { .. } => None,
    });
    caps.flatten().find(|cap| cap.value.window == window && cap.value.count == count).map(|cap| cap.span)
}
