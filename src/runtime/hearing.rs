//! What an external classifier takes a reply for: asked once the reply is durable, before the turn that acts on it.
//!
//! Its word becomes part of the reply's event, so that a replay never asks again. The person's calls are held back until
//! then. Whoever says `opt_out` by the rules is always believed; a classifier that fails leaves all to the rules.

use crate::connector::contract::{Incoming, Webhook};
use crate::connector::outlet::contract::{Letter, Outlet, Receipt, Undelivered};
use crate::machine::classify::Verdict;
use crate::model::id::{CampaignId, EnrollmentId, fingerprint};
use crate::model::journal::{Cause, InboxRow, Key, Record};
use crate::model::time::Timestamp;
use crate::runtime::beside::{ASKED_MAX, Heard};
use crate::runtime::directory::Listed;
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::partition::Partition;
use crate::runtime::receive;
use crate::store::contract::StoreFault;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A classifier that takes longer is not waited for.
const WAIT: Duration = Duration::from_secs(10);
/// Classes every campaign has.
const BUILT_IN: [&str; 2] = ["opt_out", "out_of_office"];

impl Partition {
    /// Asks the classifier about a row, once. Says whether the row must wait for it; else what was heard is in the draft.
    pub(super) fn must_hear(
        &mut self,
        draft: &mut Draft,
        stored: &InboxRow,
        incoming: &Incoming,
        account: &Listed,
    ) -> Result<bool, StoreFault> {
        if let Some(heard) = self.hearing.heard.remove(&stored.row) {
            draft.heard = heard;
            return Ok(false);
        }
        let (Some(url), Incoming::Message(message)) = (self.letters.outside.classifier_url.clone(), incoming) else {
            return Ok(false);
        };
        let text = message.text.clone().unwrap_or_default();
        if message.is_event || message.is_sponsored || receive::is_own(message, account) || text.trim().is_empty() {
            return Ok(false);
        }
        let questions = self.questions(draft, &stored.enrollments, message.id.as_str(), &text)?;
        if questions.is_empty() {
            return Ok(false);
        }
        let row = stored.row;
        if self.hearing.asked.contains(&row) {
            return Ok(true);
        }
        if self.hearing.asked.len() >= ASKED_MAX {
            self.hearing.waiting.insert(row);
            return Ok(true);
        }
        self.hearing.asked.insert(row);
        let outlet = Arc::clone(&self.letters.outside.outlet);
        let lost = Message::Classified { row, heard: Heard::new() };
        let errand = async move { Message::Classified { row, heard: ask_all(&*outlet, &url, questions).await } };
        self.parts.errands.start(lost, Box::pin(errand));
        Ok(true)
    }

    /// The classifier is done with a row: it is acted on in the next turn.
    pub(super) fn classified(&mut self, row: u64, heard: Heard) {
        self.hearing.asked.remove(&row);
        self.hearing.heard.insert(row, heard);
        self.inbox.insert(row);
    }

    /// A question for each campaign that holds the person.
    fn questions(
        &self,
        draft: &Draft,
        enrollments: &[EnrollmentId],
        message: &str,
        text: &str,
    ) -> Result<Vec<Question>, StoreFault> {
        let mut questions: Vec<Question> = Vec::new();
        for id in enrollments {
            let Some(enrollment) = self.enrollment(draft, *id)? else { continue };
            let Some(installed) = self.campaigns.get(&enrollment.campaign) else { continue };
            if questions.iter().any(|question| question.campaign == installed.id) {
                continue;
            }
            let own = installed.campaign.classes.iter().map(|class| class.name.clone());
            let classes: Vec<String> = BUILT_IN.iter().map(|class| (*class).to_owned()).chain(own).collect();
            let data = json!({ "text": text, "classes": classes, "campaign": installed.campaign.name, "message": message });
            let name = fingerprint(&[b"classify", message.as_bytes(), installed.campaign.name.as_bytes()]);
            questions.push(Question { campaign: installed.id, classes, data, id: format!("cls_{name}") });
        }
        Ok(questions)
    }

