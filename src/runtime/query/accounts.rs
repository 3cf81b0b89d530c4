//! `engine accounts --json`, document `engine.accounts/1`: health, usage of every rolling window, next free slot, credits.

use crate::model::account::{Account, Budget, Channel, Health};
use crate::model::campaign::Caps;
use crate::model::id::AccountId;
use crate::model::time::Timestamp;
use crate::runtime::census::counts::Counts;
use crate::runtime::limits::caps_now;
use crate::runtime::query::{Query, QueryFault, iso};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rolling windows as documents name them, in the order of `limits::WINDOWS_MS`.
pub const WINDOW_WORDS: [&str; 3] = ["24h", "7d", "30d"];

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountsReport {
    pub schema: String,
    pub time: String,
    pub accounts: Vec<AccountRow>,
}

/// An account of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountRow {
    pub name: String,
    /// At postpress.
    pub id: String,
    pub channel: String,
    pub tier: String,
    /// `ok`, `unknown` (not asked yet), `lost` (signed out or broken), `deleted`.
    pub health: String,
    /// The provider's word for what is wrong.
    pub health_word: Option<String>,
    pub health_since: Option<String>,
    /// By the operator.
    pub paused: bool,
    /// People under way who are spoken to through it.
    pub people: u64,
    pub budgets: Vec<BudgetRow>,
    /// After the random gap that follows every call.
    pub free_at: Option<String>,
    /// The first moment at which some call may go: gap, limits and the schedule's windows counted. None: not usable now.
    pub next_slot: Option<String>,
    pub invites_pending: u64,
    pub invites_pending_max: Option<u32>,
    pub credits: Option<u32>,
    pub credits_read_at: Option<String>,
    /// Asked about next.
    pub next_check: Option<String>,
}

/// What an account may still do of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetRow {
    pub budget: String,
    pub windows: Vec<WindowRow>,
    /// The provider said stop: not before then.
    pub cools_until: Option<String>,
    /// The first moment at which one more may go. None: not usable now, or never open.
    pub next_slot: Option<String>,
}

/// One rolling window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WindowRow {
    pub window: String,
    pub used: u32,
    /// As it holds today; none: no such limit.
    pub cap: Option<u32>,
    /// Once the account has ramped up.
    pub cap_full: Option<u32>,
    /// When one more fits, if none does now.
    pub frees_at: Option<String>,
}

/// People by account: under way, and with a pending invitation.
pub(super) fn under_way(counts: &Counts) -> BTreeMap<AccountId, (u64, u64)> {
    let mut people: BTreeMap<AccountId, (u64, u64)> = BTreeMap::new();
    for (group, count) in counts.groups().filter(|(group, _)| !group.has_ended()) {
        for (channel, account) in &group.lines {
            let (under_way, pending) = people.entry(*account).or_default();
            *under_way += count;
            *pending += if *channel == Channel::Linkedin && group.place.is_some() { count } else { 0 };
        }
    }
    people
}

