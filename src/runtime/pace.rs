//! When a call may go and when somebody may begin: arithmetic over calendars, limits and uses.
//!
//! No store, no clock, no partition. The outbox and the forecast both ask here, so that they cannot disagree.

use crate::model::account::{Account, Budget};
use crate::model::calendar::Calendar;
use crate::model::campaign::Limits;
use crate::model::id::{AccountId, CampaignId, EffectKey, EnrollmentId, draw};
use crate::model::time::{DAY_MS, HOUR_MS, Timestamp};
use crate::runtime::limits::{Usage, caps_now};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// When to look again where only an event can change the answer.
pub const LATER_MS: i64 = 6 * HOUR_MS;
/// When to look again at the ceiling of pending invitations: acceptances lower it at any time.
pub const CEILING_AGAIN_MS: i64 = HOUR_MS;
/// People of a campaign without `start N a day` who begin in one turn.
pub const STARTS_MAX: usize = 1_024;
/// Shortest time between two polls of an account's relations.
const POLL_MS_MIN: i64 = 3 * HOUR_MS;
/// Longest.
const POLL_MS_MAX: i64 = 7 * HOUR_MS;

/// Who began in the last 24 hours, and when.
pub type Begun = BTreeSet<(Timestamp, EnrollmentId)>;

/// When the window opens, if it is not open now, and for `lead_ms` more so that a call ends in it.
pub fn opens_later(calendar: &Calendar, zone: &TimeZone, lead_ms: i64, now: Timestamp) -> Option<Timestamp> {
    let last = now.plus_ms(lead_ms);
    let from = if !calendar.is_open(now, zone) {
        now
    } else if !calendar.is_open(last, zone) {
        last
    } else {
        return None;
    };
    Some(calendar.next_open(from, zone).unwrap_or(now.plus_ms(LATER_MS)))
}

/// When the account may spend one more of the budget: rolling windows, ramp-up and cool-downs. `now` when it may now.
pub fn account_free_at(usage: &Usage, limits: &Limits, account: &Account, budget: Budget, now: Timestamp) -> Timestamp {
    let caps = caps_now(limits, budget, account.ramps_since(), now);
    let free = usage.free_at(account.id, budget, None, caps, now);
    let cool = account.cooldowns.iter().filter(|(cooling, _)| *cooling == budget).map(|(_, until)| *until).max();
    free.max(cool.unwrap_or(free))
}

/// When the campaign's own limits let the account spend one more; `now` when they do now, or say nothing.
pub fn campaign_free_at(
    usage: &Usage,
    limits: &Limits,
    account: AccountId,
    campaign: CampaignId,
    budget: Budget,
    now: Timestamp,
) -> Timestamp {
    limits.caps.get(&budget).map_or(now, |caps| usage.free_at(account, budget, Some(campaign), *caps, now))
}

/// The most invitations of an account that may be pending while this campaign asks for one more.
pub fn pending_ceiling(campaign: &Limits, workspace: &Limits) -> Option<u32> {
    [campaign.invites_pending_max, workspace.invites_pending_max].into_iter().flatten().min()
}

/// Milliseconds from that call to the account's next one; the same at every replay.
pub fn gap_ms(calendar: &Calendar, key: EffectKey) -> i64 {
    calendar.gap_ms(draw(&[&key.enrollment.0.to_le_bytes(), &key.visit.0.to_le_bytes(), b"gap"]))
}

/// How many people of a campaign may begin now; forgets those who began more than 24 hours ago.
pub fn start_room(calendar: &Calendar, per_day: Option<u32>, begun: &mut Begun, now: Timestamp) -> usize {
    if !calendar.is_open(now, &calendar.zone_for(None)) {
        return 0;
    }
    let Some(per_day) = per_day else { return STARTS_MAX };
    while begun.first().is_some_and(|(at, _)| now.since_ms(*at) >= DAY_MS) {
        begun.pop_first();
    }
    (per_day as usize).saturating_sub(begun.len())
}

/// When a campaign's next people may begin, later than `now`. None: its schedule never opens.
pub fn next_start(calendar: &Calendar, per_day: Option<u32>, begun: Option<&Begun>, now: Timestamp) -> Option<Timestamp> {
    let zone = calendar.zone_for(None);
    let opens = calendar.next_open(now, &zone)?;
    let per_day = per_day.map_or(usize::MAX, |per_day| per_day as usize);
    let full = begun.filter(|begun| begun.len() >= per_day).and_then(|begun| begun.first());
    let free = full.map_or(now, |(at, _)| at.plus_ms(DAY_MS));
    calendar.next_open(opens.max(free), &zone).map(|at| at.max(now.plus_ms(1)))
}

/// When an account polled now is polled next: at random times, never on a fixed clock (POSTPRESS.md §3).
pub fn next_poll(account: AccountId, now: Timestamp) -> Timestamp {
    let drawn = draw(&[b"poll", &account.0.to_le_bytes(), &now.0.to_le_bytes()]);
    now.plus_ms(POLL_MS_MIN + (drawn % (POLL_MS_MAX - POLL_MS_MIN) as u64) as i64)
}