    /// A message that a reading found waits for the classifier like one a webhook told of: durable first.
    pub(super) fn shelve(&mut self, read: &Webhook, body: &str, account: &Listed, now: Timestamp) -> Result<(), StoreFault> {
        let mut draft = Draft::new(Cause::Poll { account: account.id }, now);
        let mut enrollments = receive::routed(&*self.parts.store, account, &read.incoming)?;
        for id in enrollments.clone() {
            let Some(enrollment) = self.enrollment(&draft, id)? else { continue };
            let Some(contact) = self.contact(&draft, enrollment.contact)? else { continue };
            let others = self.enrollments_of(&contact)?;
            enrollments.extend(others.into_iter().filter(|other| !enrollments.contains(other)).collect::<Vec<_>>());
        }
        let mut row = u64::try_from(now.0).unwrap_or(0) << 16;
        while self.parts.store.get(&Key::Inbox { row })?.is_some() {
            row += 1;
        }
        let dedup = read.dedup.unwrap_or_else(|| fingerprint(&[b"row", &row.to_le_bytes()]));
        let stored =
            InboxRow { row, at: now, dedup, enrollments: enrollments.clone(), account: Some(account.id), body: body.to_owned() };
        draft.put(Record::Inbox(Box::new(stored)));
        draft.put(Record::Seen { key: dedup, at: now });
        self.parts.gate.close(&enrollments);
        self.close_quietly(draft)?;
        self.inbox.insert(row);
        Ok(())
    }

    /// Does a classifier listen to messages that come in?
    pub(super) fn has_classifier(&self) -> bool {
        self.letters.outside.classifier_url.is_some()
    }
}

struct Question {
    campaign: CampaignId,
    classes: Vec<String>,
    data: Value,
    id: String,
}

async fn ask_all(outlet: &dyn Outlet, url: &str, questions: Vec<Question>) -> Heard {
    let mut heard = Heard::new();
    for Question { campaign, classes, data, id } in questions {
        let body = json!({ "type": "reply.classify", "data": data }).to_string();
        let answer = outlet.post(Letter { url: url.to_owned(), id, body, wait: WAIT }).await;
        heard.insert(campaign, class_in(answer, &classes));
    }
    heard
}

/// `{"class": "interested"}`, or `{"class": null}` for none of them.
fn class_in(answer: Result<Receipt, Undelivered>, classes: &[String]) -> Result<Option<String>, String> {
    let receipt = answer.map_err(|undelivered| undelivered.to_string())?;
    let body: Value = serde_json::from_str(&receipt.body).map_err(|_| "its answer is no JSON".to_owned())?;
    match body.get("class") {
        Some(Value::Null) => Ok(None),
        Some(Value::String(class)) if classes.contains(class) => Ok(Some(class.clone())),
        Some(Value::String(class)) => {
            let class: String = class.chars().filter(|c| !c.is_control()).take(40).collect();
            Err(format!("it said `{class}`, which is no class here"))
        }
        Some(_) | None => Err("its answer has no `class`".to_owned()),
    }
}

/// What the reply is taken for, and what the timeline says of it: the classifier's word, and the rules' where it said
/// nothing, or where somebody asks to be left alone.
pub(super) fn decide(rules: Verdict, heard: Option<&Result<Option<String>, String>>) -> (Verdict, Vec<(String, String)>) {
    let told = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    match heard {
        None => (rules, Vec::new()),
        Some(Err(why)) => (rules, told("classifier_failed", &format!("{why}; the rules decided"))),
        Some(Ok(class)) => {
            let stays = rules.classes.iter().filter(|rule| *rule == "opt_out" && Some(*rule) != class.as_ref());
            let classes: Vec<String> = stays.chain(class).cloned().collect();
            let word = class.as_deref().unwrap_or("none");
            (Verdict { classes, return_date: rules.return_date }, told("classifier", word))
        }
    }
}
