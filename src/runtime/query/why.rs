//! `engine why CONTACT --json`, document `engine.why/1`: where they are, why nothing happens now, when it will, and what
//! would change it. The end of the wait and the moment of the send are two moments, and both are shown.

use crate::model::campaign::{Action, Campaign};
use crate::model::contact::Contact;
use crate::model::effect::Call;
use crate::model::enrollment::{Awaits, Enrollment, Status};
use crate::model::id::StepId;
use crate::runtime::query::find::Found;
use crate::runtime::query::standing::{Obstacle, Reason, Standing, standing, step};
use crate::runtime::query::view::{relation_word, status_word};
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The document: one contact in one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Why {
    pub schema: String,
    pub time: String,
    pub campaign: String,
    pub version: u32,
    pub contact: String,
    pub name: String,
    /// IANA name of the zone their sends keep to.
    pub timezone: Option<String>,
    pub account: Option<String>,
    pub status: String,
    pub relation: String,
    pub step: Option<String>,
    pub kind: Option<String>,
    pub since: Option<String>,
    /// A handler runs above the path; this is where the path waits.
    pub path_step: Option<String>,
    /// What is in the way longest, as a word and as a sentence.
    pub reason: Reason,
    pub sentence: String,
    /// All that is in the way.
    pub obstacles: Vec<ObstacleRow>,
    pub wait_ends_at: Option<String>,
    /// The step that is performed next, where that is known, and the first moment it may be.
    pub sends: Option<String>,
    pub sends_kind: Option<String>,
    pub sends_at: Option<String>,
    /// When something happens by itself; none: somebody must do something.
    pub next_at: Option<String>,
    /// Sentences: what would change it.
    pub changes: Vec<String>,
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub listens_until: Option<String>,
}

/// Something in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObstacleRow {
    pub reason: Reason,
    pub sentence: String,
    pub until: Option<String>,
}

impl Query<'_> {
    /// Why nothing happens to a person now, in each of their campaigns (or one), those under way first.
    pub fn why(&self, found: &Found, campaign: Option<&str>) -> Result<Vec<Why>, QueryFault> {
        self.check_campaign(campaign)?;
        let mut whys = Vec::new();
        for enrollment in &found.enrollments {
            let Some(installed) = self.view.campaigns.get(&enrollment.campaign) else { continue };
            if campaign.is_none_or(|name| installed.campaign.name == name) {
                let standing = standing(self.store, &self.view, installed, enrollment, &found.contact)?;
                whys.push(self.why_row(&installed.campaign, enrollment, &found.contact, standing));
            }
        }
        Ok(whys)
    }

    fn why_row(&self, campaign: &Campaign, enrollment: &Enrollment, contact: &Contact, standing: Standing) -> Why {
        let view = &self.view;
        let changes = changes(campaign, enrollment, contact, &standing);
        let label = |id: StepId| step(campaign, id).map(|step| step.label.clone());
        let frame = enrollment.frame().filter(|frame| frame.visit.0 > 0);
        let path_step = match &enrollment.status {
            Status::Active { path, handler: Some(_), .. } => label(path.step),
            Status::Queued | Status::Active { .. } | Status::Ended { .. } => None,
        };
        let (outcome, outcome_reason, listens_until) = match &enrollment.status {
            Status::Ended { outcome, reason, listens_until, .. } => {
                let name = campaign.outcomes.get(outcome.0 as usize).map(|outcome| outcome.name.clone());
                (name, reason.clone(), Some(*listens_until).filter(|until| *until > view.now))
            }
            Status::Queued | Status::Active { .. } => (None, None, None),
        };
        let first = standing.obstacles.first();
        Why {
            schema: "engine.why/1".to_owned(),
            time: iso(view.now),
            campaign: campaign.name.clone(),
            version: campaign.version,
            contact: contact.key.clone(),
            name: contact.name(),
            timezone: view.zone_of(enrollment, contact).iana_name().map(str::to_owned),
            account: view.account_of(enrollment).map(|account| account.spec.name.clone()),
            status: status_word(enrollment, view.is_halted(enrollment.campaign)).to_owned(),
            relation: relation_word(enrollment.facts.relation).to_owned(),
            step: frame.and_then(|frame| label(frame.step)),
            kind: frame.and_then(|frame| step(campaign, frame.step)).map(|step| step.action.kind().to_owned()),
            since: frame.map(|frame| iso(frame.entered_at)),
            path_step,
            reason: first.map_or(Reason::Ready, |obstacle| obstacle.reason),
            sentence: first.map(|obstacle| obstacle.sentence.clone()).unwrap_or_default(),
            obstacles: standing.obstacles.iter().map(row).collect(),
            wait_ends_at: standing.wait_ends_at.map(iso),
            sends: standing.sends.as_ref().and_then(|(id, _)| label(*id)),
            sends_kind: standing.sends.as_ref().map(|(_, call)| call_word(call).to_owned()),
            sends_at: standing.sends_at.map(iso),
            next_at: standing.next_at.map(iso),
            changes,
            outcome,
            outcome_reason,
            listens_until: listens_until.map(iso),
        }
    }
}

