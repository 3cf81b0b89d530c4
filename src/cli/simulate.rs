//! `engine simulate`: the campaigns against their lists, in virtual time, with pretend people and the accounts' real limits.

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::foresight::SimulateOptions;
use crate::cli::outlook::{Lever, Shown, caption, json, path_json, path_text, text};
use crate::cli::program::compile_or_refuse;
use crate::cli::render;
use crate::model::program::Program;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::clock::wall_now;
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::change::{MoreAccounts, OtherLimit};
use crate::sim::forecast::drive::run;
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::outlook::{Outlook, look_ahead, play, seeds_for};
use crate::sim::forecast::path::Path;
use crate::sim::forecast::picture::{html, svg};
use crate::sim::forecast::words::lever;
use crate::sim::people::file::{length_ms, read};

/// Played when nobody says how long: to the end, or a year.
const UNTIL_DAYS: i64 = 365;
/// Virtual time is bounded: nobody plans further.
const UNTIL_DAYS_MAX: i64 = 3_660;
/// More people than this, and no other limits are tried out beside: each costs as much as a seed.
const LEVERS_PEOPLE_MAX: usize = 20_000;

/// Plays and tells.
pub fn simulate(options: &SimulateOptions, context: &Context) -> Done {
    let loaded = compile_or_refuse(&options.paths, false, context)?;
    let mut program = loaded.compiled.program;
    let added = change(&mut program, &options.accounts, &options.limit)?;
    let (now, until) = span(options)?;
    let folk = match &options.people {
        Some(file) => Folk::Named(read(file, options.seed).map_err(|fault| Ending::new(WRONG, fault.to_string()))?),
        None => Folk::Drawn,
    };
    let age = options.account_age.as_deref().map(|text| length(text, "--account-age")).transpose()?;
    let opening = open(&program, now, age.map(|ms| (ms / DAY_MS) as u32), &added);
    if opening.seats.is_empty() {
        return Err(nobody(&opening, &program));
    }
    if let Some(contact) = &options.contact {
        return tell_path(contact, &opening, &folk, until, options.seed, context);
    }
    let seeds = options.seeds.map_or_else(|| seeds_for(opening.seats.len()), usize::from);
    let outlook = look_ahead(&opening, &folk, until, options.seed, seeds, threads());
    let levers = if opening.seats.len() <= LEVERS_PEOPLE_MAX && !context.is_quiet {
        levers(&outlook, &program, options, age, &folk)?
    } else {
        Vec::new()
    };
    let shown = Shown { program: &program, opening: &opening, outlook: &outlook, levers: &levers };
    for (file, draw) in [(&options.svg, svg as fn(&_, &_) -> String), (&options.html, html)] {
        let Some(file) = file else { continue };
        let written = std::fs::write(file, draw(&outlook, &caption(&shown)));
        written.map_err(|fault| Ending::new(FAILED, format!("cannot write `{}`: {fault}", file.display())))?;
        render::talk(&format!("wrote {}", file.display()));
    }
    render::data(&if context.is_json { json(&shown).to_string() } else { text(&shown) });
    Ok(Ending::done())
}

fn change(program: &mut Program, accounts: &[MoreAccounts], limits: &[OtherLimit]) -> Result<Vec<String>, Ending> {
    let mut added = Vec::new();
    for more in accounts {
        added.extend(more.apply(program).map_err(|what| Ending::new(WRONG, what))?);
    }
    limits.iter().for_each(|limit| limit.apply(program));
    Ok(added)
}

/// The opening; accounts that were thought up are new, whatever the age of the others.
fn open(program: &Program, now: Timestamp, age_days: Option<u32>, added: &[String]) -> Opening {
    let mut opening = Opening::fresh(program, now, age_days);
    for account in opening.accounts.values_mut().filter(|account| added.contains(&account.spec.name)) {
        account.created_at = None;
    }
    opening
}

