//! Lines in which something is expected: time passes until it is seen, or until it is too late.

use crate::model::campaign::Campaign;
use crate::model::effect::Call;
use crate::model::journal::EntryKind;
use crate::model::script::{Expected, Sought, When};
use crate::model::time::{DAY_MS, Delay, Timestamp};
use crate::sim::script::act::Line;
use crate::sim::script::days::THEN_MS;
use crate::sim::script::stage::Stage;
use crate::sim::script::watch::{Scene, step_of};
use crate::sim::script::words;
use crate::sim::world::TownFault;

/// `no more sends` looks so long beyond the end: as long as a finished contact listens (LANGUAGE.md §11).
const LISTENS_MS: i64 = 30 * DAY_MS;
/// A contact that has not ended after so long (an account that never comes back) gets nothing any more.
const WAITS_MS_MAX: i64 = 400 * DAY_MS;
/// To say when something comes after all, a failed line looks so far ahead.
const LOOK_AHEAD_MS: i64 = 60 * DAY_MS;

impl Stage<'_> {
    /// Plays an expectation.
    pub fn expect(&mut self, when: When, what: &Expected, within: Option<Delay>) -> Result<Line, TownFault> {
        let (from, until) = self.window(when, within);
        if until < from {
            let over = format!("that time is over: the line before is of {}", self.days.moment(self.cursor));
            return Ok(Err(vec![over]));
        }
        if self.contact.is_none() {
            let is_silent = matches!(what, Expected::NoMoreSends);
            return Ok(if is_silent { Ok(()) } else { Err(vec![format!("the contact never entered: {}", self.left_out())]) });
        }
        if matches!(what, Expected::NoMoreSends) {
            return self.expect_silence(from, within.map(|_| until));
        }
        match self.seek(from, until, what)? {
            Some(at) => {
                self.cursor = at;
                Ok(Ok(()))
            }
            None => self.missed(from, until, what).map(Err),
        }
    }

    /// From when until when a line looks.
    fn window(&self, when: When, within: Option<Delay>) -> (Timestamp, Timestamp) {
        match when {
            When::Then => {
                let until = within.map(|delay| self.days.within(delay, self.cursor, false));
                (self.cursor, until.unwrap_or_else(|| self.cursor.plus_ms(THEN_MS)))
            }
            When::Day { day, minute } => {
                let start = minute.map_or_else(|| self.days.start(day), |minute| self.days.at_minute(day, minute));
                let counted = minute.map_or_else(|| self.days.opening(day), |minute| self.days.at_minute(day, minute));
                let until = within.map(|delay| self.days.within(delay, counted.max(self.cursor), true));
                (start.max(self.cursor), until.unwrap_or_else(|| self.days.end(day)))
            }
        }
    }

    /// Lets time pass until it is seen; says when. None: it was not, and it is `until`.
    fn seek(&mut self, from: Timestamp, until: Timestamp, what: &Expected) -> Result<Option<Timestamp>, TownFault> {
        loop {
            let next = self.settle()?;
            let campaign = self.campaign;
            let found = self.watch.find(from, until, &|scene| fits(what, scene, campaign));
            if let Some(scene) = found.and_then(|at| self.watch.scenes.get_mut(at)) {
                scene.is_spoken_of = true;
                return Ok(Some(scene.at()));
            }
            if self.town.now() >= until {
                return Ok(None);
            }
            self.town.go_on(next, until);
        }
    }

    /// Nothing reaches the contact, to the end and as long as they are listened to after it.
    fn expect_silence(&mut self, from: Timestamp, until: Option<Timestamp>) -> Result<Line, TownFault> {
        let mut end = until;
        loop {
            let next = self.settle()?;
            if let Some(found) = self.watch.find(from, Timestamp(i64::MAX), &Scene::reaches) {
                let scene = self.watch.scenes.get(found);
                let instead = scene.map(|scene| words::sent(scene, &self.days)).unwrap_or_default();
                return Ok(Err(vec![instead]));
            }
            let now = self.town.now();
            if end.is_none() && self.watch.scenes.iter().any(|scene| scene.outcome().is_some()) {
                end = Some(now.plus_ms(LISTENS_MS));
            }
            let end = end.unwrap_or_else(|| from.plus_ms(WAITS_MS_MAX));
            if now >= end {
                self.cursor = now;
                return Ok(Ok(()));
            }
            self.town.go_on(next, end);
        }
    }

    /// What is the case instead: when it came, or will come, what came in that time, where the contact stands.
    fn missed(&mut self, from: Timestamp, until: Timestamp, what: &Expected) -> Result<Vec<String>, TownFault> {
        self.curtain = Some(self.watch.scenes.len());
        let mut instead = Vec::new();
        let campaign = self.campaign;
        let here = words::standing(self)?;
        let earlier = self.watch.scenes.iter().rev().find(|scene| scene.at() < from && fits(what, scene, campaign));
        let nearly = self.watch.find(from, until, &|scene| fits(&words::loosely(what), scene, campaign));
        let nearly = nearly.and_then(|at| self.watch.scenes.get(at)).map(|scene| words::nearly(what, scene, &self.days));
        match (nearly, earlier.map(|scene| words::early(scene, &self.days))) {
            (Some(nearly), _) => instead.push(nearly),
            (None, early) => {
                let late = self.seek(until.plus_ms(1), until.plus_ms(LOOK_AHEAD_MS), what)?;
                let late = late.map(|at| format!("it comes on {}", self.days.moment(at)));
                instead.push(late.or(early).unwrap_or_else(|| words::never(what).to_owned()));
            }
        }
        let shown = self.watch.scenes.iter().take(self.curtain.unwrap_or_default());
        let came: Vec<String> = shown
            .filter(|scene| (from..=until).contains(&scene.at()) && (scene.reaches() || scene.outcome().is_some()))
            .map(|scene| words::sent(scene, &self.days))
            .collect();
        instead.extend(came);
        instead.push(here);
        Ok(instead)
    }
}

/// Is the scene what the line wants?
pub(super) fn fits(what: &Expected, scene: &Scene, campaign: &Campaign) -> bool {
    let is = |kind: &str| scene.entry.kind == EntryKind::Sent && scene.detail("kind") == Some(kind);
    match what {
        Expected::Invite { with } => is("invite") && carries(with.as_ref(), scene, campaign),
        Expected::Withdraw => is("withdraw"),
        Expected::Send { what, containing } => {
            (is("message") || is("group") || is("comment"))
                && carries(what.as_ref(), scene, campaign)
                && containing.as_ref().is_none_or(|words| contains(scene.text.as_deref(), words))
        }
        Expected::Inmail { what } => is("inmail") && carries(what.as_ref(), scene, campaign),
        Expected::Stop { outcome } => scene.outcome() == Some(campaign.outcome(*outcome).name.as_str()),
        Expected::NoMoreSends => false,
        Expected::Task { text } => scene.is_task && contains(scene.detail("text"), text),
    }
}

fn carries(sought: Option<&Sought>, scene: &Scene, campaign: &Campaign) -> bool {
    let Some(sought) = sought else { return true };
    let Some(step) = step_of(scene, campaign) else { return false };
    match sought {
        Sought::Step { id, .. } => *id == step,
        Sought::Message { id, .. } => {
            let call = Call::of(&campaign.step(step).action, campaign.channel);
            call.and_then(|call| call.message()) == Some(*id)
        }
    }
}

/// Plain words, whatever the white space between them.
pub(super) fn contains(text: Option<&str>, words: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.is_some_and(|text| plain(text).contains(&plain(words)))
}
