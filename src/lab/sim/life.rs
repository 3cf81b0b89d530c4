//! One world, lived from its begin until everybody in it has ended, and judged all along.

use crate::lab::LabFault;
use crate::lab::oracle::acks::Halt;
use crate::lab::oracle::{Breach, Invariant, When};
use crate::lab::sim::chance::Chance;
use crate::lab::sim::scene::Scene;
use crate::lab::sim::shaky::Shaky;
use crate::lab::sim::tally::Tally;
use crate::lab::sim::text::Allowed;
use crate::lab::sim::trouble::{Act, Trouble};
use crate::model::campaign::Limits;
use crate::model::id::{EnrollmentId, Fingerprint};
use crate::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use crate::runtime::census::watched::Watched;
use crate::runtime::clock::Clock;
use crate::runtime::install::InstallFault;
use crate::sim::faults::Faults;
use crate::sim::world::{Setting, Town, TownFault};
use crate::store::contract::Store;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Days after the last fault within which everybody has to have ended.
const QUIET_DAYS: i64 = 200;
/// Steps between two looks at the whole of the books, where nothing was performed.
const JUDGED_EVERY: u64 = 60;
/// Moments it may take until then: somebody who is looked at again each second, and never moved, is stuck.
const CALM_STEPS_MAX: u64 = 20_000;
/// Starts that may fail one after another before the world is taken for broken.
const STARTS_MAX: usize = 5;

/// What came of a seed.
pub struct Lived {
    pub breaches: Vec<Breach>,
    /// Names everything that was performed and everything that was remembered.
    pub trace: Fingerprint,
    pub tally: Tally,
    /// Why what was drawn is no campaign.
    pub refused: Option<String>,
    /// Of a seed that broke something: what happened, line by line.
    pub story: Vec<String>,
}

/// What stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Still {
    Everything,
    /// The campaign `intro`.
    Campaign,
}

/// A world under way.
pub(super) struct Life {
    pub scene: Scene,
    pub town: Town,
    pub store: Arc<Shaky>,
    /// The same, as the engine's process sees it.
    pub watched: Arc<Watched>,
    pub chance: Chance,
    pub tally: Tally,
    pub breaches: Vec<Breach>,
    pub halts: Vec<Halt>,
    /// What is still to happen.
    pub acts: BTreeSet<(Timestamp, u32, Act)>,
    pub count: u32,
    /// What held from when on.
    pub limits: Vec<(Timestamp, Limits)>,
    pub version: u32,
    pub with_last: bool,
    pub allowed: Allowed,
    /// What the files were before each edit.
    pub undo: Vec<(u32, bool, Allowed)>,
    pub was_skewed: bool,
    /// What befell our own side, and when.
    pub log: Vec<String>,
    /// Since when the campaign is paused: effects performed by then, and that nothing may be added to.
    pub still: Option<(usize, Still)>,
    pub trouble: Trouble,
    judged: usize,
    /// Who accepted, by webhooks that were answered 200.
    pub related: BTreeSet<EnrollmentId>,
    /// Webhooks of which it is known what they forbid.
    pub seen: usize,
    pub steps: u64,
}

/// Lives one seed. `dir`: the real store in that folder; none: in memory.
///
/// # Errors
/// What was drawn cannot be lived: a fault of the lab, not of the engine.
pub fn live(seed: u64, dir: Option<PathBuf>) -> Result<Lived, LabFault> {
    let scene = Scene::draw(seed);
    if let Err(why) = scene.program(1, false, &scene.allowed).and(scene.program(2, true, &scene.allowed)) {
        // Not everything that is drawn is a campaign: the checks of the language refuse a few.
        let mut tally = Tally::default();
        tally.note("refused by the language");
        return Ok(Lived {
            breaches: Vec::new(),
            trace: Fingerprint::default(),
            tally,
            refused: Some(why.to_string()),
            story: Vec::new(),
        });
    }
    let mut life = Life::begin(seed, dir)?;
    life.troubled()?;
    life.calm()?;
    life.last_judgement()?;
    let trace = life.trace()?;
    let story = if life.breaches.is_empty() { Vec::new() } else { life.story()? };
    Ok(Lived { breaches: life.breaches, trace, tally: life.tally, refused: None, story })
}

