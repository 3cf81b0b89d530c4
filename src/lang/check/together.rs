//! Campaigns beside each other: people who are in two of them, and accounts that all of them lean on.

use crate::lang::check::capacity;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{self, CapWindow};
use crate::model::account::{AccountSpec, Budget};
use crate::model::campaign::Campaign;
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::program::{Roster, RosterRow, Workspace};
use std::collections::{BTreeMap, HashMap};

/// Rows named of people in two campaigns; the rest is counted.
const ROWS_NAMED_MAX: usize = 2;

/// A campaign without errors.
#[derive(Clone, Copy)]
pub struct Party<'a> {
    pub written: &'a syntax::Campaign,
    pub campaign: &'a Campaign,
    pub roster: &'a Roster,
}

impl Party<'_> {
    fn name(&self) -> &str {
        &self.campaign.name
    }

    /// The `contacts` line.
    fn contacts(&self) -> Span {
        self.written.contacts.as_ref().map_or(self.written.span, |contacts| contacts.span)
    }

    fn is_exclusive(&self) -> bool {
        self.written.contacts.as_ref().is_some_and(|contacts| contacts.one_campaign_at_a_time.is_some())
    }
}

/// `two-campaigns-one-person` and `oversubscribed`, each told at the later campaign.
pub fn check(parties: &[Party], workspace: &Workspace, out: &mut Diagnostics) {
    if parties.len() > 1 {
        shared_people(parties, out);
        oversubscribed(parties, workspace, out);
    }
}

/// People whom an earlier campaign has too: counted for the first campaign that does.
struct Shared<'a> {
    count: usize,
    rows: Vec<(&'a RosterRow, &'a RosterRow)>,
}

fn shared_people(parties: &[Party], out: &mut Diagnostics) {
    let mut known: HashMap<(usize, String), (usize, &RosterRow)> = HashMap::new();
    for (later, party) in parties.iter().enumerate() {
        let mut shared: BTreeMap<usize, Shared> = BTreeMap::new();
        for row in &party.roster.rows {
            let marks = marks(row);
            let first = marks.iter().filter_map(|mark| known.get(mark)).find(|(earlier, _)| *earlier < later);
            if let Some((earlier, other)) = first {
                let shared = shared.entry(*earlier).or_insert(Shared { count: 0, rows: Vec::new() });
                shared.count += 1;
                if shared.rows.len() < ROWS_NAMED_MAX {
                    shared.rows.push((other, row));
                }
            }
            for mark in marks {
                known.entry(mark).or_insert((later, row));
            }
        }
        let told = shared.iter().filter_map(|(earlier, shared)| Some(in_two(parties.get(*earlier)?, party, shared)));
        out.extend(told);
    }
}

/// What a person may be known by: each identifying column in one spelling.
fn marks(row: &RosterRow) -> Vec<(usize, String)> {
    let columns = IDENTIFYING_COLUMNS.iter().enumerate();
    columns.filter_map(|(at, column)| Some((at, identity(row.get(column)?)))).collect()
}

fn in_two(earlier: &Party, later: &Party, shared: &Shared) -> Diagnostic {
    let people = if shared.count == 1 { "1 person is".to_owned() } else { format!("{} people are", shared.count) };
    let message = format!("{people} in `{}` and in `{}`", earlier.name(), later.name());
    let is_refused = earlier.is_exclusive() || later.is_exclusive();
    let help = match is_refused {
        true => "`one campaign at a time` is said: take them out of one list",
        false => "take them out of one list, or write `one campaign at a time` so that nobody gets both at once",
    };
    let fault = Diagnostic::new(Code::TwoCampaignsOnePerson, later.contacts(), message, help);
    let mut fault = fault.label(earlier.contacts(), format!("`{}` has them first", earlier.name()));
    for (first, second) in &shared.rows {
        fault = fault.label_row(second.file(), second.number(), format!("`{}` here", second.key()));
        if (first.file(), first.number()) != (second.file(), second.number()) {
            fault = fault.label_row(first.file(), first.number(), format!("and `{}` here", first.key()));
        }
    }
    if is_refused { fault.refusing() } else { fault }
}

