//! Letters to people and systems of the user's own: durable beside the path, posted again with growing pauses across
//! restarts, given up after the last attempt, and then said.
//!
//! At least once, never in the way: a letter that was posted when the process died is posted again, under the same id.

use crate::connector::outlet::contract::{Letter, Receipt, Undelivered};
use crate::model::account::Account;
use crate::model::campaign::Recipient;
use crate::model::id::{EffectKey, draw, fingerprint};
use crate::model::journal::{Cause, EntryKind};
use crate::model::outgoing::{Delivery, LetterKind, Outgoing};
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::beside::due_at;
use crate::runtime::draft::Draft;
use crate::runtime::errand::Message;
use crate::runtime::intend::line;
use crate::runtime::outside::Outside;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Pauses between two attempts: some three days in all (the schedule Standard Webhooks proposes).
const PAUSES_MS: [i64; 9] =
    [5_000, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS];
/// Letters under way at once.
const POSTING_MAX: usize = 8;
/// A whole request.
const WAIT: Duration = Duration::from_secs(15);
/// Letters that were given up are kept so long.
const FAILED_KEPT_MS: i64 = 31 * DAY_MS;

/// A letter before it is written down.
pub(super) struct Draught<'a> {
    pub kind: LetterKind,
    /// Its `type`, behind `campaign.`.
    pub word: &'static str,
    pub url: &'a str,
    pub key: Option<EffectKey>,
    pub data: Value,
    /// The same in a sentence: what chat tools show.
    pub text: Option<&'a str>,
    /// What it is about happened then; none: now.
    pub moment: Option<Timestamp>,
}

impl Partition {
    /// Opens the way out. Until then letters wait.
    pub fn reach_out(&mut self, outside: Outside) {
        self.letters.outside = outside;
    }

    /// Puts a letter into the draft.
    pub(super) fn write_letter(&self, draft: &mut Draft, draught: Draught<'_>) {
        let Draught { kind, word, url, key, data, text, moment } = draught;
        let at = moment.unwrap_or(draft.at);
        let (enrollment, visit) = key.map_or((0, 0), |key| (key.enrollment.0, key.visit.0));
        // Of one person, several things may be news at once.
        let name = match kind {
            LetterKind::News => data.to_string(),
            _ => data.get("campaign").and_then(Value::as_str).unwrap_or_default().to_owned(),
        };
        let times = [at.0.to_le_bytes(), enrollment.to_le_bytes(), i64::from(visit).to_le_bytes()].concat();
        let parts: [&[u8]; 5] = [b"letter", word.as_bytes(), &times, name.as_bytes(), url.as_bytes()];
        let mut body = json!({ "type": format!("campaign.{word}"), "timestamp": at.iso_ms(), "data": data });
        if let (Some(text), Some(body)) = (text, body.as_object_mut()) {
            body.insert("text".to_owned(), json!(text));
        }
        let (row, id) = (draw(&parts), format!("msg_{}", fingerprint(&parts)));
        let state = Delivery::Due { next: draft.at, last: None };
        let (url, body) = (url.to_owned(), body.to_string());
        draft.stage_letter(row, Some(Outgoing { row, kind, url, id, body, made_at: at, key, attempts: 0, state }));
    }

    /// Posts what is due.
    pub(super) fn post_letters(&mut self, now: Timestamp) {
        if self.is_stopping {
            return;
        }
        let room = POSTING_MAX.saturating_sub(self.letters.posting.len());
        let is_due =
            |letter: &&Outgoing| due_at(letter).is_some_and(|next| next <= now) && !self.letters.posting.contains(&letter.row);
        let due: Vec<Outgoing> = self.letters.rows.values().filter(is_due).take(room).cloned().collect();
        for letter in due {
            let row = letter.row;
            self.letters.posting.insert(row);
            let outlet = Arc::clone(&self.letters.outside.outlet);
            let lost = Message::Posted { row, result: Err(Undelivered::for_now("errand_lost", "")) };
            let order = Letter { url: letter.url, id: letter.id, body: letter.body, wait: WAIT };
            self.parts.errands.start(lost, Box::pin(async move { Message::Posted { row, result: outlet.post(order).await } }));
        }
    }

