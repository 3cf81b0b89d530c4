//! A forecast on paper: calendar, funnel, finish, what binds; as text of 80 columns, as JSON, as a slide's caption.

use crate::cli::render::{fitted, many, plain, shortened};
use crate::model::campaign::OutcomeKind;
use crate::model::program::Program;
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::forecast::hold::Hold;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::outlook::{Outlook, Played};
use crate::sim::forecast::path::Path;
use crate::sim::forecast::picture::{Caption, monday};
use crate::sim::forecast::tally::{Counts, Funnel};
use crate::sim::forecast::words::sentence;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Days on which something happens before the calendar goes on by a week a line.
const DAYS_MAX: usize = 16;
/// Weeks in a row before it goes on by four.
const WEEKS_MAX: usize = 20;
/// Nights and weekends are named as what binds only when no limit holds so much of the waiting.
const LIMIT_SHARE_MIN: f64 = 0.1;
/// Columns of a bar.
const BAR: usize = 12;
/// Columns of a funnel's bar.
const FUNNEL_BAR: usize = 32;

/// What is shown.
pub struct Shown<'a> {
    pub program: &'a Program,
    pub opening: &'a Opening,
    pub outlook: &'a Outlook,
    pub levers: &'a [Lever],
}

/// A figure of a funnel.
type Figure = fn(&Funnel) -> u32;

/// The funnel, from the top.
const FIGURES: [(&str, Figure); 6] = [
    ("people", |funnel| funnel.people),
    ("started", |funnel| funnel.started),
    ("invited", |funnel| funnel.invited),
    ("accepted", |funnel| funnel.accepted),
    ("messaged", |funnel| funnel.messaged),
    ("replied", |funnel| funnel.replied),
];

/// A change that would make it sooner, and when the middle seed would be done then.
pub struct Lever {
    /// As it is typed.
    pub flag: String,
    pub finish: Option<Timestamp>,
    pub open: usize,
}

impl Shown<'_> {
    fn day(&self, at: Timestamp) -> String {
        at.in_zone(&self.opening.workspace.calendar.zone_for(None)).strftime("%a %-d %b %Y").to_string()
    }

    fn finish(&self, played: Option<&Played>) -> String {
        match played.map(|played| (played.finish.at, played.finish.open)) {
            Some((Some(at), _)) => self.day(at),
            Some((None, open)) => format!("after {} ({open} still open)", self.day(self.outlook.until)),
            None => "-".to_owned(),
        }
    }

    fn title(&self) -> String {
        let names: Vec<&str> = self.program.campaigns.iter().map(|campaign| campaign.name.as_str()).collect();
        match names.as_slice() {
            [] => String::new(),
            [.., _] if names.len() > 4 => format!("{} campaigns", names.len()),
            some => some.join(", "),
        }
    }

    fn size(&self) -> String {
        let (people, seeds) = (self.opening.seats.len(), self.outlook.played.len());
        let people = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
        format!(
            "{people}, {}, from {}, {}",
            many(self.opening.accounts.len(), "account"),
            self.day(self.opening.now),
            many(seeds, "seed")
        )
    }

    /// The limit that holds the most; nights and weekends only where no other does.
    fn binds(&self) -> Option<(String, f64)> {
        let held = self.outlook.holds();
        let limit = held.iter().find(|held| held.first() != Some(Hold::Hours) && held.share >= LIMIT_SHARE_MIN);
        let first = limit.or_else(|| held.first())?;
        // Less than half a day a person in all is what any night costs.
        let whole: i128 = held.iter().map(|held| held.time).sum();
        let of_person = whole / self.opening.seats.len().max(1) as i128;
        (of_person >= i128::from(DAY_MS / 2)).then(|| (sentence(first, self.program), first.share))
    }

    /// The share of nights, weekends and holidays.
    fn closed(&self) -> f64 {
        let held = self.outlook.holds();
        held.iter().find(|held| held.first() == Some(Hold::Hours)).map_or(0.0, |held| held.share)
    }
}

/// For a person at a terminal.
pub fn text(shown: &Shown<'_>) -> String {
    let Some(middle) = shown.outlook.middle() else { return String::new() };
    let mut lines = vec![shortened(&shown.title(), 80), shortened(&shown.size(), 80), String::new()];
    lines.extend(calendar(middle));
    for (at, (campaign, funnel)) in shown.program.campaigns.iter().zip(&middle.tally.funnels).enumerate() {
        lines.push(String::new());
        lines.extend(funnel_lines(shown, at, &campaign.name, funnel));
    }
    lines.push(String::new());
    lines.extend(foot(shown));
    lines.join("\n")
}