fn row(obstacle: &Obstacle) -> ObstacleRow {
    ObstacleRow { reason: obstacle.reason, sentence: obstacle.sentence.clone(), until: obstacle.until.map(iso) }
}

fn call_word(call: &Call) -> &'static str {
    match call {
        Call::Invite { .. } => "invite",
        Call::Withdraw => "withdraw",
        Call::Message { .. } | Call::ByHand { .. } => "message",
        Call::Inmail { .. } => "inmail",
        Call::Engage(_) => "engage",
        Call::Group { .. } => "group",
    }
}

/// What would change it, most useful first.
fn changes(campaign: &Campaign, enrollment: &Enrollment, contact: &Contact, standing: &Standing) -> Vec<String> {
    let mut changes: Vec<String> =
        standing.obstacles.iter().filter_map(|obstacle| way_out(obstacle.reason, campaign, contact)).collect();
    let Some(frame) = enrollment.frame() else { return changes };
    if let (Awaits::Timer { .. }, Some(Action::Race { arms, on_timeout, .. })) =
        (&frame.awaits, step(campaign, frame.step).map(|step| &step.action))
    {
        let label = |id: StepId| step(campaign, id).map_or("", |step| step.label.as_str());
        changes.extend(arms.iter().map(|arm| format!("`{}` leads to `{}`", arm.trigger, label(arm.target))));
        changes.push(format!("otherwise, when the wait ends, it goes on to `{}`", label(*on_timeout)));
    }
    if !enrollment.has_ended() {
        changes.push("a reply is handled at once".to_owned());
    }
    changes
}

/// What a person can do about it.
fn way_out(reason: Reason, campaign: &Campaign, contact: &Contact) -> Option<String> {
    let (name, key) = (&campaign.name, &contact.key);
    Some(match reason {
        Reason::StartQuota => format!("raise `start N a day` in campaign `{name}`"),
        Reason::Window => format!("widen `schedule` in the workspace or in campaign `{name}`"),
        Reason::Limit => "raise `limits per account` in the workspace, or add accounts".to_owned(),
        Reason::CampaignLimit => format!("raise `limits` in campaign `{name}`"),
        Reason::PendingCeiling => "acceptances and withdrawals make room; or raise `pending invites at most`".to_owned(),
        Reason::Parked => format!("`engine resolve {key} sent`, `again` or `skip`, after a look at the chat"),
        Reason::Paused => format!("`engine resume {key}`"),
        Reason::CampaignPaused => format!("`engine resume {name}`"),
        Reason::AllPaused => "`engine resume --all`".to_owned(),
        Reason::AccountLost => "sign the account in again at postpress; the engine notices by itself".to_owned(),
        Reason::AccountDeleted => "connect the account again at postpress, and put its new id into the workspace".to_owned(),
        Reason::Quarantine => {
            "it ends by itself once every account's history is read; an account that is signed out holds back its own people"
                .to_owned()
        }
        Reason::AccountUnchecked => "start the engine with `engine run`: it asks postpress by itself".to_owned(),
        Reason::AccountPaused => "resume the account".to_owned(),
        Reason::AccountMissing => format!("add an account of that channel to the pool of campaign `{name}`"),
        Reason::Ended => format!("a reply within 30 days is still handled; `engine timeline {key}` shows what was"),
        Reason::Queued
        | Reason::Timer
        | Reason::Event
        | Reason::Ready
        | Reason::Gap
        | Reason::CoolDown
        | Reason::Retry
        | Reason::InFlight
        | Reason::Unknown
        | Reason::Reading
        | Reason::PauseUntil => return None,
    })
}
