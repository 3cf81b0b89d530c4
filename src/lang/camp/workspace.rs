//! A workspace: accounts, pools, people, the schedule, the limits.

use crate::lang::camp::blocks::{Block as Paired, Node};
use crate::lang::camp::grammar::{Pair, Rule, child, children};
use crate::lang::camp::head::Kind;
use crate::lang::camp::reader::{Reader, at};
use crate::lang::camp::vocabulary;
use crate::lang::syntax::{AccountBlock, Limit, Limits, Line, Person, Pool, Schedule, ScheduleZone, Workspace};
use crate::model::account::{Budget, Tier};

const PLACE: &str = "a workspace";

impl<'f> Reader<'f> {
    /// `workspace NAME … end`
    pub fn workspace(&mut self, block: &Paired) -> Workspace {
        let name = self.read(block.header, Rule::workspace_line, |phrase, pair| phrase.name_in(&pair));
        let mut workspace = Workspace {
            name: name.unwrap_or_else(|| self.nameless(block.header)),
            accounts: Vec::new(),
            pools: Vec::new(),
            people: Vec::new(),
            never_contact: Vec::new(),
            classes: Vec::new(),
            messages: Vec::new(),
            parts: Vec::new(),
            schedule: None,
            limits: None,
            refresh: None,
            reports: Vec::new(),
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        for node in &block.children {
            match node {
                Node::Line(index) => self.workspace_line(*index, &mut workspace),
                Node::Block(inner) => self.workspace_block(inner, &mut workspace),
            }
        }
        workspace
    }

    fn workspace_line(&mut self, index: usize, workspace: &mut Workspace) {
        match self.head(index).word(0) {
            "pool" => workspace.pools.extend(self.clause(index, Rule::pool_line, |phrase, pair| Pool {
                name: phrase.name_in(&pair),
                accounts: child(&pair, Rule::names).map(|names| phrase.names_in(&names)).unwrap_or_default(),
            })),
            "person" => workspace.people.extend(self.clause(index, Rule::person_line, |phrase, pair| Person {
                name: phrase.name_in(&pair),
                address: phrase.plain_or_empty(&pair),
            })),
            "never" => {
                let lists = self.clause(index, Rule::never_line, |phrase, pair| phrase.plain_or_empty(&pair));
                workspace.never_contact.extend(lists);
            }
            "report" => workspace.reports.extend(self.report(index)),
            "refresh" => {
                let refresh = self.clause(index, Rule::refresh_line, |phrase, pair| phrase.cron(&pair));
                self.once(&mut workspace.refresh, refresh, index, "workspace");
            }
            "class" => workspace.classes.extend(self.class(index)),
            _ => self.stray(index, PLACE, vocabulary::WORKSPACE),
        }
    }

    fn workspace_block(&mut self, block: &Paired, workspace: &mut Workspace) {
        match block.kind {
            Kind::Account => workspace.accounts.push(self.account(block)),
            Kind::Message => workspace.messages.push(self.message(block)),
            Kind::Part => workspace.parts.push(self.part(block)),
            Kind::Schedule => {
                let schedule = Some(self.schedule(block));
                self.once(&mut workspace.schedule, schedule, block.header, "workspace");
            }
            Kind::Limits => {
                let limits = Some(self.limits(block));
                self.once(&mut workspace.limits, limits, block.header, "workspace");
            }
            _ => self.stray(block.header, PLACE, vocabulary::WORKSPACE),
        }
    }

    fn account(&mut self, block: &Paired) -> AccountBlock {
        let name = self.read(block.header, Rule::account_line, |phrase, pair| phrase.name_in(&pair));
        let mut account = AccountBlock {
            name: name.unwrap_or_else(|| self.nameless(block.header)),
            id: None,
            channel: None,
            tier: None,
            timezone: None,
            owner: None,
            span: self.span(block.header),
            notes: self.notes(block.header),
            clause_notes: Default::default(),
            end_notes: self.end_notes(block),
        };
        for index in self.lines_of(block) {
            self.account_clause(index, &mut account);
        }
        account
    }

    fn account_clause(&mut self, index: usize, account: &mut AccountBlock) {
        let notes = self.notes(index);
        let [id, channel, tier, timezone, owner] = &mut account.clause_notes;
        let word = self.head(index).word(0).to_owned();
        let (rule, target, slot) = match word.as_str() {
            "id" => (Rule::id_line, &mut account.id, id),
            "timezone" => (Rule::zone_line, &mut account.timezone, timezone),
            "owner" => (Rule::owner_line, &mut account.owner, owner),
            "channel" => {
                let read = self.read(index, Rule::channel_line, |phrase, pair| phrase.channel_in(&pair)).flatten();
                self.once(&mut account.channel, read, index, "account");
                *channel = notes;
                return;
            }
            "tier" => {
                let read = self.read(index, Rule::tier_line, |phrase, pair| {
                    let word = child(&pair, Rule::tier)?;
                    Some(at(Tier::from_word(word.as_str())?, phrase, &word))
                });
                self.once(&mut account.tier, read.flatten(), index, "account");
                *tier = notes;
                return;
            }
            _ => return self.stray(index, "an account", vocabulary::ACCOUNT),
        };
        let read = self.read(index, rule, |phrase, pair| phrase.plain_in(&pair)).flatten();
        *slot = notes;
        self.once(target, read, index, "account");
    }

    /// `schedule … end`
    pub fn schedule(&mut self, block: &Paired) -> Schedule {
        self.read(block.header, Rule::schedule_line, |_, _| ());
        let mut schedule = Schedule {
            sends: Vec::new(),
            timezone: None,
            holidays: Vec::new(),
            gap: None,
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        for index in self.lines_of(block) {
            match self.head(index).word(0) {
                "send" => {
                    let sends = self.clause(index, Rule::sends_line, |phrase, pair| phrase.send_window(&pair));
                    schedule.sends.extend(sends);
                }
                "timezone" => {
                    let zone = self.clause(index, Rule::timezone_line, |phrase, pair| ScheduleZone {
                        of_contact: child(&pair, Rule::of_contact).is_some(),
                        zone: phrase.plain_in(&pair),
                    });
                    self.once(&mut schedule.timezone, zone, index, "schedule");
                }
                "holidays" => {
                    let lists = self.clause(index, Rule::holidays_line, |phrase, pair| phrase.plain_or_empty(&pair));
                    schedule.holidays.extend(lists);
                }
                "gap" => {
                    let gap = self.clause(index, Rule::gap_line, |phrase, pair| phrase.delay_in(&pair));
                    self.once(&mut schedule.gap, gap, index, "schedule");
                }
                _ => self.stray(index, "a schedule", vocabulary::SCHEDULE),
            }
        }
        schedule
    }

    /// `limits per account … end`
    pub fn limits(&mut self, block: &Paired) -> Limits {
        self.read(block.header, Rule::limits_line, |_, _| ());
        let mut limits = Limits {
            lines: Vec::new(),
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        for index in self.lines_of(block) {
            let line = self.limit(index);
            limits.lines.extend(line);
        }
        limits
    }

    fn limit(&mut self, index: usize) -> Option<Line<Limit>> {
        match self.head(index).word(0) {
            "pending" => self.clause(index, Rule::pending_line, |phrase, pair| Limit::Pending(phrase.number_in(&pair))),
            "ramp" => self.clause(index, Rule::ramp_line, |phrase, pair| {
                let from = child(&pair, Rule::percent).map(|percent| phrase.number_in(&percent));
                Limit::Ramp { days: phrase.number_in(&pair), from_percent: from.unwrap_or_default() }
            }),
            "invites" | "messages" | "inmails" | "visits" | "engagements" => {
                self.clause(index, Rule::caps_line, |phrase, pair| {
                    let word = child(&pair, Rule::budget).unwrap_or_else(|| pair.clone());
                    let budget = Budget::ALL.into_iter().find(|budget| budget.word() == word.as_str());
                    let caps = children(&pair, Rule::cap).iter().map(|cap: &Pair<'_>| phrase.cap(cap)).collect();
                    Limit::Caps { budget: at(budget.unwrap_or(Budget::Invites), phrase, &word), caps }
                })
            }
            _ => {
                self.stray(index, "limits", vocabulary::LIMITS);
                None
            }
        }
    }
}