/// What a campaign asks of one of its accounts in the first week.
struct Asked {
    party: usize,
    uses: u64,
}

fn oversubscribed(parties: &[Party], workspace: &Workspace, out: &mut Diagnostics) {
    let mut told: Vec<(Budget, Vec<usize>)> = Vec::new();
    for account in &workspace.accounts {
        for budget in Budget::ALL {
            let asked: Vec<Asked> = asked(parties, workspace, account, budget);
            let who: Vec<usize> = asked.iter().map(|asked| asked.party).collect();
            if asked.len() < 2 || told.contains(&(budget, who.clone())) {
                continue;
            }
            if let Some((count, window, total)) = exceeded(parties, workspace, budget, &asked) {
                out.extend(too_much(parties, account, (budget, window, count, total), &who));
                told.push((budget, who));
            }
        }
    }
}

/// The campaigns with `start N a day` that spend the account's budget; those that say nothing take what is left. A list
/// that ends within the week asks for no more than it holds.
fn asked(parties: &[Party], workspace: &Workspace, account: &AccountSpec, budget: Budget) -> Vec<Asked> {
    let mut asked = Vec::new();
    for (at, party) in parties.iter().enumerate().filter(|(_, party)| party.campaign.accounts.contains(&account.name)) {
        let uses = capacity::needs(party.campaign).get(&(account.channel, budget)).copied().unwrap_or(0);
        let start = party.campaign.contacts.start_per_day.unwrap_or(0);
        let begin = (u64::from(start) * capacity::open_days(party.campaign)).min(party.roster.rows.len() as u64);
        let speaking = capacity::accounts(party.campaign, workspace, account.channel).max(1);
        let uses = (u64::from(uses) * begin).div_ceil(speaking);
        if uses > 0 {
            asked.push(Asked { party: at, uses });
        }
    }
    asked
}

/// The cap that a week of all of it is too much for, and how much it is.
fn exceeded(parties: &[Party], workspace: &Workspace, budget: Budget, asked: &[Asked]) -> Option<(u32, CapWindow, u64)> {
    let caps = workspace.limits.caps.get(&budget).copied().unwrap_or_default();
    let open = asked.iter().filter_map(|asked| parties.get(asked.party)).map(|party| capacity::open_days(party.campaign));
    let carried = capacity::carried(caps, open.max().unwrap_or(7));
    let (window, count, carried) = carried.into_iter().min_by_key(|(_, _, carried)| *carried)?;
    let total: u64 = asked.iter().map(|asked| asked.uses).sum();
    (total * capacity::SPAN_DAYS / 7 > carried).then_some((count, window, total))
}

fn too_much(
    parties: &[Party],
    account: &AccountSpec,
    (budget, window, count, total): (Budget, CapWindow, u32, u64),
    who: &[usize],
) -> Option<Diagnostic> {
    let named: Vec<&Party> = who.iter().filter_map(|at| parties.get(*at)).collect();
    let (last, others) = named.split_last()?;
    let names: Vec<String> = named.iter().map(|party| format!("`{}`", party.name())).collect();
    let (budget, per) = (budget.word(), capacity::per(window));
    let message = format!(
        "{} together ask `{}` for {total} {budget} in a week; it may do {count} {per}",
        names.join(" and "),
        account.name
    );
    let help = "start fewer people a day in one of them, or give one of them other accounts";
    let start = |party: &Party| {
        let contacts = party.written.contacts.as_ref();
        contacts.and_then(|contacts| contacts.start_per_day.as_ref()).map_or(party.written.span, |start| start.span)
    };
    let fault = Diagnostic::new(Code::Oversubscribed, start(last), message, help);
    Some(others.iter().take(3).fold(fault, |fault, party| fault.label(start(party), format!("`{}` starts these", party.name()))))
}
