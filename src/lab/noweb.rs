//! Every webhook is lost for ever: the shipped campaigns finish all the same, with the same outcomes (promise P6).
//!
//! Two worlds of one seed in virtual time, with the shipped lists: one tells, one does not. Start at [`run`].

use crate::lab::LabFault;
use crate::lab::oracle::{When, judge, town as books};
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use crate::lang::compile;
use crate::lang::disk::load;
use crate::model::account::Channel;
use crate::model::journal::Entry;
use crate::model::program::Program;
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::faults::Faults;
use crate::sim::people::directory::{ContactSeed, Directory};
use crate::sim::world::{Setting, Town, account_seed};
use crate::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// 2027-01-04T07:00Z, a Monday.
const BEGIN: Timestamp = Timestamp(1_799_046_000_000);
/// Everybody has ended by then.
const DAYS: i64 = 250;

/// Runs both, as often as asked, with other people each time.
///
/// # Errors
/// The shipped campaigns cannot be read: the lab runs in the project's folder.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let mut verdict = Verdict::new();
    let program = shipped()?;
    let (mut people, mut other, mut open, mut breaches) = (0, 0, 0, 0);
    let mut reached: BTreeMap<String, u64> = BTreeMap::new();
    let runs = order.runs(3, 50);
    for nth in 0..runs {
        let seed = order.seed.wrapping_add(nth);
        let (told, untold) = (outcomes(&program, seed, true)?, outcomes(&program, seed, false)?);
        breaches += told.breaches + untold.breaches;
        for (who, outcome) in &told.outcomes {
            people += 1;
            *reached.entry(outcome.clone()).or_default() += 1;
            open += u64::from(outcome == "-");
            let without = untold.outcomes.get(who).map_or("-", String::as_str);
            open += u64::from(without == "-");
            if without != outcome {
                other += 1;
                if other <= 10 {
                    verdict.fault(format!("seed {seed}: {who} ends as `{outcome}`, without webhooks as `{without}`"));
                }
                if other == 1 {
                    tell("with webhooks", &told, who);
                    tell("without", &untold, who);
                }
            }
        }
    }
    verdict.at_least("people", people, 100);
    verdict.at_least("outcomes", reached.len() as u64, 4);
    verdict.none("other_outcomes", other);
    verdict.none("open", open);
    verdict.none("breaches", breaches);
    Ok(verdict)
}

/// The folder `campaigns/` of the project.
fn shipped() -> Result<Program, LabFault> {
    let (sources, files) = load(&[PathBuf::from("campaigns")]).map_err(|fault| LabFault(fault.to_string()))?;
    let program = compile(&sources, &files).program;
    if program.campaigns.is_empty() { Err(LabFault("campaigns/ holds no campaign".to_owned())) } else { Ok(program) }
}

struct Ended {
    /// By campaign and contact.
    outcomes: BTreeMap<String, String>,
    breaches: u64,
    /// The timelines, by campaign and contact.
    stories: BTreeMap<String, Vec<String>>,
}

/// Shows the timeline of the first who ended otherwise.
fn tell(which: &str, ended: &Ended, who: &str) {
    println!("  {who}, {which}:");
    ended.stories.get(who).into_iter().flatten().for_each(|line| println!("    {line}"));
}

fn outcomes(program: &Program, seed: u64, hears: bool) -> Result<Ended, LabFault> {
    let told = |fault: &dyn std::fmt::Display| LabFault(fault.to_string());
    let rows = program.rosters.iter().flat_map(|roster| &roster.rows);
    let contacts = rows.flat_map(|row| {
        Channel::ALL.into_iter().filter_map(|channel| {
            let field = |name: &str| row.get(name).map(str::to_owned);
            let (first_name, last_name, company) = (field("first_name"), field("last_name"), field("company"));
            Some(ContactSeed { channel, identifier: field(channel.word())?, first_name, last_name, company })
        })
    });
    let setting = Setting {
        people: Directory::new(seed).with_contacts(contacts.collect::<Vec<_>>()),
        accounts: program.workspace.accounts.iter().map(account_seed).collect(),
        program: program.clone(),
        store: Arc::new(MemoryStore::new()),
        faults: Faults::default(),
        ledger: None,
        begin: BEGIN,
        hears,
    };
    let mut town = Town::new(setting).map_err(|fault| told(&fault))?;
    town.live(DAYS).map_err(|fault| told(&fault))?;
    // Whoever has ended is listened to: what they wrote last is heard at the next poll.
    let end = town.now().plus_ms(2 * DAY_MS);
    while town.now() < end {
        town.step(end).map_err(|fault| told(&fault))?;
    }
    let books = books::books(&town)?;
    let breaches = judge(&books, When::AtRest);
    breaches.iter().take(5).for_each(|breach| println!("  seed {seed}, webhooks {hears}: {breach}"));
    let outcomes =
        books.stories.iter().map(|story| (story.name(), story.row.outcome.clone().unwrap_or_else(|| "-".to_owned()))).collect();
    let line = |entry: &Entry| format!("{} {:?} {} {:?}", entry.at, entry.kind, entry.step, entry.detail);
    let stories = books.stories.iter().map(|story| (story.name(), story.entries.iter().map(line).collect())).collect();
    Ok(Ended { outcomes, breaches: breaches.len() as u64, stories })
}
