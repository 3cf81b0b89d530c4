//! What an operator does to a run: `pause`, `resume`, `stop`, `event`, `resolve`.

use crate::cli::context::Context;
use crate::cli::desk::{ask, command};
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::operator::{Event, How, Resolve, Target};
use crate::cli::person::ambiguous;
use crate::cli::ping::nobody;
use crate::cli::render;
use crate::model::id::EnrollmentId;
use crate::runtime::command::{Command, Resolution};
use crate::server::socket::{self, AskFault};
use serde_json::{Value, json};

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Pause,
    Resume,
    Stop,
}

/// Whom a name means.
enum Meant {
    All,
    Campaign(String),
    Person(Vec<EnrollmentId>),
}

impl Order {
    /// What it has made of somebody.
    fn done(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "going on",
            Self::Stop => "stopped",
        }
    }
}

/// Holds, lets go on, or ends a campaign, a person or everything.
pub fn order(order: Order, target: &Target, context: &Context) -> Done {
    let meant = meant(target, context)?;
    let name = target.name.as_deref().unwrap_or_default();
    let sentence = match (&meant, order) {
        (Meant::All, Order::Resume) => "everything goes on".to_owned(),
        (Meant::All, Order::Pause | Order::Stop) => "everything is paused; calls in flight finish".to_owned(),
        (Meant::Campaign(_) | Meant::Person(_), _) => format!("`{name}` is {}", order.done()),
    };
    let wish = match (order, meant) {
        (Order::Pause, Meant::All) => Command::PauseAll,
        (Order::Resume, Meant::All) => Command::ResumeAll,
        (Order::Stop, Meant::All) => {
            return Err(Ending::new(WRONG, "`engine stop --all` would end every contact of every campaign")
                .help("name a campaign or a contact"));
        }
        (Order::Pause, Meant::Campaign(name)) => Command::PauseCampaign { name },
        (Order::Resume, Meant::Campaign(name)) => Command::ResumeCampaign { name },
        (Order::Stop, Meant::Campaign(name)) => Command::StopCampaign { name },
        (Order::Pause, Meant::Person(enrollments)) => Command::Pause { enrollments },
        (Order::Resume, Meant::Person(enrollments)) => Command::Resume { enrollments },
        (Order::Stop, Meant::Person(enrollments)) => Command::Stop { enrollments, reason: None },
    };
    let answer = command(context, &wish)?;
    let is_moot = answer.get("changed").and_then(Value::as_u64) == Some(0);
    let sentence =
        if is_moot { format!("nothing changed: `{name}` was {} already, or has ended", order.done()) } else { sentence };
    tell(answer, &sentence, context)
}

fn meant(target: &Target, context: &Context) -> Result<Meant, Ending> {
    let Some(name) = &target.name else {
        return if target.all {
            Ok(Meant::All)
        } else {
            Err(Ending::new(WRONG, "nobody was named").help("name a campaign or a contact, or say `--all`"))
        };
    };
    let status = ask(context, "status", json!({}))?;
    let campaigns = status.get("campaigns").and_then(Value::as_array).cloned().unwrap_or_default();
    if campaigns.iter().any(|campaign| campaign.get("name").and_then(Value::as_str) == Some(name)) {
        return Ok(Meant::Campaign(name.clone()));
    }
    person(context, name, None).map(Meant::Person)
}

/// The enrollments of the one person the words mean.
pub fn person(context: &Context, words: &str, campaign: Option<&str>) -> Result<Vec<EnrollmentId>, Ending> {
    let answer = ask(context, "find", json!({ "contact": words, "campaign": campaign }))?;
    let people = answer.as_array().cloned().unwrap_or_default();
    let [one] = people.as_slice() else { return Err(ambiguous(words, &people)) };
    let enrollments = one.get("enrollments").and_then(Value::as_array).cloned().unwrap_or_default();
    let ids = enrollments.iter().filter_map(|enrollment| enrollment.get("id").and_then(Value::as_u64)).map(EnrollmentId);
    Ok(ids.collect())
}

/// An event of the user's own.
pub fn event(arguments: &Event, context: &Context) -> Done {
    if let Some(data) = &arguments.data {
        serde_json::from_str::<Value>(data).map_err(|fault| Ending::new(WRONG, format!("`--data` is no JSON: {fault}")))?;
    }
    let enrollments = person(context, &arguments.contact, None)?;
    let answer = command(context, &Command::Event { enrollments, name: arguments.name.clone(), data: arguments.data.clone() })?;
    let is_moot = answer.get("changed").and_then(Value::as_u64) == Some(0);
    let sentence = match is_moot {
        true => format!("told, but nothing of theirs is open any more for `{}`", arguments.name),
        false => format!("told: `{}` happened to `{}`", arguments.name, arguments.contact),
    };
    tell(answer, &sentence, context)
}

/// A person's word about a parked send.
pub fn resolve(arguments: &Resolve, context: &Context) -> Done {
    let how = match arguments.how {
        How::Sent => Resolution::Sent,
        How::Again => Resolution::Again,
        How::Skip => Resolution::Skip,
    };
    let mut last = Err(Ending::new(WRONG, "this person is in no campaign"));
    for enrollment in person(context, &arguments.contact, None)? {
        last = command(context, &Command::Resolve { enrollment, how });
        if last.is_ok() {
            break;
        }
    }
    let sentence = match how {
        Resolution::Sent => "taken as sent: they go on",
        Resolution::Again => "taken as not sent: it is sent again",
        Resolution::Skip => "skipped: they go on without it",
    };
    tell(last?, sentence, context)
}

/// Has the running engine read its campaigns anew.
pub fn reload(context: &Context) -> Done {
    let data = context.data_directory()?;
    match socket::ask(data, "reload", Value::Null) {
        Ok(Some(answer)) => {
            let lines = answer.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
            let lines = lines.iter().filter_map(Value::as_str).chain(["reloaded"]).collect::<Vec<_>>().join("\n");
            tell(answer, &lines, context)
        }
        Ok(None) => Err(nobody(data)),
        Err(AskFault::Refused(why)) => {
            let (sentence, faults) = why.split_once('\n').unwrap_or((&why, ""));
            if !faults.is_empty() {
                render::talk(faults);
            }
            Err(Ending::new(WRONG, sentence))
        }
        Err(fault) => Err(Ending::new(FAILED, fault.to_string())),
    }
}

/// What was done: a sentence, or the document `engine.done/1`.
pub fn tell(answer: Value, sentence: &str, context: &Context) -> Done {
    if context.is_json {
        let mut document = json!({ "schema": "engine.done/1" });
        if let (Some(document), Value::Object(answer)) = (document.as_object_mut(), answer) {
            document.extend(answer);
        }
        render::data(&document.to_string());
    } else if !context.is_quiet {
        sentence.lines().for_each(|line| render::data(&render::plain(line)));
    }
    Ok(Ending::done())
}
