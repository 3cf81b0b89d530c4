//! The outbox of a forecast: which call of an account goes next, and when none may, when to look again. The order and the
//! rules are those of `runtime::outbox`; what they ask is asked of a lane instead of each call.

use crate::model::account::{Budget, Channel};
use crate::model::campaign::Caps;
use crate::model::effect::Call;
use crate::model::enrollment::Awaits;
use crate::model::event::{Event, Settlement};
use crate::model::id::{AccountId, Visit};
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::limits::caps_now;
use crate::runtime::pace::{self, CEILING_AGAIN_MS};
use crate::sim::forecast::hold::Hold;
use crate::sim::forecast::lane::Kind;
use crate::sim::forecast::sink::Sink;
use crate::sim::forecast::state::{State, count};

/// What LinkedIn lets through, as the sandbox has it: invitations in a rolling day and week.
const PROVIDER_INVITES: Caps = Caps { day: Some(100), week: Some(200), month: None };

/// What came of looking at a lane's head.
pub(super) enum Verdict {
    /// A call went out.
    Called,
    /// It ended without one, or needs to be looked at anew.
    Again,
    /// The whole lane waits.
    NotBefore(Timestamp, Hold),
}

impl<S: Sink> State<'_, S> {
    /// An account's time to be looked at has come, unless it was put off.
    pub fn serve_due(&mut self, account: u32) {
        if self.serve_at.get(&account).is_none_or(|at| *at > self.now) {
            return;
        }
        self.serve_at.remove(&account);
        if let Some(next) = self.serve(account) {
            self.serve_by(account, next);
        }
    }

    /// Starts what may start; says when to look again.
    fn serve(&mut self, account: u32) -> Option<Timestamp> {
        let now = self.now;
        if !self.accounts.get(&AccountId(account))?.is_paused {
            let look_at = self.look(account);
            let next = loop {
                if let Some(free_at) = self.accounts.get(&AccountId(account))?.free_at.filter(|free_at| *free_at > now) {
                    break self.hold(account, Some(free_at));
                }
                let Some((lane, seat)) = self.best(account) else { break self.hold(account, None) };
                match self.consider(account, lane, seat) {
                    Verdict::Called | Verdict::Again => {}
                    Verdict::NotBefore(at, why) => self.rest(account, lane, at.max(now.plus_ms(1)), why),
                }
            };
            return look_at.into_iter().chain(next).min();
        }
        None
    }

    /// When the account may spend one more of the budget, also by what LinkedIn lets through.
    pub fn free_at(&self, account: u32, budget: Budget) -> Timestamp {
        let Some(known) = self.accounts.get(&AccountId(account)) else { return self.now };
        let free = pace::account_free_at(&self.usage, &self.cast.opening.workspace.limits, known, budget, self.now);
        if budget == Budget::Invites && known.spec.channel == Channel::Linkedin {
            return free.max(self.usage.free_at(known.id, budget, None, PROVIDER_INVITES, self.now));
        }
        free
    }

    /// The best call among the lanes that are awake and whose budget has room.
    fn best(&mut self, account: u32) -> Option<(usize, u32)> {
        let now = self.now;
        let mut lanes = std::mem::take(self.lanes.get_mut(&account)?);
        let mut rooms: [Option<bool>; Budget::ALL.len()] = [None; Budget::ALL.len()];
        let mut best = None;
        for (place, lane) in lanes.all().enumerate().filter(|(_, lane)| lane.until <= now) {
            let Some(head) = lane.head() else { continue };
            if best.is_some_and(|(known, _, _)| known <= head) {
                continue;
            }
            let has_room = lane.kind.budget.is_none_or(|budget| {
                let known = rooms.get_mut(budget as usize);
                known.is_none_or(|known| *known.get_or_insert_with(|| self.free_at(account, budget) <= now))
            });
            if has_room {
                best = Some((head, place, head.2));
            }
        }
        self.lanes.insert(account, lanes);
        best.map(|(_, place, seat)| (place, seat))
    }

    /// Lets a lane sleep.
    fn rest(&mut self, account: u32, lane: usize, until: Timestamp, why: Hold) {
        let (now, holds) = (self.now, &mut self.holds);
        if let Some(lane) = self.lanes.get_mut(&account).and_then(|lanes| lanes.at(lane)) {
            count(lane, holds, now);
            (lane.until, lane.why) = (until, why);
        }
    }

    /// Writes down why each lane waits, and says when the first of them is looked at again. `gap`: until when the account
    /// keeps a gap. None: nobody waits.
    fn hold(&mut self, account: u32, gap: Option<Timestamp>) -> Option<Timestamp> {
        let now = self.now;
        let mut lanes = std::mem::take(self.lanes.get_mut(&account)?);
        let mut next: Option<Timestamp> = None;
        let mut rooms: [Option<Timestamp>; Budget::ALL.len()] = [None; Budget::ALL.len()];
        for lane in lanes.all() {
            count(lane, &mut self.holds, now);
            if lane.len() == 0 {
                continue;
            }
            let mut again = lane.until;
            if lane.until <= now {
                let free = lane.kind.budget.map(|budget| {
                    let known = rooms.get_mut(budget as usize);
                    (budget, known.map_or(now, |known| *known.get_or_insert_with(|| self.free_at(account, budget))))
                });
                match free.filter(|(_, free)| *free > now) {
                    Some((budget, free)) => (again, lane.why) = (free, self.window(account, budget, None)),
                    None => (again, lane.why) = (gap.unwrap_or(now.plus_ms(1)), Hold::Gap { account: AccountId(account) }),
                }
            }
            next = Some(next.map_or(again, |next: Timestamp| next.min(again)));
        }
        self.lanes.insert(account, lanes);
        next.map(|next| next.max(now.plus_ms(1)))
    }

    /// Which rolling window it is that holds a budget.
    fn window(&self, account: u32, budget: Budget, campaign: Option<u32>) -> Hold {
        let id = AccountId(account);
        let limits = &self.cast.opening.workspace.limits;
        let opened = campaign.and_then(|campaign| self.cast.opening.campaigns.get(campaign as usize));
        if let (Some(campaign), Some(_)) = (campaign, opened) {
            return Hold::CampaignLimit { campaign, account: id, budget };
        }
        let Some(known) = self.accounts.get(&id) else { return Hold::Hours };
        let free = |caps| self.usage.free_at(id, budget, None, caps, self.now);
        let caps = caps_now(limits, budget, known.ramps_since(), self.now);
        let windows = [
            Caps { day: caps.day, ..Caps::default() },
            Caps { week: caps.week, ..Caps::default() },
            Caps { month: caps.month, ..Caps::default() },
        ];
        let held = windows.into_iter().map(free).zip(0u8..).max_by_key(|(at, window)| (*at, std::cmp::Reverse(*window)));
        match held {
            Some((at, window)) if at > self.now && at >= self.free_at(account, budget) => {
                Hold::Limit { account: id, budget, window }
            }
            Some(_) | None => Hold::Provider { account: id, budget },
        }
    }

    /// May the head of this lane go now? Lets it go if so.
    fn consider(&mut self, account: u32, lane: usize, seat: u32) -> Verdict {
        let now = self.now;
        let Some(kind) = self.lanes.get_mut(&account).and_then(|lanes| lanes.at(lane)).map(|lane| lane.kind) else {
            return Verdict::NotBefore(now.plus_ms(DAY_MS), Hold::Hours);
        };
        if let Some((at, why)) = self.held(account, kind) {
            return Verdict::NotBefore(at, why);
        }
        let Some(enrollment) = self.take_enrollment(seat) else { return Verdict::NotBefore(now.plus_ms(DAY_MS), Hold::Hours) };
        let frame = enrollment.frame().map(|frame| (frame.step, frame.visit, frame.awaits.clone()));
        let Some((step, visit, Awaits::Call { call, .. })) = frame else {
            self.put_enrollment(seat, enrollment);
            return Verdict::NotBefore(now.plus_ms(DAY_MS), Hold::Hours);
        };
        let channel = enrollment.channel_of(&call);
        self.put_enrollment(seat, enrollment);
        let contact = self.cast.opening.seats.get(seat as usize).map(|seat| seat.contact);
        let is_suppressed =
            contact.and_then(|place| self.contact(place)).is_some_and(|contact| contact.is_suppressed_on(channel));
        if is_suppressed && !matches!(call, Call::Withdraw) {
            return self.settle(seat, visit, Settlement::Suppressed);
        }
        let Some(person) = contact.and_then(|contact| self.cast.person(contact, channel)) else {
            return self.settle(seat, visit, Settlement::Failed { code: "no_identifier".to_owned() });
        };
        if kind.needs_visit {
            let free = self.free_at(account, Budget::Visits);
            if free > now {
                return Verdict::NotBefore(free, self.window(account, Budget::Visits, None));
            }
            self.visit(account, seat, visit, person);
            return Verdict::Again;
        }
        self.call(account, seat, step, visit, call, person)
    }

    /// Until when the windows, the campaign's own limits and the ceiling of pending invitations hold a lane.
    fn held(&self, account: u32, kind: Kind) -> Option<(Timestamp, Hold)> {
        let now = self.now;
        let opened = self.cast.opening.campaigns.get(kind.campaign as usize)?;
        let campaign = &opened.campaign;
        if let Some(at) = pace::opens_later(&campaign.calendar, &self.zone_at(kind.zone), self.cast.opening.lead_ms, now) {
            return Some((at, Hold::Hours));
        }
        let budget = kind.budget?;
        let id = AccountId(account);
        let free = pace::campaign_free_at(&self.usage, &campaign.limits, id, opened.id, budget, now);
        if free > now {
            return Some((free, self.window(account, budget, Some(kind.campaign))));
        }
        let ceiling = pace::pending_ceiling(&campaign.limits, &self.cast.opening.workspace.limits)?;
        let is_full = budget == Budget::Invites && self.pending.get(&account).copied().unwrap_or(0) >= ceiling;
        is_full.then(|| (now.plus_ms(CEILING_AGAIN_MS), Hold::Ceiling { account: id }))
    }

    /// Ends a call that was not made.
    pub fn settle(&mut self, seat: u32, visit: Visit, settlement: Settlement) -> Verdict {
        self.happen(seat, &Event::Settled { visit, settlement });
        Verdict::Again
    }

    /// Counts all contact-time up to now.
    pub fn count_all(&mut self) {
        let now = self.now;
        for lanes in self.lanes.values_mut() {
            for lane in lanes.all() {
                count(lane, &mut self.holds, now);
            }
        }
    }
}
