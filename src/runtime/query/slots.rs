//! When a call may go: everything between it and the far side, each with its end.

use crate::model::account::{Account, Budget, Channel, Health};
use crate::model::campaign::Caps;
use crate::model::effect::Call;
use crate::model::enrollment::Enrollment;
use crate::model::journal::Installed;
use crate::model::time::Timestamp;
use crate::runtime::limits::{WINDOWS_MS, caps_now};
use crate::runtime::query::accounts::{cap_of, only};
use crate::runtime::query::standing::{Obstacle, Reason};
use crate::runtime::query::view::View;
use crate::store::contract::{Store, StoreFault};
use jiff::tz::TimeZone;

/// The rolling windows in words.
const WINDOWS: [&str; 3] = ["24 hours", "7 days", "30 days"];

/// A call and whose it is.
pub(super) struct Asked<'a> {
    pub enrollment: &'a Enrollment,
    pub installed: &'a Installed,
    pub call: Call,
    /// It is not asked for before then.
    pub from: Timestamp,
    pub tz: &'a TimeZone,
}

/// What stands between the call and the far side, and when it may go at the earliest; none: only somebody's doing
/// lets it go.
pub(super) fn slot(store: &dyn Store, view: &View, asked: &Asked<'_>) -> Result<(Vec<Obstacle>, Option<Timestamp>), StoreFault> {
    let mut obstacles = Vec::new();
    let channel = asked.enrollment.channel_of(&asked.call);
    let account = view.account_on(asked.enrollment, channel);
    let is_isolated = |account: &Account| view.is_isolated(account.id);
    if let Some(row) = view.quarantine_row().filter(|_| account.is_some_and(is_isolated)) {
        obstacles.push(Obstacle::new(Reason::Quarantine, row.sentence, view.quarantine_reads_at()));
    }
    match account {
        None => obstacles.push(Obstacle::new(
            Reason::AccountMissing,
            format!("no account of the campaign speaks over {channel}"),
            None,
        )),
        Some(account) => {
            obstacles.extend(health(account));
            obstacles.extend(pace(view, asked, account));
            if let Call::Invite { .. } = asked.call {
                obstacles.extend(ceiling(store, view, asked, account)?);
            }
        }
    }
    let from = asked.from.max(view.now);
    let free = obstacles.iter().filter_map(|obstacle| obstacle.until).fold(from, Timestamp::max);
    let calendar = &asked.installed.campaign.calendar;
    let open_at = |at| if asked.call.keeps_hours() { calendar.next_open(at, asked.tz) } else { Some(at) };
    let opens = open_at(free);
    obstacles.extend(closed(open_at(from), from));
    if opens != Some(free) && free > from {
        obstacles.push(Obstacle::after("by then the sending hours are over".to_owned(), opens));
    }
    let is_open_ended = obstacles.iter().any(|obstacle| obstacle.until.is_none());
    Ok((obstacles, opens.filter(|_| !is_open_ended)))
}

/// The sending hours, when they are over at the moment something could go.
pub(super) fn closed(opens: Option<Timestamp>, from: Timestamp) -> Option<Obstacle> {
    let sentence = match opens {
        Some(opens) if opens == from => return None,
        Some(_) => "outside the sending hours of the schedule",
        None => "the schedule never opens",
    };
    Some(Obstacle::new(Reason::Window, sentence.to_owned(), opens))
}

/// Is the account usable at all? What is lost comes back by a check, which has a time but no promise.
pub(super) fn health(account: &Account) -> Option<Obstacle> {
    let name = &account.spec.name;
    let (reason, sentence) = match &account.health {
        _ if account.is_paused => (Reason::AccountPaused, format!("account `{name}` is paused by the operator")),
        Health::Ok if account.spec.channel == Channel::Linkedin && account.polled_at.is_none() => {
            (Reason::AccountUnchecked, format!("account `{name}` reads its relations before it sends"))
        }
        Health::Ok => return None,
        Health::Unknown => (Reason::AccountUnchecked, format!("account `{name}` was not asked about at postpress yet")),
        Health::Lost { word, .. } => (Reason::AccountLost, format!("account `{name}` is signed out or broken ({word})")),
        Health::Deleted { .. } => (Reason::AccountDeleted, format!("account `{name}` was removed at postpress")),
    };
    Some(Obstacle::new(reason, sentence, None))
}