pub(super) fn told(fault: impl std::fmt::Display) -> LabFault {
    LabFault(fault.to_string())
}

impl Life {
    fn begin(seed: u64, dir: Option<PathBuf>) -> Result<Self, LabFault> {
        let scene = Scene::draw(seed);
        let mut trouble = Trouble::draw(seed, scene.begin);
        let store = Arc::new(Shaky::new(seed, dir).map_err(told)?);
        let watched = watched(&store);
        let program = scene.program(1, false, &scene.allowed)?;
        let limits = vec![(Timestamp(i64::MIN), program.workspace.limits.clone())];
        let setting = |hears: bool| Setting {
            program: program.clone(),
            store: Arc::clone(&watched) as Arc<dyn Store>,
            people: scene.people(),
            accounts: scene.accounts(),
            faults: trouble.faults(seed),
            ledger: None,
            begin: scene.begin,
            hears,
        };
        let town = match Town::new(setting(!trouble.is_deaf)) {
            // Every attempt to register a webhook met a fault.
            Err(TownFault::Deaf { .. }) => {
                let deaf = Town::new(setting(false));
                trouble.is_deaf = true;
                deaf
            }
            town => town,
        };
        let mut town = town.map_err(told)?;
        town.loses = trouble.loses;
        let mut tally = Tally::default();
        tally.add("deaf", u64::from(trouble.is_deaf));
        tally.add("errands lost", u64::from(trouble.loses > 0));
        Ok(Self::of(seed, scene, trouble, (store, watched), town, limits, tally))
    }

    fn of(
        seed: u64,
        scene: Scene,
        trouble: Trouble,
        (store, watched): (Arc<Shaky>, Arc<Watched>),
        mut town: Town,
        limits: Vec<(Timestamp, Limits)>,
        tally: Tally,
    ) -> Self {
        town.hearing = Some(Vec::new());
        let acts = trouble.acts.iter().zip(0..).map(|((at, act), nth)| (*at, nth, *act)).collect();
        let allowed = scene.allowed.clone();
        Self {
            scene,
            town,
            store,
            watched,
            chance: Chance::new(seed, "life"),
            tally,
            breaches: Vec::new(),
            halts: Vec::new(),
            acts,
            count: 1_000,
            limits,
            version: 1,
            with_last: false,
            allowed,
            undo: Vec::new(),
            was_skewed: false,
            log: Vec::new(),
            still: None,
            trouble,
            judged: 0,
            related: BTreeSet::new(),
            seen: 0,
            steps: 0,
        }
    }

    /// While faults and accidents go on.
    fn troubled(&mut self) -> Result<(), LabFault> {
        let calm_at = self.trouble.calm_at;
        while self.town.now() < calm_at && self.breaches.is_empty() {
            while let Some((at, nth, act)) = self.acts.first().copied().filter(|(at, _, _)| *at <= self.town.now()) {
                self.acts.remove(&(at, nth, act));
                self.perform(act)?;
            }
            let until = self.acts.first().map_or(calm_at, |(at, _, _)| (*at).min(calm_at));
            self.step(until)?;
        }
        Ok(())
    }

    /// Faults stop; time runs on; all have to end.
    fn calm(&mut self) -> Result<(), LabFault> {
        for (kind, met) in self.town.world.trouble(Faults::default()) {
            self.tally.add(format!("fault {kind:?}"), met);
        }
        let rest: Vec<Act> = std::mem::take(&mut self.acts).into_iter().map(|(_, _, act)| act).collect();
        self.store.calm();
        self.town.loses = 0;
        self.town.own_clock.set_ahead(0);
        for act in rest {
            if matches!(act, Act::Resume | Act::SignOut(0)) {
                self.perform(act)?;
            }
        }
        let end = self.town.now().plus_ms(QUIET_DAYS * DAY_MS);
        let mut heard_by = None;
        let steps_max = self.steps + CALM_STEPS_MAX;
        while self.town.now() < end && self.breaches.is_empty() {
            self.settle_down()?;
            if self.town.is_idle() && !self.resolve_parked()? {
                // What was written last is heard at the next poll: by the engine's own clock, which stands still while it is ahead.
                let at = self.town.own_clock.now();
                if at >= *heard_by.get_or_insert(at.plus_ms(DAY_MS)) {
                    return Ok(());
                }
            }
            self.step(end)?;
            if self.steps > steps_max {
                let what = format!("nothing goes on any more, step for step, at {}", self.town.now());
                self.breaches.push(Breach::new(Invariant::NeverStuck, what));
            }
        }
        Ok(())
    }