impl Query<'_> {
    /// How accounts are, and what they have left.
    pub fn accounts(&self) -> Result<AccountsReport, QueryFault> {
        let people = self.view.counts(self.store, under_way)?;
        let accounts = self.account_rows(&people);
        Ok(AccountsReport { schema: "engine.accounts/1".to_owned(), time: iso(self.view.now), accounts })
    }

    /// One row an account, by name.
    pub(super) fn account_rows(&self, people: &BTreeMap<AccountId, (u64, u64)>) -> Vec<AccountRow> {
        let mut rows: Vec<AccountRow> = self
            .view
            .accounts
            .values()
            .map(|account| self.account_row(account, people.get(&account.id).copied().unwrap_or_default()))
            .collect();
        rows.sort_by(|one, two| one.name.cmp(&two.name));
        rows
    }

    fn account_row(&self, account: &Account, (people, invites_pending): (u64, u64)) -> AccountRow {
        let (health, health_word, health_since) = match &account.health {
            Health::Unknown => ("unknown", None, None),
            Health::Ok => ("ok", None, None),
            Health::Lost { since, word } => ("lost", Some(word.clone()), Some(*since)),
            Health::Deleted { since } => ("deleted", None, Some(*since)),
        };
        let budgets: Vec<BudgetRow> = budgets_of(account).iter().map(|budget| self.budget_row(account, *budget)).collect();
        AccountRow {
            name: account.spec.name.clone(),
            id: account.spec.provider_account.to_string(),
            channel: account.spec.channel.word().to_owned(),
            tier: account.spec.tier.word().to_owned(),
            health: health.to_owned(),
            health_word,
            health_since: health_since.map(iso),
            paused: account.is_paused || self.view.paused.is_some(),
            people,
            next_slot: budgets.iter().filter_map(|budget| budget.next_slot.clone()).min(),
            budgets,
            free_at: account.free_at.filter(|at| *at > self.view.now).map(iso),
            invites_pending,
            invites_pending_max: self.view.limits.invites_pending_max,
            credits: account.credits.map(|(credits, _)| credits),
            credits_read_at: account.credits.map(|(_, at)| iso(at)),
            next_check: account.poll_due.map(iso),
        }
    }

    fn budget_row(&self, account: &Account, budget: Budget) -> BudgetRow {
        let (view, now) = (&self.view, self.view.now);
        let caps = caps_now(&view.limits, budget, account.ramps_since(), now);
        let full = view.limits.caps.get(&budget).copied().unwrap_or_default();
        let counts = view.usage.counts(account.id, budget, now);
        let windows = WINDOW_WORDS.iter().enumerate().zip(counts).map(|((at, word), used)| {
            let frees_at = view.usage.free_at(account.id, budget, None, only(caps, at), now);
            WindowRow {
                window: (*word).to_owned(),
                used,
                cap: cap_of(caps, at),
                cap_full: cap_of(full, at),
                frees_at: (frees_at > now).then(|| iso(frees_at)),
            }
        });
        let cools = account.cooldowns.iter().filter(|(cooling, _)| *cooling == budget).map(|(_, until)| *until).max();
        BudgetRow {
            budget: budget.word().to_owned(),
            windows: windows.collect(),
            cools_until: cools.filter(|until| *until > now).map(iso),
            next_slot: self.next_slot(account, budget, caps, cools).map(iso),
        }
    }

    /// The first moment at which the account may spend one more, within the schedule of a campaign that uses it.
    fn next_slot(&self, account: &Account, budget: Budget, caps: Caps, cools: Option<Timestamp>) -> Option<Timestamp> {
        let (view, now) = (&self.view, self.view.now);
        if account.health != Health::Ok || account.is_paused || view.paused.is_some() {
            return None;
        }
        let limit = view.usage.free_at(account.id, budget, None, caps, now);
        let free = [Some(now), account.free_at, Some(limit), cools].into_iter().flatten().max()?;
        let mine = |names: &[String]| names.contains(&account.spec.name);
        let running = view.campaigns.values().filter(|installed| installed.is_current && mine(&installed.campaign.accounts));
        let openings = running.map(|installed| {
            let calendar = &installed.campaign.calendar;
            calendar.next_open(free, &calendar.zone_for(None))
        });
        let openings: Vec<Option<Timestamp>> = openings.collect();
        if openings.is_empty() { Some(free) } else { openings.into_iter().flatten().min() }
    }
}

/// What an account of that channel can spend at all.
fn budgets_of(account: &Account) -> &'static [Budget] {
    match account.spec.channel {
        Channel::Linkedin => &Budget::ALL,
        Channel::Whatsapp | Channel::Instagram | Channel::Messenger | Channel::Telegram => &[Budget::Messages],
    }
}

/// The cap of the n-th rolling window.
pub(super) fn cap_of(caps: Caps, window: usize) -> Option<u32> {
    [caps.day, caps.week, caps.month].get(window).copied().flatten()
}

/// The caps with only the n-th rolling window left.
pub(super) fn only(caps: Caps, window: usize) -> Caps {
    let keep = |at: usize, cap: Option<u32>| cap.filter(|_| at == window);
    Caps { day: keep(0, caps.day), week: keep(1, caps.week), month: keep(2, caps.month) }
}