/// A line a day, a week, or four.
fn calendar(middle: &Played) -> Vec<String> {
    let by = |pick: fn(Date) -> Date| {
        let mut rows: BTreeMap<Date, Counts> = BTreeMap::new();
        for ((date, _), counts) in &middle.tally.days {
            *rows.entry(pick(*date)).or_default() += *counts;
        }
        rows.into_iter().collect::<Vec<(Date, Counts)>>()
    };
    let days = by(|date| date);
    let is_daily = days.len() <= DAYS_MAX;
    let rows = if is_daily { days } else { by(monday) };
    let step = if rows.len() > WEEKS_MAX { 4 } else { 1 };
    let rows: Vec<(Date, Counts)> = rows
        .chunks(step)
        .filter_map(|chunk| {
            let mut sum = Counts::default();
            chunk.iter().for_each(|(_, counts)| sum += *counts);
            Some((chunk.first()?.0, sum))
        })
        .collect();
    let most = |pick: fn(&Counts) -> u32| rows.iter().map(|(_, counts)| pick(counts)).max().unwrap_or(0).max(1);
    let (invites, messages) = (most(|counts| counts.invites), most(|counts| counts.messages));
    let (head, form) = match (is_daily, step) {
        (true, _) => ("day", "%a %e %b"),
        (false, 1) => ("week of", "%e %b"),
        (false, _) => ("4 weeks", "%e %b"),
    };
    let mut lines = vec![format!(
        "  {head:<10} {:>5} {:<BAR$} {:>5} {:<BAR$} {:>7} {:>9} {:>8}",
        "", "invites", "", "messages", "inmails", "accepted", "replied"
    )];
    lines.extend(rows.iter().map(|(date, counts)| {
        let line = format!(
            "  {:<10} {:>5} {:<BAR$} {:>5} {:<BAR$} {:>7} {:>9} {:>8}",
            date.strftime(form).to_string(),
            figure(counts.invites),
            bar(counts.invites, invites, BAR),
            figure(counts.messages),
            bar(counts.messages, messages, BAR),
            figure(counts.inmails),
            figure(counts.accepted),
            figure(counts.replied),
        );
        line.trim_end().to_owned()
    }));
    lines
}

fn figure(count: u32) -> String {
    if count == 0 { "·".to_owned() } else { count.to_string() }
}

/// Whole blocks and an eighth part.
fn bar(count: u32, most: u32, columns: usize) -> String {
    let eighths = (u64::from(count) * columns as u64 * 8).div_ceil(u64::from(most.max(1))) as usize;
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + part
}

/// Who came how far, with the least and the most over all seeds.
fn funnel_lines(shown: &Shown<'_>, at: usize, name: &str, funnel: &Funnel) -> Vec<String> {
    let mut lines = vec![format!("  {}", shortened(&plain(name), 76))];
    for (word, pick) in FIGURES {
        let (count, (least, most)) = (pick(funnel), shown.outlook.range(at, pick));
        if most == 0 {
            continue;
        }
        let range = if least == most { String::new() } else { format!("{least} to {most}") };
        let percent = 100 * u64::from(count) / u64::from(funnel.people.max(1));
        let line = format!(
            "    {word:<9} {count:>6} {} {percent:>3} %  {range}",
            fitted(&bar(count, funnel.people, FUNNEL_BAR), FUNNEL_BAR)
        );
        lines.push(line.trim_end().to_owned());
    }
    lines.extend(outcome_lines(shown, at, funnel));
    lines
}