    /// When the next letter is due.
    pub(super) fn next_letter(&self) -> Option<Timestamp> {
        if self.letters.posting.len() >= POSTING_MAX {
            return None;
        }
        self.letters.rows.values().filter(|letter| !self.letters.posting.contains(&letter.row)).filter_map(due_at).min()
    }

    /// It arrived, or did not.
    pub(super) fn posted(&mut self, row: u64, result: Result<Receipt, Undelivered>, now: Timestamp) -> Result<(), StoreFault> {
        self.letters.posting.remove(&row);
        let Some(mut letter) = self.letters.rows.get(&row).cloned() else { return Ok(()) };
        let mut draft = Draft::new(Cause::Letter { row }, now);
        letter.attempts = letter.attempts.saturating_add(1);
        match result {
            Ok(receipt) => {
                if letter.kind == LetterKind::Webhook {
                    self.tell_of(&mut draft, &letter, EntryKind::Notified, ("arrived", &receipt.status.to_string()))?;
                }
                draft.stage_letter(row, None);
            }
            Err(undelivered) => self.not_posted(&mut draft, letter, &undelivered)?,
        }
        self.close_quietly(draft)?;
        Ok(())
    }

    fn not_posted(&self, draft: &mut Draft, mut letter: Outgoing, undelivered: &Undelivered) -> Result<(), StoreFault> {
        let pause = PAUSES_MS.get(usize::from(letter.attempts).saturating_sub(1)).filter(|_| !undelivered.is_final);
        let asked_ms = undelivered.after_s.map_or(0, |after| i64::from(after) * 1_000);
        letter.state = match pause {
            Some(pause) => {
                let last = Some(undelivered.to_string());
                Delivery::Due { next: draft.at.plus_ms((*pause).max(asked_ms)), last }
            }
            None => {
                self.tell_of(draft, &letter, EntryKind::Failed, ("code", &undelivered.code))?;
                self.parts.pulse.trouble(Some(format!(
                    "a {} to {} was given up: {undelivered}",
                    letter.kind.word(),
                    host(&letter.url)
                )));
                Delivery::Failed { at: draft.at, code: undelivered.code.clone() }
            }
        };
        draft.stage_letter(letter.row, Some(letter));
        Ok(())
    }

    /// What became of a letter, in the timeline of whom it is about.
    fn tell_of(&self, draft: &mut Draft, letter: &Outgoing, kind: EntryKind, fact: (&str, &str)) -> Result<(), StoreFault> {
        let Some(key) = letter.key else { return Ok(()) };
        let Some(enrollment) = self.enrollment(draft, key.enrollment)? else { return Ok(()) };
        let version = self.campaigns.get(&enrollment.campaign).map_or(0, |installed| installed.campaign.version);
        let attempts = letter.attempts.to_string();
        let facts = [("kind", letter.kind.word()), ("host", &host(&letter.url)), fact, ("attempts", &attempts)];
        let detail = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        draft.entry(key.enrollment, line(draft.at, kind, "", version, detail));
        draft.stage(enrollment);
        Ok(())
    }

    /// Letters given up long ago go.
    pub(super) fn sweep_letters(&self, draft: &mut Draft, now: Timestamp) {
        let is_old =
            |letter: &&Outgoing| matches!(letter.state, Delivery::Failed { at, .. } if now.since_ms(at) >= FAILED_KEPT_MS);
        self.letters.rows.values().filter(is_old).for_each(|letter| draft.stage_letter(letter.row, None));
    }
}

/// Whom a recipient means, and where they are told.
pub(super) fn address_of(who: &Recipient, account: Option<&Account>) -> (String, Option<String>) {
    match who {
        Recipient::Owner => ("owner".to_owned(), account.and_then(|account| account.spec.owner.clone())),
        Recipient::Named { name, address } => (name.clone(), address.clone()),
    }
}

/// The host of a URL: its path may hold a secret.
pub(super) fn host(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