/// Gap, cool-down, rolling windows of the account and of the campaign.
fn pace(view: &View, asked: &Asked<'_>, account: &Account) -> Vec<Obstacle> {
    let (now, name) = (view.now, &account.spec.name);
    let mut obstacles = Vec::new();
    if let Some(free_at) = account.free_at.filter(|at| *at > now) {
        let sentence = format!("account `{name}` keeps a gap between two calls");
        obstacles.push(Obstacle::new(Reason::Gap, sentence, Some(free_at)));
    }
    let Some(budget) = asked.call.budget() else { return obstacles };
    for (_, until) in account.cooldowns.iter().filter(|(cooling, until)| *cooling == budget && *until > now) {
        let sentence = format!("the provider asked account `{name}` to stop {} for a while", budget.word());
        obstacles.push(Obstacle::new(Reason::CoolDown, sentence, Some(*until)));
    }
    let full = view.limits.caps.get(&budget).copied().unwrap_or_default();
    let caps = caps_now(&view.limits, budget, account.ramps_since(), now);
    obstacles.extend(windows(view, asked, account, budget, (caps, full), false));
    let tightened = asked.installed.campaign.limits.caps.get(&budget).copied().unwrap_or_default();
    obstacles.extend(windows(view, asked, account, budget, (tightened, tightened), true));
    obstacles
}

/// The rolling windows that are full.
fn windows(
    view: &View,
    asked: &Asked<'_>,
    account: &Account,
    budget: Budget,
    (caps, full): (Caps, Caps),
    is_campaigns: bool,
) -> Vec<Obstacle> {
    let campaign = is_campaigns.then_some(asked.enrollment.campaign);
    let obstacles = (0..WINDOWS_MS.len()).zip(WINDOWS).filter_map(|(at, window)| {
        let cap = cap_of(caps, at)?;
        let frees_at = view.usage.free_at(account.id, budget, campaign, only(caps, at), view.now);
        if frees_at <= view.now {
            return None;
        }
        let (name, word) = (&account.spec.name, budget.word());
        let ramp = match cap_of(full, at) {
            Some(full) if full > cap => format!(", {full} once it has ramped up"),
            Some(_) | None => String::new(),
        };
        let whose = if is_campaigns { "the campaign's " } else { "" };
        let sentence = format!("{whose}limit of account `{name}` is reached: {cap} {word} in {window}{ramp}");
        let reason = if is_campaigns { Reason::CampaignLimit } else { Reason::Limit };
        Some(Obstacle::new(reason, sentence, Some(frees_at)))
    });
    obstacles.collect()
}

/// The ceiling of pending invitations: acceptances and withdrawals make room, and a person's word about those in doubt.
fn ceiling(store: &dyn Store, view: &View, asked: &Asked<'_>, account: &Account) -> Result<Option<Obstacle>, StoreFault> {
    let ceilings = [asked.installed.campaign.limits.invites_pending_max, view.limits.invites_pending_max];
    let Some(most) = ceilings.into_iter().flatten().min() else { return Ok(None) };
    let (pending, parked) = view.people(store)?.invites_out.get(&account.id).copied().unwrap_or_default();
    let mut sentence = format!("account `{}` is at its ceiling of pending invitations: {pending} of {most}", account.spec.name);
    if parked > 0 {
        sentence.push_str(&format!(", {parked} of them parked (`engine status --contacts --where parked` names them)"));
    }
    Ok((pending >= most).then(|| Obstacle::new(Reason::PendingCeiling, sentence, None)))
}
