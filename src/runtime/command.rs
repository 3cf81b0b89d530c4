//! What a person may ask of a running engine, and how it is carried out. Questions that change nothing stand in `query`.

use crate::model::enrollment::{Awaits, Hold};
use crate::model::event::{Event, Settlement, Verdict};
use crate::model::id::{CampaignId, EnrollmentId, TaskId};
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Cause, EntryKind, Installed, Meta, Record, Table};
use crate::model::program::RosterRow;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::outbox::awaited_call;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// A wish. People are named by enrollment: whoever wishes has found them by the query layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    PauseAll,
    ResumeAll,
    /// By name: every version of it.
    PauseCampaign {
        name: String,
    },
    ResumeCampaign {
        name: String,
    },
    StopCampaign {
        name: String,
    },
    Pause {
        enrollments: Vec<EnrollmentId>,
    },
    Resume {
        enrollments: Vec<EnrollmentId>,
    },
    Stop {
        enrollments: Vec<EnrollmentId>,
        reason: Option<String>,
    },
    /// An event of the user's own.
    Event {
        enrollments: Vec<EnrollmentId>,
        name: String,
        data: Option<String>,
    },
    Resolve {
        enrollment: EnrollmentId,
        how: Resolution,
    },
    /// An answer by hand, to one person: in the chat of the campaign they wrote in last.
    Reply {
        enrollments: Vec<EnrollmentId>,
        text: String,
    },
    /// What became of a task.
    Settle {
        task: TaskId,
        verdict: Verdict,
    },
    /// Never contact these people again.
    Suppress {
        enrollments: Vec<EnrollmentId>,
    },
    /// Forget these people: nothing of them can be read again, anywhere.
    Erase {
        enrollments: Vec<EnrollmentId>,
    },
    /// New people for a running campaign.
    Enroll {
        campaign: String,
        rows: Vec<RosterRow>,
    },
}

/// What a person says of a parked call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// It was sent: go on.
    Sent,
    /// It was not: send it.
    Again,
    /// Go on without it.
    Skip,
}

/// A wish on its way to the turns, and where its answer goes.
pub struct Asked {
    pub command: Command,
    pub answer: Sender<Result<Value, String>>,
}

impl Partition {
    /// Carries a wish out. The inner error is a sentence for whoever wished.
    pub fn command(&mut self, command: &Command, now: Timestamp) -> Result<Result<Value, String>, StoreFault> {
        match command {
            Command::PauseAll => self.pause_all(Some(now), now),
            Command::ResumeAll => self.pause_all(None, now),
            Command::PauseCampaign { name } => self.pause_campaign(name, true, now),
            Command::ResumeCampaign { name } => self.pause_campaign(name, false, now),
            Command::StopCampaign { name } => {
                let people = self.people_of(name)?;
                self.tell_each(&people, &Event::Stopped { reason: Some("campaign stopped".to_owned()) }, now)
            }
            Command::Pause { enrollments } => self.tell_each(enrollments, &Event::Paused, now),
            Command::Resume { enrollments } => self.tell_each(enrollments, &Event::Resumed, now),
            Command::Stop { enrollments, reason } => self.tell_each(enrollments, &Event::Stopped { reason: reason.clone() }, now),
            Command::Event { enrollments, name, data } => {
                self.tell_each(enrollments, &Event::Named { name: name.clone(), data: data.clone() }, now)
            }
            Command::Resolve { enrollment, how } => self.resolve(*enrollment, *how, now),
            Command::Reply { enrollments, text } => self.write_by_hand(enrollments, text, now),
            Command::Settle { task, verdict } => self.settle_task(*task, *verdict, now),
            Command::Suppress { enrollments } => self.suppress_each(enrollments, now),
            Command::Erase { enrollments } => self.erase_each(enrollments, now),
            Command::Enroll { campaign, rows } => match self.current(campaign) {
                Some(id) => self.enroll(id, rows, now).map(|enrolled| Ok(enrolled.to_json())),
                None => Ok(Err(format!("no campaign `{campaign}` is installed; run `engine run` with it first"))),
            },
        }
    }

    fn tell_each(
        &mut self,
        enrollments: &[EnrollmentId],
        event: &Event,
        now: Timestamp,
    ) -> Result<Result<Value, String>, StoreFault> {
        let mut moved = 0;
        for id in enrollments {
            let mut draft = Draft::new(Cause::Command { word: word_of(event).to_owned() }, now);
            moved += usize::from(self.happen(&mut draft, *id, event)?);
            self.close_quietly(draft)?;
        }
        Ok(Ok(json!({ "asked": enrollments.len(), "changed": moved })))
    }

    fn pause_all(&mut self, since: Option<Timestamp>, now: Timestamp) -> Result<Result<Value, String>, StoreFault> {
        let mut draft = Draft::new(Cause::Command { word: "pause".to_owned() }, now);
        draft.put(Record::Meta(Meta::Paused { since }));
        self.close_quietly(draft)?;
        self.paused = since;
        self.note_all(None)?;
        Ok(Ok(json!({ "paused": since.is_some() })))
    }

