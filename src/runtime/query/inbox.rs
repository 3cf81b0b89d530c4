//! `engine inbox`, document `engine.inbox/1`: what people wrote, newest first, those who wait for an answer before the rest.

use crate::model::enrollment::Enrollment;
use crate::model::id::EnrollmentId;
use crate::model::journal::{Entry, EntryKind, Key, Record};
use crate::model::time::Timestamp;
use crate::runtime::census::group::Group;
use crate::runtime::query::view::contact;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Threads shown at once: more are not answered in a sitting.
pub const THREADS_MAX: usize = 100;

/// The class of those who want to be left alone: nobody waits for an answer.
const OPT_OUT: &str = "opt_out";

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inbox {
    pub schema: String,
    pub time: String,
    pub threads: Vec<Thread>,
    /// People who wrote and are not shown, for there are more than [`THREADS_MAX`].
    pub more: u64,
}

/// What was written with one person in one campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// Of the enrollment.
    pub id: u64,
    pub campaign: String,
    pub contact: String,
    pub name: String,
    pub account: Option<String>,
    /// Nobody has written to them since they wrote, and they did not ask to be left alone.
    pub waits: bool,
    /// Of their last words, as the campaign sorted it; empty: of no class.
    pub class: String,
    /// Their last words.
    pub text: String,
    pub at: String,
    /// There is a chat in which they can be answered.
    pub is_open: bool,
    /// An answer by hand that is on its way; empty: none is.
    pub underway: String,
    /// Oldest first.
    pub lines: Vec<ChatLine>,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChatLine {
    pub at: String,
    /// `they`, `engine`, or `we`: one of ours, by hand.
    pub by: String,
    /// `invite`, `message`, `inmail`, `group`; empty for what they wrote.
    pub kind: String,
    pub step: String,
    pub text: String,
}

impl Query<'_> {
    /// Who wrote, and what.
    pub fn inbox(&self, campaign: Option<&str>) -> Result<Inbox, QueryFault> {
        self.check_campaign(campaign)?;
        let is_wished = |group: &Group| {
            let installed = self.view.campaigns.get(&group.campaign);
            installed.is_some_and(|held| campaign.is_none_or(|name| held.campaign.name == name))
        };
        let mut wrote: Vec<(Timestamp, EnrollmentId)> = self.view.counts(self.store, |counts| {
            let all = counts.people(None).filter(|(_, person, group)| person.replied_at().is_some() && is_wished(group));
            all.filter_map(|(id, person, _)| Some((person.replied_at()?, id))).collect()
        })?;
        wrote.sort_unstable_by(|one, two| two.cmp(one));
        let more = wrote.len().saturating_sub(THREADS_MAX) as u64;
        let mut threads = Vec::new();
        for (_, id) in wrote.into_iter().take(THREADS_MAX) {
            threads.extend(self.thread(id)?);
        }
        threads.sort_by_key(|thread: &Thread| !thread.waits);
        Ok(Inbox { schema: "engine.inbox/1".to_owned(), time: iso(self.view.now), threads, more })
    }

    /// What was said with one person in one campaign; none: there is no such enrollment.
    pub fn thread(&self, id: EnrollmentId) -> Result<Option<Thread>, QueryFault> {
        let Some(enrollment) = self.enrollment(id)? else { return Ok(None) };
        let (Some(installed), Some(person)) =
            (self.view.campaigns.get(&enrollment.campaign), contact(self.store, enrollment.contact)?)
        else {
            return Ok(None);
        };
        let entries: Vec<Entry> = self.store.timeline(id)?.into_iter().map(|(_, entry)| entry).collect();
        let lines = chat(&entries);
        let theirs = lines.iter().rev().find(|line| line.by == "they").cloned();
        let class = entries.iter().rev().find_map(|entry| is_reply(entry).then(|| detail(entry, "classes").to_owned()));
        let class = class.unwrap_or_default();
        let underway = enrollment.by_hand().unwrap_or_default().to_owned();
        Ok(Some(Thread {
            id: id.0,
            campaign: installed.campaign.name.clone(),
            contact: person.key.clone(),
            name: person.name(),
            account: self.view.account_of(&enrollment).map(|account| account.spec.name.clone()),
            waits: underway.is_empty()
                && lines.last().is_some_and(|line| line.by == "they")
                && !class.split(", ").any(|word| word == OPT_OUT),
            class,
            text: theirs.as_ref().map(|line| line.text.clone()).unwrap_or_default(),
            at: theirs.map(|line| line.at).unwrap_or_default(),
            is_open: enrollment.chat_channel().is_some(),
            underway,
            lines,
        }))
    }

    fn enrollment(&self, id: EnrollmentId) -> Result<Option<Enrollment>, QueryFault> {
        Ok(match self.store.get(&Key::Enrollment(id))? {
            Some(Record::Enrollment(enrollment)) => Some(*enrollment),
            _ => None,
        })
    }
}

/// What was said, oldest first. What we send is said once it was sent: its text stands in the intent before it.
fn chat(entries: &[Entry]) -> Vec<ChatLine> {
    let mut lines = Vec::new();
    let mut drafted: Option<&str> = None;
    for entry in entries {
        let said = |by: &str, kind: &str, text: &str| ChatLine {
            at: iso(entry.at),
            by: by.to_owned(),
            kind: kind.to_owned(),
            step: entry.step.clone(),
            text: text.to_owned(),
        };
        match (entry.kind, detail(entry, "event")) {
            (EntryKind::Intent, _) => drafted = Some(detail(entry, "text")),
            (EntryKind::Sent, _) if ["invite", "message", "inmail", "group"].contains(&detail(entry, "kind")) => {
                let by = if detail(entry, "by") == "hand" { "we" } else { "engine" };
                lines.push(said(by, detail(entry, "kind"), drafted.take().unwrap_or_default()));
            }
            (EntryKind::Event, "replied") => lines.push(said("they", "", detail(entry, "text"))),
            // Of one that was written in another campaign's chat, or before a restore, the text is not known here.
            (EntryKind::Event, "takeover") if !detail(entry, "text").is_empty() => {
                lines.push(said("we", "message", detail(entry, "text")))
            }
            _ => {}
        }
    }
    lines
}

fn is_reply(entry: &Entry) -> bool {
    entry.kind == EntryKind::Event && detail(entry, "event") == "replied"
}

fn detail<'a>(entry: &'a Entry, name: &str) -> &'a str {
    entry.detail.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value)
}