/// `won  interested 9`, a line a kind.
fn outcome_lines(shown: &Shown<'_>, at: usize, funnel: &Funnel) -> Vec<String> {
    let Some(campaign) = shown.program.campaigns.get(at) else { return Vec::new() };
    let mut lines = Vec::new();
    for (kind, word) in [(OutcomeKind::Won, "won"), (OutcomeKind::Lost, "lost"), (OutcomeKind::Neutral, "neutral")] {
        let mut ends: Vec<(u32, &str)> = funnel
            .outcomes
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(id, count)| (*count, campaign.outcome(*id)))
            .filter(|(_, outcome)| outcome.kind == kind)
            .map(|(count, outcome)| (count, outcome.name.as_str()))
            .collect();
        ends.sort_by_key(|(count, name)| (std::cmp::Reverse(*count), *name));
        let all: Vec<String> = ends.iter().map(|(count, name)| format!("{name} {count}")).collect();
        if !all.is_empty() {
            lines.push(shortened(
                &format!("    {word:<9} {:>6} {}", ends.iter().map(|(count, _)| count).sum::<u32>(), all.join(", ")),
                80,
            ));
        }
    }
    let open = funnel.people.saturating_sub(funnel.ended());
    if open > 0 {
        lines.push(format!("    {:<9} {open:>6}", "open"));
    }
    lines
}

/// Finish, what binds, what would change it, who stays out.
fn foot(shown: &Shown<'_>) -> Vec<String> {
    let half = shown.finish(shown.outlook.at(0.5));
    let most = shown.finish(shown.outlook.at(0.9));
    let mut lines = vec![if half == most {
        format!("  done     {half}")
    } else {
        format!("  done     {half} (half of the seeds), {most} (nine in ten)")
    }];
    if let Some(at) = shown.outlook.at_this_pace() {
        lines.push(format!("           at the pace of its last four weeks about {}", shown.day(at)));
    }
    lines.push(match shown.binds() {
        Some((what, share)) => {
            let waiting = format!("  held by  {what}: {:.0} % of all waiting", share * 100.0);
            let closed = format!(", nights {:.0} %", shown.closed() * 100.0);
            let fits = waiting.chars().count() + closed.chars().count() <= 80;
            if fits && share < shown.closed() { waiting + &closed } else { waiting }
        }
        None => "  held by  no limit for long: it takes as long as the waits in its steps".to_owned(),
    });
    for (at, lever) in shown.levers.iter().enumerate() {
        let word = if at == 0 { "sooner" } else { "" };
        let then = lever.finish.map_or_else(|| format!("{} open by then", lever.open), |at| shown.day(at));
        lines.push(format!("  {word:<8} `{}`: {then}", lever.flag));
    }
    lines.extend(left_out(shown.opening));
    lines.iter().map(|line| shortened(line, 80)).collect()
}

fn left_out(opening: &Opening) -> Vec<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, row) in &opening.left_out {
        *reasons.entry(row.reason.as_str()).or_default() += 1;
    }
    reasons.into_iter().map(|(reason, count)| format!("  out      {count}: {reason}")).collect()
}

/// `engine.simulate/1`.
pub fn json(shown: &Shown<'_>) -> Value {
    let Some(middle) = shown.outlook.middle() else { return json!({"schema": "engine.simulate/1"}) };
    let finish = |share: f64| shown.outlook.at(share).and_then(|played| played.finish.at).map(Timestamp::iso_ms);
    let held = shown.outlook.holds();
    let holds: Vec<Value> = held
        .iter()
        .map(|held| json!({"limit": sentence(held, shown.program), "share": (held.share * 1e4).round() / 1e4}))
        .collect();
    let name = |id: crate::model::id::AccountId| shown.opening.accounts.get(&id).map_or("", |account| account.spec.name.as_str());
    let day = |(date, account): &(Date, _), counts: &Counts| {
        json!({
            "date": date.to_string(), "account": name(*account), "invites": counts.invites, "messages": counts.messages,
            "inmails": counts.inmails, "accepted": counts.accepted, "replied": counts.replied,
        })
    };
    let days: Vec<Value> = middle.tally.days.iter().map(|(key, counts)| day(key, counts)).collect();
    let levers: Vec<Value> = shown
        .levers
        .iter()
        .map(|lever| json!({"flag": lever.flag, "finish": lever.finish.map(Timestamp::iso_ms), "open": lever.open}))
        .collect();
    let rows = shown.opening.left_out.iter();
    let left_out: Vec<Value> = rows.map(|(_, row)| json!({"file": row.file, "row": row.row, "reason": row.reason})).collect();
    json!({
        "schema": "engine.simulate/1", "from": shown.opening.now.iso_ms(), "until": shown.outlook.until.iso_ms(),
        "people": shown.opening.seats.len(), "seeds": shown.outlook.played.iter().map(|played| played.seed).collect::<Vec<_>>(),
        "shown_seed": middle.seed, "finish": {"p50": finish(0.5), "p90": finish(0.9), "open": middle.finish.open},
        "binding": shown.binds().map(|(limit, share)| json!({"limit": limit, "share": (share * 1e4).round() / 1e4})),
        "holds": holds, "levers": levers, "campaigns": campaigns(shown, middle), "left_out": left_out, "days": days,
    })
}