    fn pause_campaign(&mut self, name: &str, is_paused: bool, now: Timestamp) -> Result<Result<Value, String>, StoreFault> {
        let versions: Vec<Arc<Installed>> =
            self.campaigns.values().filter(|installed| installed.campaign.name == name).cloned().collect();
        if versions.is_empty() {
            return Ok(Err(format!("no campaign `{name}`; `engine status` lists them")));
        }
        for installed in versions {
            let changed = Installed { is_paused, ..(*installed).clone() };
            let mut draft = Draft::new(Cause::Command { word: "pause".to_owned() }, now);
            draft.put(Record::Campaign(Box::new(changed.clone())));
            self.close_quietly(draft)?;
            self.campaigns.insert(changed.id, Arc::new(changed));
            self.note_all(Some(installed.id))?;
        }
        Ok(Ok(json!({ "campaign": name, "paused": is_paused })))
    }

    /// Looks at the enrollments (of one campaign) again.
    fn note_all(&mut self, campaign: Option<CampaignId>) -> Result<(), StoreFault> {
        let mut all = Vec::new();
        self.parts.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record
                && campaign.is_none_or(|campaign| enrollment.campaign == campaign)
            {
                all.push(*enrollment);
            }
            ControlFlow::Continue(())
        })?;
        all.iter().try_for_each(|enrollment| self.note(enrollment))
    }

    fn people_of(&self, name: &str) -> Result<Vec<EnrollmentId>, StoreFault> {
        let mut people = Vec::new();
        self.parts.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record
                && !enrollment.has_ended()
                && self.campaigns.get(&enrollment.campaign).is_some_and(|installed| installed.campaign.name == name)
            {
                people.push(enrollment.id);
            }
            ControlFlow::Continue(())
        })?;
        Ok(people)
    }

    fn suppress_each(&mut self, enrollments: &[EnrollmentId], now: Timestamp) -> Result<Result<Value, String>, StoreFault> {
        for id in enrollments {
            let mut draft = Draft::new(Cause::Command { word: "suppress".to_owned() }, now);
            let Some(enrollment) = self.enrollment(&draft, *id)? else { continue };
            if let Some(mut contact) = self.contact(&draft, enrollment.contact)? {
                contact.suppress(None);
                draft.stage_contact(contact);
            }
            self.happen(&mut draft, *id, &Event::Suppressed { channel: None })?;
            self.close_quietly(draft)?;
        }
        Ok(Ok(json!({ "suppressed": enrollments.len() })))
    }

    fn resolve(&mut self, id: EnrollmentId, how: Resolution, now: Timestamp) -> Result<Result<Value, String>, StoreFault> {
        let parked = self.intents_of(id).find(|intent| matches!(intent.state, IntentState::Parked { .. })).cloned();
        let Some(intent) = parked else {
            let draft = Draft::new(Cause::Command { word: "resolve".to_owned() }, now);
            let is_broken = self.enrollment(&draft, id)?.is_some_and(|enrollment| enrollment.is_broken());
            return Ok(Err(if is_broken {
                "no send of this contact is in doubt: `engine resume` tries again, `engine stop` lets them go".to_owned()
            } else {
                "nothing of this contact is parked; `engine why` says what they wait for".to_owned()
            }));
        };
        let draft = Draft::new(Cause::Command { word: "resolve".to_owned() }, now);
        match how {
            Resolution::Sent => self.settle_sent(draft, &intent, None, None, "operator")?,
            Resolution::Again => {
                let detail =
                    vec![("by".to_owned(), "operator".to_owned()), ("found".to_owned(), "not sent: tried again".to_owned())];
                self.withdraw_intent(draft, &intent, EntryKind::Reconciled, detail, now)?;
            }
            Resolution::Skip => self.skip(draft, &intent)?,
        }
        Ok(Ok(json!({ "resolved": intent.key.to_string() })))
    }

    fn skip(&mut self, mut draft: Draft, intent: &Intent) -> Result<(), StoreFault> {
        draft.stage_intent(intent.key, None);
        if let Some(mut enrollment) = self.enrollment(&draft, intent.key.enrollment)? {
            if let Some(Awaits::Call { hold, .. }) = awaited_call(&mut enrollment, intent.key) {
                *hold = None::<Hold>;
            }
            draft.stage(enrollment);
        }
        let settlement = Settlement::Skipped { why: "skipped by the operator".to_owned() };
        self.happen(&mut draft, intent.key.enrollment, &Event::Settled { visit: intent.key.visit, settlement })?;
        self.close_quietly(draft)?;
        Ok(())
    }

    /// The version of a campaign that new people enter.
    pub fn current(&self, name: &str) -> Option<CampaignId> {
        self.campaigns
            .values()
            .find(|installed| installed.is_current && installed.campaign.name == name)
            .map(|installed| installed.id)
    }
}

fn word_of(event: &Event) -> &'static str {
    match event {
        Event::Paused => "pause",
        Event::Resumed => "resume",
        Event::Stopped { .. } => "stop",
        Event::Named { .. } => "event",
        _ => "command",
    }
}
