//! What went wrong with one person: read off their row alone.

use crate::model::campaign::Campaign;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Pause, Status};
use crate::model::id::{OutcomeId, StepId};
use crate::model::time::Timestamp;
use crate::runtime::census::group::Group;
use serde::{Deserialize, Serialize};

/// The outcome of whoever ended because a send failed.
const SEND_FAILED: &str = "send_failed";

/// How an error stands, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// A send of which a person must say whether it arrived.
    Parked,
    /// The engine itself failed at somebody, and waits for a person's word.
    Broken,
    /// An account that cannot be used.
    Account,
    /// A letter to a system or person of the user's own was given up, or is posted again.
    Letter,
    /// A send failed for good, and the path ended.
    Ended,
    /// A call failed for good, and the path went on.
    Skipped,
    /// Nobody knows whether a call arrived; it is being found out.
    Unknown,
    /// Refused for now, and tried again.
    Retry,
}

impl ErrorKind {
    /// The word documents use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Broken => "broken",
            Self::Account => "account",
            Self::Letter => "letter",
            Self::Ended => "ended",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
            Self::Retry => "retry",
        }
    }
}

/// Something that went wrong with somebody.
pub(super) struct Wrong {
    pub kind: ErrorKind,
    /// What it is grouped by; of a call the path went on without, the step: only the timeline has its code.
    pub code: String,
    pub at: Timestamp,
    pub step: Option<StepId>,
    /// As it was written down.
    pub why: String,
}

/// What holds the person up or ended their path, and calls their path went on without; the latter only if anything happened
/// to them after `since`, as does an end.
pub(super) fn gone_wrong(campaign: &Campaign, enrollment: &Enrollment, since: Timestamp) -> Vec<Wrong> {
    if let Some(wrong) = ended(campaign, enrollment) {
        return if wrong.at >= since { vec![wrong] } else { Vec::new() };
    }
    let mut found: Vec<Wrong> = held(enrollment).into_iter().collect();
    if enrollment.trail.has_failures() && enrollment.updated_at >= since {
        let steps = (0..u32::try_from(campaign.steps.len()).unwrap_or(u32::MAX)).map(StepId);
        let failed = steps.filter(|step| enrollment.trail.has_failed(*step));
        found.extend(failed.map(|step| Wrong {
            kind: ErrorKind::Skipped,
            code: campaign.steps.get(step.0 as usize).map(|step| step.label.clone()).unwrap_or_default(),
            at: enrollment.updated_at,
            step: Some(step),
            why: String::new(),
        }));
    }
    found
}

/// May [`gone_wrong`] find anything with somebody of the group?
pub(super) fn may_be_wrong(campaign: &Campaign, group: &Group) -> bool {
    group.is_held || group.trail.has_failures() || group.outcome.is_some_and(|outcome| is_failure(campaign, outcome))
}

fn is_failure(campaign: &Campaign, outcome: OutcomeId) -> bool {
    campaign.outcomes.get(outcome.0 as usize).is_some_and(|outcome| outcome.name == SEND_FAILED)
}

/// Ended for a send that failed.
fn ended(campaign: &Campaign, enrollment: &Enrollment) -> Option<Wrong> {
    let Status::Ended { outcome, reason, at, .. } = &enrollment.status else { return None };
    let why = reason.clone().filter(|_| is_failure(campaign, *outcome))?;
    Some(Wrong { kind: ErrorKind::Ended, code: code_of(&why).to_owned(), at: *at, step: None, why })
}

/// A call that is held, or a person the engine failed at. A send in doubt comes first: `resume` does not settle it.
fn held(enrollment: &Enrollment) -> Option<Wrong> {
    let frame = enrollment.frame()?;
    let wrong = |kind, code: &str, at: Timestamp, why: String| {
        Some(Wrong { kind, code: code.to_owned(), at, step: Some(frame.step), why })
    };
    let hold = match &frame.awaits {
        Awaits::Call { hold, .. } => hold.as_ref(),
        Awaits::Timer { .. } | Awaits::Look { .. } | Awaits::Nothing => None,
    };
    match (hold, enrollment.pause()) {
        (Some(Hold::Parked { since, why }), _) => wrong(ErrorKind::Parked, in_brackets(why), *since, why.clone()),
        (_, Some(Pause::Broken { since, why, .. })) => wrong(ErrorKind::Broken, "engine_failed", *since, why.clone()),
        (Some(Hold::Unknown { since, .. }), _) => {
            wrong(ErrorKind::Unknown, "no_answer", *since, "nobody knows whether the call arrived".to_owned())
        }
        (Some(Hold::Retry { attempts, code, .. }), _) => {
            wrong(ErrorKind::Retry, code, enrollment.updated_at, format!("refused {attempts} times for now: {code}"))
        }
        (Some(Hold::Open { .. }) | None, _) => None,
    }
}

/// The code of an end's reason: alone, or in a sentence of ours.
fn code_of(why: &str) -> &str {
    match why.split([':', ' ']).next().unwrap_or_default() {
        "text" => "text",
        "overdue" => "overdue",
        _ => why,
    }
}

/// A sentence of ours ends with the code it is about.
fn in_brackets(why: &str) -> &str {
    let inside = why.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let is_code =
        |code: &&str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    inside.map(|(_, code)| code).filter(is_code).unwrap_or("in_doubt")
}

#[cfg(test)]
mod tests {
    use super::{code_of, in_brackets};

    #[test]
    fn codes_are_read_off_sentences() {
        assert_eq!(code_of("user_unreachable"), "user_unreachable");
        assert_eq!(code_of("text: `company` has no value"), "text");
        assert_eq!(code_of("overdue by more than 2 days: it could have gone from then on"), "overdue");
        assert_eq!(in_brackets("whether it was sent could not be read for a day (no_channel)"), "no_channel");
        assert_eq!(in_brackets("whatever somebody wrote (<b>no</b>)"), "in_doubt");
        assert_eq!(in_brackets("index out of bounds (the length is 3)"), "in_doubt");
    }
}