/// What the flag that would loosen what binds most, and one account more, would change.
fn levers(
    outlook: &Outlook,
    program: &Program,
    options: &SimulateOptions,
    age: Option<i64>,
    folk: &Folk,
) -> Result<Vec<Lever>, Ending> {
    let Some(middle) = outlook.middle() else { return Ok(Vec::new()) };
    let (now, until) = span(options)?;
    let mut tried: Vec<(String, Vec<MoreAccounts>, Vec<OtherLimit>)> = Vec::new();
    if let Some(limit) = outlook.holds().iter().find_map(|held| lever(held, program)) {
        tried.push((format!("--limit {limit}"), Vec::new(), vec![limit]));
    }
    tried.push(("--accounts +1".to_owned(), vec![MoreAccounts { count: 1, channel: None }], Vec::new()));
    let mut levers = Vec::new();
    for (flag, accounts, limits) in tried {
        let mut other = program.clone();
        let Ok(added) = change(&mut other, &accounts, &limits) else { continue };
        let opening = open(&other, now, age.map(|ms| (ms / DAY_MS) as u32), &added);
        let played = play(&Cast::new(&opening, folk), until, middle.seed);
        let is_sooner = match (played.finish.at, middle.finish.at) {
            (Some(then), Some(now)) => then.plus_ms(DAY_MS) <= now,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => played.finish.open < middle.finish.open,
        };
        if is_sooner {
            levers.push(Lever { flag, finish: played.finish.at, open: played.finish.open });
        }
    }
    Ok(levers)
}

fn tell_path(contact: &str, opening: &Opening, folk: &Folk, until: Timestamp, seed: u64, context: &Context) -> Done {
    let places = opening.contacts_named(contact);
    let seats: Vec<u32> = places.iter().filter_map(|place| opening.seats_of.get(*place as usize)).flatten().copied().collect();
    if seats.is_empty() {
        return Err(Ending::new(WRONG, format!("nobody on the lists is called `{contact}`"))
            .help("name the identifying column as the list has it, or first and last name"));
    }
    let mut path = Path::of(seats);
    run(&Cast::new(opening, folk), until, seed, &mut path);
    if context.is_json {
        path_json(&path).iter().for_each(|line| render::data(&line.to_string()));
    } else {
        render::data(&path_text(&path, opening));
    }
    Ok(Ending::done())
}

fn nobody(opening: &Opening, program: &Program) -> Ending {
    let rows: usize = program.rosters.iter().map(|roster| roster.rows.len() + roster.refused.len()).sum();
    match opening.left_out.first() {
        Some((_, row)) => {
            Ending::new(WRONG, format!("nobody on the lists enters; row {} of {}: {}", row.row, row.file, row.reason))
                .help("`engine check` says what keeps the others out")
        }
        None if rows == 0 => {
            Ending::new(WRONG, "there is nobody on the lists").help("put people into the list that `contacts from` names")
        }
        None => Ending::new(WRONG, "nobody on the lists enters").help("`engine check` says why"),
    }
}

/// From when to when.
fn span(options: &SimulateOptions) -> Result<(Timestamp, Timestamp), Ending> {
    let now = match &options.from {
        Some(text) => moment(text).ok_or_else(|| unreadable(text, "--from"))?,
        None => wall_now(),
    };
    let until = match options.until.as_deref() {
        None => now.plus_ms(UNTIL_DAYS * DAY_MS),
        Some(text) => match moment(text) {
            Some(at) => at,
            None => now.plus_ms(length(text, "--until")?),
        },
    };
    if until <= now || until.since_ms(now) > UNTIL_DAYS_MAX * DAY_MS {
        return Err(Ending::new(WRONG, "`--until` lies before the beginning, or more than ten years after it")
            .help("write it as `60d`, `12w` or a date"));
    }
    Ok((now, until))
}

fn length(text: &str, flag: &str) -> Result<i64, Ending> {
    length_ms(text).ok().flatten().ok_or_else(|| unreadable(text, flag))
}

fn unreadable(text: &str, flag: &str) -> Ending {
    Ending::new(WRONG, format!("`{flag} {text}` is no time")).help("write it as `60d`, `12w` or `2027-01-04`")
}

/// A date is its midnight here; anything else needs an offset.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from(at));
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    let begin = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from(&begin))
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