fn campaigns(shown: &Shown<'_>, middle: &Played) -> Vec<Value> {
    let one = |(at, (campaign, funnel)): (usize, (&crate::model::campaign::Campaign, &Funnel))| {
        let counts: Map<String, Value> = FIGURES.iter().map(|(word, pick)| ((*word).to_owned(), json!(pick(funnel)))).collect();
        let ranges: Map<String, Value> =
            FIGURES.iter().map(|(word, pick)| ((*word).to_owned(), json!(shown.outlook.range(at, pick)))).collect();
        let outcomes: Map<String, Value> =
            funnel.outcomes.iter().map(|(id, count)| (campaign.outcome(*id).name.clone(), json!(count))).collect();
        json!({"name": campaign.name, "version": campaign.version, "funnel": counts, "range": ranges, "outcomes": outcomes})
    };
    shown.program.campaigns.iter().zip(&middle.tally.funnels).enumerate().map(one).collect()
}

/// What stands on the slide beside the figures.
pub fn caption(shown: &Shown<'_>) -> Caption {
    let mut outcomes: BTreeMap<(String, &'static str), u32> = BTreeMap::new();
    let funnels = shown.outlook.middle().map(|middle| middle.tally.funnels.as_slice()).unwrap_or_default();
    for (campaign, funnel) in shown.program.campaigns.iter().zip(funnels) {
        for (id, count) in funnel.outcomes.iter().filter(|(_, count)| **count > 0) {
            let outcome = campaign.outcome(*id);
            let kind = match outcome.kind {
                OutcomeKind::Won => "won",
                OutcomeKind::Lost => "lost",
                OutcomeKind::Neutral => "neutral",
            };
            *outcomes.entry((outcome.name.clone(), kind)).or_default() += count;
        }
    }
    let mut outcomes: Vec<(String, u32, &'static str)> =
        outcomes.into_iter().map(|((name, kind), count)| (name, count, kind)).collect();
    outcomes.sort_by_key(|(name, count, _)| (std::cmp::Reverse(*count), name.clone()));
    let mut cards = vec![
        ("done in half of all runs".to_owned(), shown.finish(shown.outlook.at(0.5))),
        ("done in nine of ten".to_owned(), shown.finish(shown.outlook.at(0.9))),
    ];
    let binds = shown.binds().map_or_else(|| "no limit: the waits in its steps".to_owned(), |(what, _)| what.replace('`', ""));
    cards.push(("held back by".to_owned(), binds));
    Caption { title: shown.title(), subtitle: shown.size(), cards, outcomes }
}

/// One person's way, a line an entry.
pub fn path_text(path: &Path, opening: &Opening) -> String {
    let zone = opening.workspace.calendar.zone_for(None);
    let mut lines = Vec::new();
    for line in &path.lines {
        let at = line.at.in_zone(&zone).strftime("%a %d %b %H:%M").to_string();
        let kind = serde_json::to_value(line.kind).ok().and_then(|word| word.as_str().map(str::to_lowercase)).unwrap_or_default();
        let (texts, rest): (Vec<_>, Vec<_>) = line.detail.iter().partition(|(name, _)| name == "text" || name == "subject");
        let rest: Vec<String> =
            rest.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name} {}", plain(value))).collect();
        let words = format!("{at}  {kind:<9} {:<16} {}", shortened(&line.step, 16), rest.join(", "));
        lines.push(shortened(words.trim_end(), 100));
        let texts = texts.iter().flat_map(|(_, text)| text.lines());
        lines.extend(texts.map(|text| format!("                  │ {}", plain(text))));
    }
    lines.join("\n")
}

/// The same, an object a line.
pub fn path_json(path: &Path) -> Vec<Value> {
    let one = |line: &crate::sim::forecast::path::PathLine| {
        let detail: Map<String, Value> = line.detail.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({"at": line.at.iso_ms(), "campaign": line.campaign, "kind": line.kind, "step": line.step, "detail": detail})
    };
    path.lines.iter().map(one).collect()
}
