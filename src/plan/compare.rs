//! A saved plan against the world as it is now: is it still what would happen?

use crate::plan::document::{CampaignPlan, Plan};

/// Why a saved plan is not what would happen now: one sentence, the first reason found. `fresh` is made of the folder and the
/// store as they are. Days are a forecast and are not compared: they pass. None: it can be applied as it stands.
pub fn differs(saved: &Plan, fresh: &Plan) -> Option<String> {
    let meant = differs_in_folder(saved, fresh);
    if meant.is_some() {
        return meant;
    }
    for now in &fresh.campaigns {
        let Some(then) = saved.campaigns.iter().find(|plan| plan.name == now.name) else {
            return Some(format!("`{}` is running now, and was not when the plan was made", now.name));
        };
        let moved = moved(then, now).or_else(|| entered(then, now));
        if moved.is_some() {
            return moved;
        }
    }
    if saved.prints.people != fresh.prints.people {
        return Some("people have moved since the plan was made: as many stand at each place, but not the same ones".to_owned());
    }
    (saved.workspace != fresh.workspace).then(|| "accounts or limits have changed since the plan was made".to_owned())
}

/// The part of it that the store has no say in: does the folder still mean the same?
pub fn differs_in_folder(saved: &Plan, fresh: &Plan) -> Option<String> {
    if saved.prints.program != fresh.prints.program {
        let other = fresh.campaigns.iter().find(|now| {
            let then = saved.campaigns.iter().find(|plan| plan.name == now.name);
            then.is_none_or(|then| (then.version, &then.hash) != (now.version, &now.hash))
        });
        return Some(other.map_or_else(
            || "the campaigns or their workspace have changed since the plan was made".to_owned(),
            |plan| format!("`{}` has changed since the plan was made", plan.name),
        ));
    }
    (saved.prints.lists != fresh.prints.lists).then(|| "a list has changed since the plan was made".to_owned())
}

fn moved(then: &CampaignPlan, now: &CampaignPlan) -> Option<String> {
    if then.was != now.was {
        let word = |was: Option<u32>| was.map_or("nothing of it".to_owned(), |version| format!("version {version}"));
        return Some(format!("of `{}` {} runs now; when the plan was made it was {}", now.name, word(now.was), word(then.was)));
    }
    if then.people == now.people {
        return None;
    }
    let differs = now.people.iter().chain(&then.people).find(|place| {
        let same = |plan: &CampaignPlan| plan.people.iter().any(|other| other == *place);
        !(same(then) && same(now))
    })?;
    let count = |plan: &CampaignPlan| {
        let same = plan.people.iter().find(|other| (other.version, &other.label) == (differs.version, &differs.label));
        same.map_or(0, |place| place.people)
    };
    let place = differs.label.as_deref().map_or("not begun".to_owned(), |label| format!("at `{label}`"));
    let (before, after) = (count(then), count(now));
    let numbers = if before == after { "others have calls in flight".to_owned() } else { format!("{before} then, {after} now") };
    Some(format!("people of `{}` version {} {place} have moved since the plan was made: {numbers}", now.name, differs.version))
}

fn entered(then: &CampaignPlan, now: &CampaignPlan) -> Option<String> {
    if then.enter != now.enter {
        let other = now.enter.iter().find(|person| !then.enter.contains(person));
        let other = other.or_else(|| then.enter.iter().find(|person| !now.enter.contains(person)));
        let who = other.map_or("others".to_owned(), |person| format!("`{}`", person.contact));
        return Some(format!("who enters `{}` has changed since the plan was made, for one {who}", now.name));
    }
    (then.left_out != now.left_out).then(|| format!("who is left out of `{}` has changed since the plan was made", now.name))
}
