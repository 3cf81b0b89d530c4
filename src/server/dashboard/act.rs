//! What may be done from outside, by pages and API alike: each becomes one `runtime::command::Command`.

use crate::model::event::Verdict;
use crate::model::id::{EnrollmentId, TaskId};
use crate::runtime::command::{Command, Resolution};
use crate::server::dashboard::Front;
use serde_json::{Value, json};

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is no such thing.
    Nowhere(String),
    /// It cannot be done as asked.
    Wrong(String),
    /// It could not be carried out now.
    Failed(String),
}

impl Refused {
    /// The sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Nowhere(sentence) | Self::Wrong(sentence) | Self::Failed(sentence) => sentence,
        }
    }
}

/// What goes with a verb: how a parked send is resolved, what is answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    pub how: Option<&'a str>,
    pub text: Option<&'a str>,
}

/// What is asked for about one contact.
pub fn of_contact(verb: &str, id: EnrollmentId, said: Said<'_>) -> Result<Command, Refused> {
    let enrollments = vec![id];
    Ok(match verb {
        "pause" => Command::Pause { enrollments },
        "resume" => Command::Resume { enrollments },
        "stop" => Command::Stop { enrollments, reason: None },
        "resolve" => Command::Resolve { enrollment: id, how: resolution(said.how)? },
        "reply" => Command::Reply { enrollments, text: said.text.unwrap_or_default().trim_end().to_owned() },
        other => {
            return Err(Refused::Nowhere(format!(
                "`{other}` is nothing that can be done to a contact; there are pause, resume, stop, resolve and reply"
            )));
        }
    })
}

fn resolution(how: Option<&str>) -> Result<Resolution, Refused> {
    match how {
        Some("sent") => Ok(Resolution::Sent),
        Some("again") => Ok(Resolution::Again),
        Some("skip") => Ok(Resolution::Skip),
        Some(_) | None => Err(Refused::Wrong("say how it is to be resolved: `sent`, `again` or `skip`".to_owned())),
    }
}

/// What is asked for about a campaign.
pub fn of_campaign(verb: &str, name: &str) -> Result<Command, Refused> {
    let name = name.to_owned();
    Ok(match verb {
        "pause" => Command::PauseCampaign { name },
        "resume" => Command::ResumeCampaign { name },
        "stop" => Command::StopCampaign { name },
        other => {
            return Err(Refused::Nowhere(format!(
                "`{other}` is nothing that can be done to a campaign; there are pause, resume and stop"
            )));
        }
    })
}

/// What became of a task.
pub fn of_task(verb: &str, id: &str) -> Result<Command, Refused> {
    let task: TaskId = id.parse().map_err(|_| Refused::Nowhere(format!("`{id}` names no task")))?;
    let verdict = match verb {
        "approve" => Verdict::Approved,
        "reject" => Verdict::Rejected,
        "done" => Verdict::Done,
        other => {
            return Err(Refused::Nowhere(format!(
                "`{other}` is nothing that can be done to a task; there are approve, reject and done"
            )));
        }
    };
    Ok(Command::Settle { task, verdict })
}

/// Carries it out.
pub async fn carry_out(front: &Front, command: &Command) -> Result<Value, Refused> {
    let arguments = serde_json::to_value(command).map_err(|fault| Refused::Failed(fault.to_string()))?;
    front.ask("command", arguments).await.map_err(Refused::Wrong)
}

/// The enrollment that is meant by an id: its number, or the contact's identifying value (in that campaign, if several).
pub async fn meant(front: &Front, id: &str, campaign: Option<&str>) -> Result<EnrollmentId, Refused> {
    if let Ok(number) = id.parse::<u64>() {
        let person = front.ask("person", json!({ "id": number })).await.map_err(Refused::Failed)?;
        if !person.is_null() {
            return Ok(EnrollmentId(number));
        }
    }
    let found = front.ask("find", json!({ "contact": id, "campaign": campaign })).await.map_err(Refused::Nowhere)?;
    let people = found.as_array().cloned().unwrap_or_default();
    let [one] = people.as_slice() else {
        return Err(Refused::Wrong(format!("{} people fit `{id}`; give the number of one", people.len())));
    };
    let first = one.pointer("/enrollments/0/id").and_then(Value::as_u64).map(EnrollmentId);
    first.ok_or_else(|| Refused::Nowhere(format!("`{id}` is in no campaign")))
}
