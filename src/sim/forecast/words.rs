//! What holds people back, in words; and what one would type to see it changed.

use crate::model::account::Budget;
use crate::model::program::Program;
use crate::sim::forecast::change::{Limited, OtherLimit, of_window};
use crate::sim::forecast::hold::Hold;
use crate::sim::forecast::outlook::Held;

/// `20 invites a day` of which accounts, or what else holds.
pub fn sentence(held: &Held, program: &Program) -> String {
    let Some(hold) = held.first() else { return String::new() };
    let campaign = |place: u32| program.campaigns.get(place as usize).map_or("", |campaign| campaign.name.as_str());
    let of = accounts(held, program);
    match hold {
        Hold::Starts { campaign: place } => {
            let per_day = program.campaigns.get(place as usize).and_then(|campaign| campaign.contacts.start_per_day).unwrap_or(0);
            format!("`start {per_day} a day` of {}", campaign(place))
        }
        Hold::Hours => "the sending hours of the schedule".to_owned(),
        Hold::Gap { .. } => format!("the gap between two calls of {of}"),
        Hold::Limit { budget, window, .. } => {
            let most = program.workspace.limits.caps.get(&budget).and_then(|caps| of_window(caps, window)).unwrap_or(0);
            format!("{most} {} a {} of {of}", budget.word(), window_word(window))
        }
        Hold::CampaignLimit { campaign: place, budget, .. } => {
            format!("the limit of {} that {} sets", budget.word(), campaign(place))
        }
        Hold::Ceiling { .. } => {
            let most = program.workspace.limits.invites_pending_max;
            let own = program.campaigns.iter().filter_map(|campaign| campaign.limits.invites_pending_max);
            format!("{} pending invitations at most of {of}", own.chain(most).min().unwrap_or(0))
        }
        Hold::Provider { budget: Budget::Inmails, .. } => format!("the InMail credits of {of}"),
        Hold::Provider { .. } => format!("the 100 invitations a day and 200 a week that LinkedIn lets through, of {of}"),
    }
}

/// The accounts it is about: by name, or how many.
fn accounts(held: &Held, program: &Program) -> String {
    let ids = held.holds.iter().filter_map(|hold| match hold {
        Hold::Gap { account }
        | Hold::Limit { account, .. }
        | Hold::CampaignLimit { account, .. }
        | Hold::Ceiling { account }
        | Hold::Provider { account, .. } => Some(account.0),
        Hold::Starts { .. } | Hold::Hours => None,
    });
    let mut ids: Vec<u32> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let name = |id: &u32| program.workspace.accounts.get((*id as usize).checked_sub(1)?).map(|spec| spec.name.clone());
    let names: Vec<String> = ids.iter().filter_map(name).collect();
    match names.as_slice() {
        [] => "the accounts".to_owned(),
        [name] => name.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        more => format!("{} accounts", more.len()),
    }
}

/// The limit one would try half as high again, if what holds is one.
pub fn lever(held: &Held, program: &Program) -> Option<OtherLimit> {
    let more = |most: u32| Some(most.saturating_add((most / 2).max(1)));
    match held.first()? {
        Hold::Limit { budget, window, .. } => {
            let most = program.workspace.limits.caps.get(&budget).and_then(|caps| of_window(caps, window))?;
            Some(OtherLimit { what: Limited::Budget { budget, window }, most: more(most) })
        }
        Hold::CampaignLimit { campaign, budget, .. } => {
            let caps = program.campaigns.get(campaign as usize)?.limits.caps.get(&budget)?;
            let (window, most) = (0..3).find_map(|window| Some((window, of_window(caps, window)?)))?;
            Some(OtherLimit { what: Limited::Budget { budget, window }, most: more(most) })
        }
        Hold::Starts { campaign } => {
            let most = program.campaigns.get(campaign as usize)?.contacts.start_per_day?;
            Some(OtherLimit { what: Limited::Start, most: most.checked_mul(2) })
        }
        Hold::Ceiling { .. } => {
            Some(OtherLimit { what: Limited::Pending, most: program.workspace.limits.invites_pending_max.and_then(more) })
        }
        Hold::Hours | Hold::Gap { .. } | Hold::Provider { .. } => None,
    }
}

fn window_word(window: u8) -> &'static str {
    match window {
        0 => "day",
        1 => "week",
        _ => "month",
    }
}