    /// One moment: rounds until nothing moves; then time goes on, but not beyond `until`.
    fn step(&mut self, until: Timestamp) -> Result<(), LabFault> {
        let next = self.settle_down()?;
        self.steps += 1;
        let performed = self.town.world.performed();
        if performed > self.judged || self.steps.is_multiple_of(JUDGED_EVERY) {
            self.judged = performed;
            self.look(When::Underway)?;
        }
        self.town.go_on(next, until);
        Ok(())
    }

    fn settle_down(&mut self) -> Result<Timestamp, LabFault> {
        let mut still = 0;
        for _ in 0..100_000 {
            let (moved, next) = self.round()?;
            if !moved && next > self.town.own_clock.now() {
                return Ok(next);
            }
            still = if moved { 0 } else { still + 1 };
            if still > 300 || !self.breaches.is_empty() {
                break;
            }
        }
        if self.breaches.is_empty() {
            let what = format!("the turns go round without end at {}", self.town.now());
            self.breaches.push(Breach::new(Invariant::NeverStuck, what));
        }
        Ok(self.town.now())
    }

    /// One round, watched: what a reply forbids is written down before the engine acts on it.
    fn round(&mut self) -> Result<(bool, Timestamp), LabFault> {
        let open = self.open_calls();
        let round = self.town.round();
        self.watch(&open)?;
        match round {
            Ok(round) => {
                self.interfere()?;
                Ok(round)
            }
            Err(TownFault::Store(fault)) if fault.is_transient() => Ok((false, self.town.own_clock.now().plus_ms(MINUTE_MS))),
            Err(TownFault::Store(_)) => {
                self.tally.note("fell at a commit");
                self.start_again(0)?;
                Ok((true, self.town.now()))
            }
            Err(fault) => {
                self.breaches.push(Breach::new(Invariant::NeverStuck, fault.to_string()));
                Ok((false, self.town.now()))
            }
        }
    }

    /// Ends the process and starts it again; `trips`: ends it so often while it starts.
    pub(super) fn start_again(&mut self, trips: u64) -> Result<(), LabFault> {
        self.town.crash();
        let mut trips = trips;
        for _ in 0..STARTS_MAX {
            self.store.reopen().map_err(told)?;
            self.watched = watched(&self.store);
            self.town.store = Arc::clone(&self.watched) as Arc<dyn Store>;
            if trips > 0 {
                trips -= 1;
                let at = self.chance.below(6);
                self.store.trip(at, crate::lab::sim::shaky::Trip::Before);
            }
            self.tally.note("starts");
            match self.town.open() {
                Ok(()) => return Ok(()),
                Err(TownFault::Store(fault) | TownFault::Install(InstallFault::Store(fault))) if fault.is_transient() => {
                    self.store.fill(false);
                }
                Err(TownFault::Store(_) | TownFault::Install(InstallFault::Store(_))) => self.tally.note("fell while starting"),
                // The edit fell with the disk, and is refused now: its author takes it back.
                Err(fault @ TownFault::Install(InstallFault::Refused(_))) => {
                    let (version, with_last, allowed) = self.undo.pop().ok_or_else(|| told(fault))?;
                    self.edited(version, with_last, allowed)?;
                    self.tally.note("edit taken back");
                }
                Err(fault) => return Err(told(fault)),
            }
        }
        Err(LabFault(format!("the engine does not start any more at {}", self.town.now())))
    }
}

/// A process of its own has nothing counted yet.
fn watched(store: &Arc<Shaky>) -> Arc<Watched> {
    Arc::new(Watched::over(Arc::clone(store) as Arc<dyn Store>))
}
