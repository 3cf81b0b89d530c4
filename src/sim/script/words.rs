//! What a line wanted and what was the case instead, in words.

use crate::model::campaign::Campaign;
use crate::model::enrollment::{Awaits, Pause, Status};
use crate::model::script::{Act, Expected, Script, ScriptLine, Sought, What, When};
use crate::sim::script::days::Days;
use crate::sim::script::played::Failure;
use crate::sim::script::stage::Stage;
use crate::sim::script::watch::Scene;
use crate::sim::world::TownFault;

/// Longest text that is quoted in a sentence, in characters.
const QUOTED_MAX: usize = 90;

/// The program has no such campaign: only when a script is played against another folder than its own.
pub(super) fn no_campaign(script: &Script) -> Failure {
    let expected = format!("a campaign `{}`", script.campaign);
    Failure { line: script.line, expected, instead: vec!["there is none".to_owned()] }
}

/// What a line wants.
pub(super) fn wanted(line: &ScriptLine, campaign: &Campaign) -> String {
    let day = match line.when {
        When::Then => None,
        When::Day { day, minute: None } => Some(format!("day {day}")),
        When::Day { day, minute: Some(minute) } => Some(format!("day {day} {:02}:{:02}", minute / 60, minute % 60)),
    };
    match &line.what {
        What::Act(act) => format!("{}{}", acted(act), day.map(|day| format!(", on {day}")).unwrap_or_default()),
        What::Expect { what, within } => {
            let when = match (day, within) {
                (None, None) if matches!(what, Expected::NoMoreSends) => "to the end and 30 days on".to_owned(),
                (Some(day), None) if matches!(what, Expected::NoMoreSends) => {
                    format!("from {day} to the end and 30 days on")
                }
                (None, None) => "in the next 24 hours".to_owned(),
                (None, Some(delay)) => format!("within {delay}"),
                (Some(day), None) => format!("on {day}"),
                (Some(day), Some(delay)) => format!("on {day} or within {delay} of it"),
            };
            format!("{}, {when}", expected(what, campaign))
        }
    }
}

fn expected(what: &Expected, campaign: &Campaign) -> String {
    let named = |sought: &Option<Sought>, plain: &str, with: &str| match sought {
        Some(sought) => format!("{with}`{}`", sought.name()),
        None => plain.to_owned(),
    };
    match what {
        Expected::Invite { with } => named(with, "an invitation", "an invitation with "),
        Expected::Withdraw => "the invitation is withdrawn".to_owned(),
        Expected::Send { what, containing } => {
            let says = containing.as_ref().map(|words| format!(" that says {}", quoted(words))).unwrap_or_default();
            format!("{}{says}", named(what, "a message", "message "))
        }
        Expected::Inmail { what } => named(what, "an InMail", "InMail "),
        Expected::Stop { outcome } => format!("it stops as `{}`", campaign.outcome(*outcome).name),
        Expected::NoMoreSends => "nothing more is sent".to_owned(),
        Expected::Task { text } => format!("a task that says {}", quoted(text)),
    }
}

fn acted(act: &Act) -> String {
    match act {
        Act::Accepts => "the contact accepts".to_owned(),
        Act::Replies(text) => format!("the contact replies {}", quoted(text)),
        Act::Reads => "the contact reads".to_owned(),
        Act::Reacts(emoji) => format!("the contact reacts {}", quoted(emoji)),
        Act::OwnerWrites(text) => format!("the owner writes {}", quoted(text)),
        Act::OwnerApproves => "the owner approves".to_owned(),
        Act::OwnerRejects => "the owner rejects".to_owned(),
        Act::Disconnects => "the account disconnects".to_owned(),
        Act::Reconnects => "the account reconnects".to_owned(),
        Act::Named(name) => format!("event {}", quoted(name)),
    }
}

/// A send or an end, with its day.
pub(super) fn sent(scene: &Scene, days: &Days) -> String {
    let when = days.moment(scene.at());
    if let Some(outcome) = scene.outcome() {
        return format!("it stopped as `{outcome}` on {when}");
    }
    let what = match scene.detail("kind") {
        Some("invite") => "an invitation went".to_owned(),
        Some("inmail") => format!("InMail `{}` went", scene.entry.step),
        Some(_) | None => format!("`{}` went", scene.entry.step),
    };
    format!("{what} on {when}{}", scene.text.as_ref().map(|text| format!(": {}", quoted(text))).unwrap_or_default())
}

/// It came before the line looks.
pub(super) fn early(scene: &Scene, days: &Days) -> String {
    format!("it came before, on {}", days.moment(scene.at()))
}

/// It came with another text or outcome than the line wants.
pub(super) fn nearly(what: &Expected, scene: &Scene, days: &Days) -> String {
    let when = days.moment(scene.at());
    match what {
        Expected::Stop { .. } => format!("it stopped as `{}` on {when}", scene.outcome().unwrap_or_default()),
        Expected::Task { .. }
        | Expected::Invite { .. }
        | Expected::Withdraw
        | Expected::Send { .. }
        | Expected::Inmail { .. }
        | Expected::NoMoreSends => {
            format!("it came on {when}, but says {}", quoted(scene.text.as_deref().unwrap_or_default()))
        }
    }
}

/// The same without the words it must contain: what nearly fits.
pub(super) fn loosely(what: &Expected) -> Expected {
    match what {
        Expected::Send { what, containing: Some(_) } => Expected::Send { what: what.clone(), containing: None },
        Expected::Invite { .. }
        | Expected::Withdraw
        | Expected::Send { .. }
        | Expected::Inmail { .. }
        | Expected::Stop { .. }
        | Expected::NoMoreSends
        | Expected::Task { .. } => Expected::NoMoreSends,
    }
}

/// It never comes.
pub(super) fn never(what: &Expected) -> &'static str {
    match what {
        Expected::Stop { .. } => "it never stops so",
        Expected::Withdraw => "it is never withdrawn",
        Expected::Task { .. } => "nobody is ever asked that",
        Expected::Invite { .. } | Expected::Send { .. } | Expected::Inmail { .. } | Expected::NoMoreSends => "it is never sent",
    }
}

/// Where the contact stands now.
pub(super) fn standing(stage: &Stage<'_>) -> Result<String, TownFault> {
    let enrollment = match stage.contact {
        Some(id) => stage.town.enrollment(id)?,
        None => None,
    };
    let Some(enrollment) = enrollment else { return Ok("the contact is not there".to_owned()) };
    let moment = |at| stage.days.moment(at);
    if let Status::Ended { outcome, at, .. } = &enrollment.status {
        return Ok(format!("the contact ended as `{}` on {}", stage.campaign.outcome(*outcome).name, moment(*at)));
    }
    if let Some(Pause::Until { until }) = enrollment.pause() {
        return Ok(format!("the contact is paused until {}", moment(*until)));
    }
    let Some(frame) = enrollment.frame() else { return Ok("the contact has not begun".to_owned()) };
    let label = &stage.campaign.step(frame.step).label;
    Ok(match &frame.awaits {
        Awaits::Timer { due } => format!("the contact waits at `{label}` until {}", moment(*due)),
        Awaits::Call { .. } => format!("`{label}` waits for its turn"),
        Awaits::Look { .. } | Awaits::Nothing => format!("the contact stands at `{label}`"),
    })
}

fn quoted(text: &str) -> String {
    let plain: Vec<&str> = text.split_whitespace().collect();
    let plain = plain.join(" ");
    let cut: String = plain.chars().take(QUOTED_MAX).collect();
    if cut.len() < plain.len() { format!("\"{cut}…\"") } else { format!("\"{cut}\"") }
}
