//! A world judged: what can be judged in the middle, and what at the end.

use crate::lab::LabFault;
use crate::lab::oracle::{Breach, Invariant, When, acks, bounds, counted, fold, judge, town as books};
use crate::lab::sim::coverage;
use crate::lab::sim::life::{Life, told};
use crate::model::id::{Fingerprint, fingerprint};
use crate::model::intent::IntentState;
use crate::model::journal::Table;
use crate::model::time::{DAY_MS, HOUR_MS};
use crate::runtime::inlet::Accepted;
use crate::store::contract::Store;
use std::ops::ControlFlow;

/// No webhook is later than this, of those that come.
const WEBHOOK_LATE_MS: i64 = 8 * DAY_MS;

impl Life {
    /// Judges what can be judged in the middle.
    pub(super) fn look(&mut self, when: When) -> Result<(), LabFault> {
        let books = books::books(&self.town)?;
        for story in &books.stories {
            if let Some(reason) = story.row.reason.as_ref().filter(|_| !story.has_ended()) {
                self.tally.note(format!("reason {reason}"));
            }
        }
        self.tally.note("looks");
        self.breaches.extend(judge(&books, when));
        self.breaches.extend(bounds::windows(&books.performed, &self.limits));
        self.breaches.extend(acks::stopped(&books.performed, &self.halts));
        self.breaches.extend(counted::judge(&self.watched, self.town.now()).map_err(told)?);
        if when == When::AtRest {
            self.tally.add("effects", books.performed.len() as u64);
            if !self.was_skewed {
                self.breaches.extend(books::hours(&self.town, &books.performed)?);
                self.breaches.extend(bounds::gaps(&books.performed, self.gap_ms()));
            }
            // Where no webhook comes, a poll tells of it within hours.
            let until = self.town.now().plus_ms(-12 * HOUR_MS);
            let hands = self.trouble.tells_of_hands().then(|| self.town.now().plus_ms(-WEBHOOK_LATE_MS));
            self.breaches.extend(books::heard(&self.town, &books, until, hands)?);
        }
        Ok(())
    }

    /// The shortest gap that any campaign keeps.
    fn gap_ms(&self) -> i64 {
        let gaps = self.town.program.campaigns.iter().map(|campaign| campaign.calendar.gap_ms(0));
        gaps.min().unwrap_or(0)
    }

    pub(super) fn last_judgement(&mut self) -> Result<(), LabFault> {
        if !self.breaches.is_empty() {
            return Ok(());
        }
        self.look(When::AtRest)?;
        let heard = self.town.hearing.as_deref().unwrap_or_default();
        let answered = |how: Accepted| -> Vec<Vec<u8>> {
            heard.iter().filter(|one| one.accepted == how).map(|one| one.body.clone()).collect()
        };
        let (durable, known) = (answered(Accepted::Durable), answered(Accepted::Duplicate));
        self.tally.add("webhooks", heard.len() as u64);
        self.tally.add("webhooks known before", (heard.len() - durable.len()) as u64);
        self.breaches.extend(acks::durable(&*self.store, &durable).map_err(told)?);
        self.breaches.extend(acks::known(&*self.store, &known).map_err(told)?);
        self.breaches.extend(fold::judge(&*self.store).map_err(told)?);
        coverage::note(&mut self.tally, &*self.store).map_err(told)?;
        self.knows_relations()?;
        self.bounded()
    }

    /// I12: nothing is left over but what is parked: that waits for a person.
    fn bounded(&mut self) -> Result<(), LabFault> {
        let Some(house) = &self.town.house else { return Ok(()) };
        let mut rows = 0;
        let count = &mut |_| {
            rows += 1;
            ControlFlow::Continue(())
        };
        self.store.scan(Table::Inbox, None, count).map_err(told)?;
        let partition = &house.partition;
        let left = [
            ("calls", partition.calling.len()),
            ("readings", partition.reading.len()),
            ("webhooks", partition.inbox.len() + partition.deferred.len()),
            ("intents", partition.intents.values().filter(|intent| !matches!(intent.state, IntentState::Parked { .. })).count()),
            ("accounts at work", partition.busy.len()),
            ("rows of webhooks", rows),
        ];
        for (what, count) in left.into_iter().filter(|(_, count)| *count > 0) {
            self.breaches.push(Breach::new(Invariant::Bounded, format!("{count} {what} are left when all have ended")));
        }
        Ok(())
    }

    /// All that happened, for whoever looks for the cause.
    pub(super) fn story(&self) -> Result<Vec<String>, LabFault> {
        let mut story = vec![format!("faults: {:?}", self.trouble.rules()), format!("limits: {:?}", self.limits)];
        story.extend(self.log.iter().cloned());
        for line in self.town.world.effects(0) {
            let (key, text) = (line.idempotency_key.unwrap_or_default(), line.text.unwrap_or_default());
            story.push(format!(
                "performed {} {:?} {key} {} {} {text}",
                line.virtual_at, line.kind, line.recipient, line.provider_id
            ));
        }
        for one in books::books(&self.town)?.stories {
            story.push(format!("{} {} {:?}", one.enrollment, one.name(), one.row));
            story.extend(
                one.entries.iter().map(|entry| format!("  {} {:?} {} {:?}", entry.at, entry.kind, entry.step, entry.detail)),
            );
        }
        Ok(story)
    }

    pub(super) fn trace(&self) -> Result<Fingerprint, LabFault> {
        let lines = self.town.world.effects(0);
        let told_lines: Vec<String> = lines
            .iter()
            .map(|line| format!("{} {:?} {} {:?}", line.virtual_at, line.kind, line.provider_id, line.idempotency_key))
            .collect();
        let state = fold::state(&*self.store).map_err(told)?;
        Ok(fingerprint(&[told_lines.join("\n").as_bytes(), &state.0, &self.steps.to_le_bytes()]))
    }
}
