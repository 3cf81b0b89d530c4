//! The picture of a forecast: calendar, running totals, funnel and finish on one slide (16:9), light and dark, all in one file.

use crate::sim::forecast::outlook::Outlook;
use crate::sim::forecast::tally::{Counts, Tally};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What stands on the slide besides the figures.
#[derive(Debug, Clone, Default)]
pub struct Caption {
    pub title: String,
    pub subtitle: String,
    /// Title and value of each card at the foot.
    pub cards: Vec<(String, String)>,
    /// Name, people and kind (`won`, `lost`, `neutral`) of each outcome, the most first.
    pub outcomes: Vec<(String, u32, &'static str)>,
}

/// The slide, in pixels.
const WIDTH: f64 = 1280.0;
const HEIGHT: f64 = 720.0;
/// The calendar's frame.
const LEFT: (f64, f64) = (84.0, 780.0);
/// The funnel's.
const RIGHT: (f64, f64) = (850.0, 1232.0);
/// More columns than this are drawn by week.
const COLUMNS_MAX: usize = 100;

const STYLE: &str = "
:root{--paper:#fff;--ink:#16202e;--soft:#5b6878;--line:#e3e8ee;--invites:#3267d6;--messages:#0e9384;--inmails:#d97a06;--won:#0e9384;--lost:#c2415d;--neutral:#98a4b3;--bar:#3267d6;--card:#f4f6f9}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e8edf3;--soft:#9aa7b6;--line:#2a323d;--invites:#6d9bff;--messages:#36c7b4;--inmails:#f2a33c;--won:#36c7b4;--lost:#f07b93;--neutral:#66717f;--bar:#6d9bff;--card:#1a2029}}
svg{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
.paper{fill:var(--paper)}.ink{fill:var(--ink)}.soft{fill:var(--soft)}.card{fill:var(--card)}.line{stroke:var(--line);stroke-width:1}
.invites{fill:var(--invites)}.messages{fill:var(--messages)}.inmails{fill:var(--inmails)}.bar{fill:var(--bar)}.won{fill:var(--won)}.lost{fill:var(--lost)}.neutral{fill:var(--neutral)}
.accepted{stroke:var(--invites)}.replied{stroke:var(--messages)}.ended{stroke:var(--neutral)}.curve{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
";

/// The picture as an SVG of its own.
pub fn svg(outlook: &Outlook, caption: &Caption) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">\n<style>{STYLE}</style>\n<rect class=\"paper\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n",
        escaped(&caption.title)
    );
    text(&mut out, (48.0, 62.0), 28, "ink\" font-weight=\"650", &cut(&caption.title, 72));
    text(&mut out, (48.0, 90.0), 15, "soft", &cut(&caption.subtitle, 150));
    if let Some(middle) = outlook.middle() {
        let columns = Columns::of(&middle.tally);
        calendar(&mut out, &columns);
        totals(&mut out, &columns);
        funnel(&mut out, &middle.tally, caption);
    }
    cards(&mut out, &caption.cards);
    out.push_str("</svg>\n");
    out
}

/// The same in a page that fills the window.
pub fn html(outlook: &Outlook, caption: &Caption) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>html,body{{margin:0;height:100%}}body{{display:grid;place-items:center;background:#fff}}@media (prefers-color-scheme:dark){{body{{background:#12161c}}}}svg{{display:block;width:min(100vw,177.78vh);height:auto}}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
        escaped(&caption.title),
        svg(outlook, caption)
    )
}

/// Days or weeks in a row, none left out.
struct Columns {
    counts: Vec<(Date, Counts, u32)>,
    is_weekly: bool,
}

impl Columns {
    fn of(tally: &Tally) -> Self {
        let mut days: BTreeMap<Date, (Counts, u32)> = BTreeMap::new();
        for ((date, _), counts) in &tally.days {
            days.entry(*date).or_default().0 += *counts;
        }
        for (date, ended) in &tally.ended {
            days.entry(*date).or_default().1 += ended;
        }
        let (Some(first), Some(last)) = (days.keys().next().copied(), days.keys().next_back().copied()) else {
            return Self { counts: Vec::new(), is_weekly: false };
        };
        let is_weekly = first.until(last).map_or(0, |span| span.get_days() as usize) > COLUMNS_MAX;
        let begin = if is_weekly { monday(first) } else { first };
        let step = if is_weekly { 7.days() } else { 1.day() };
        let mut counts: Vec<(Date, Counts, u32)> =
            begin.series(step).take_while(|date| *date <= last).map(|date| (date, Counts::default(), 0)).collect();
        for (date, (of_day, ended)) in days {
            let key = if is_weekly { monday(date) } else { date };
            if let Ok(at) = counts.binary_search_by_key(&key, |(date, _, _)| *date)
                && let Some((_, held, held_ended)) = counts.get_mut(at)
            {
                *held += of_day;
                *held_ended += ended;
            }
        }
        Self { counts, is_weekly }
    }

    fn width(&self) -> f64 {
        (LEFT.1 - LEFT.0) / self.counts.len().max(1) as f64
    }
}

/// The Monday of that week.
pub fn monday(date: Date) -> Date {
    date.checked_sub(i32::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
}

/// Stacked columns of what goes out.
fn calendar(out: &mut String, columns: &Columns) {
    let (top, foot) = (158.0, 372.0);
    let sum = |counts: &Counts| counts.invites + counts.messages + counts.inmails;
    let most = scale(columns.counts.iter().map(|(_, counts, _)| sum(counts)).max().unwrap_or(0));
    let title = if columns.is_weekly { "Goes out each week" } else { "Goes out each day" };
    text(out, (LEFT.0 - 36.0, 134.0), 16, "ink\" font-weight=\"600", title);
    let legend = [("invites", "invitations"), ("messages", "messages"), ("inmails", "InMails")];
    let mut x = LEFT.0 + 160.0;
    for (class, word) in legend {
        let _ = write!(out, "<rect class=\"{class}\" x=\"{x:.0}\" y=\"123\" width=\"12\" height=\"12\" rx=\"3\"/>");
        text(out, (x + 18.0, 134.0), 13, "soft", word);
        x += 48.0 + 6.2 * word.len() as f64;
    }
    grid(out, top, foot, most);
    let width = columns.width();
    let shown = (width * 0.78).min(26.0);
    for (at, (_, counts, _)) in columns.counts.iter().enumerate() {
        let x = LEFT.0 + at as f64 * width + (width - shown) / 2.0;
        let mut y = foot;
        for (class, count) in [("invites", counts.invites), ("messages", counts.messages), ("inmails", counts.inmails)] {
            let height = (foot - top) * f64::from(count) / f64::from(most);
            y -= height;
            if count > 0 {
                let _ = writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{x:.2}\" y=\"{y:.2}\" width=\"{shown:.2}\" height=\"{height:.2}\"/>"
                );
            }
        }
    }
    dates(out, columns, foot + 20.0);
}

/// Lines of what has come back so far.
fn totals(out: &mut String, columns: &Columns) {
    let (top, foot) = (452.0, 572.0);
    text(out, (LEFT.0 - 36.0, 428.0), 16, "ink\" font-weight=\"600", "So far");
    let figure = |pick: fn(&(Date, Counts, u32)) -> u32| {
        let mut sum = 0;
        columns.counts.iter().map(|column| (sum += pick(column), sum).1).collect::<Vec<u32>>()
    };
    let lines = [
        ("ended", "ended", figure(|(_, _, ended)| *ended)),
        ("accepted", "accepted", figure(|(_, counts, _)| counts.accepted)),
        ("replied", "replied", figure(|(_, counts, _)| counts.replied)),
    ];
    let most = scale(lines.iter().filter_map(|(_, _, sums)| sums.last()).copied().max().unwrap_or(0));
    grid(out, top, foot, most);
    let width = columns.width();
    let mut x = LEFT.0 + 60.0;
    for (class, word, sums) in &lines {
        let _ = write!(
            out,
            "<path class=\"{class} curve\" d=\"M{x:.0} 423 h16\"/><text class=\"soft\" x=\"{:.0}\" y=\"428\" font-size=\"13\">{word} {}</text>",
            x + 22.0,
            sums.last().copied().unwrap_or(0)
        );
        x += 70.0 + 9.0 * word.len() as f64;
        let place = |(at, sum): (usize, &u32)| {
            let y = foot - (foot - top) * f64::from(*sum) / f64::from(most);
            format!("{:.1} {y:.1}", LEFT.0 + (at as f64 + 0.5) * width)
        };
        let points: Vec<String> = sums.iter().enumerate().map(place).collect();
        if !points.is_empty() {
            let _ = writeln!(out, "<path class=\"{class} curve\" d=\"M{}\"/>", points.join(" L"));
        }
    }
}

/// Bars from everybody to those who replied, then how it ended.
fn funnel(out: &mut String, tally: &Tally, caption: &Caption) {
    let sum = |pick: fn(&crate::sim::forecast::tally::Funnel) -> u32| tally.funnels.iter().map(pick).sum::<u32>();
    let rows = [
        ("people", sum(|funnel| funnel.people)),
        ("started", sum(|funnel| funnel.started)),
        ("invited", sum(|funnel| funnel.invited)),
        ("accepted", sum(|funnel| funnel.accepted)),
        ("messaged", sum(|funnel| funnel.messaged)),
        ("replied", sum(|funnel| funnel.replied)),
    ];
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    text(out, (RIGHT.0, 134.0), 16, "ink\" font-weight=\"600", "How far they come");
    for (at, (word, count)) in rows.iter().enumerate() {
        let y = 158.0 + 38.0 * at as f64;
        bar(out, y, word, *count, f64::from(*count) / f64::from(most), "bar");
    }
    text(out, (RIGHT.0, 428.0), 16, "ink\" font-weight=\"600", "How it ends");
    let whole = caption.outcomes.iter().map(|(_, count, _)| *count).max().unwrap_or(0).max(1);
    for (at, (name, count, class)) in caption.outcomes.iter().take(5).enumerate() {
        let y = 446.0 + 28.0 * at as f64;
        bar(out, y, name, *count, f64::from(*count) / f64::from(whole), class);
    }
}

fn bar(out: &mut String, y: f64, word: &str, count: u32, share: f64, class: &str) {
    let (from, room) = (RIGHT.0 + 104.0, RIGHT.1 - RIGHT.0 - 104.0 - 58.0);
    let _ = writeln!(
        out,
        "<text class=\"soft\" x=\"{:.0}\" y=\"{:.1}\" font-size=\"14\">{}</text><rect class=\"{class}\" x=\"{from:.0}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"18\" rx=\"3\"/><text class=\"ink\" x=\"{:.1}\" y=\"{:.1}\" font-size=\"14\" font-weight=\"600\">{count}</text>",
        RIGHT.0,
        y + 14.0,
        escaped(&cut(word, 13)),
        (room * share).max(1.5),
        from + room * share + 8.0,
        y + 14.0,
    );
}

/// Cards at the foot.
fn cards(out: &mut String, cards: &[(String, String)]) {
    let width = (WIDTH - 96.0 - 16.0 * (cards.len().max(1) - 1) as f64) / cards.len().max(1) as f64;
    for (at, (title, value)) in cards.iter().enumerate() {
        let x = 48.0 + at as f64 * (width + 16.0);
        let _ = writeln!(out, "<rect class=\"card\" x=\"{x:.1}\" y=\"620\" width=\"{width:.1}\" height=\"68\" rx=\"10\"/>");
        text(out, (x + 18.0, 646.0), 13, "soft", title);
        let size = if value.chars().count() > 34 { 14 } else { 18 };
        text(out, (x + 18.0, 672.0), size, "ink\" font-weight=\"600", &cut(value, (width / (f64::from(size) * 0.53)) as usize));
    }
}

/// Four lines and their figures.
fn grid(out: &mut String, top: f64, foot: f64, most: u32) {
    for part in 0..=2u32 {
        let y = foot - (foot - top) * f64::from(part) / 2.0;
        let _ = writeln!(out, "<path class=\"line\" d=\"M{:.0} {y:.1} H{:.0}\"/>", LEFT.0, LEFT.1);
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{:.0}\" y=\"{:.1}\" font-size=\"12\" text-anchor=\"end\">{}</text>",
            LEFT.0 - 8.0,
            y + 4.0,
            most * part / 2
        );
    }
}

/// Dates under the columns, as many as find room.
fn dates(out: &mut String, columns: &Columns, y: f64) {
    let every = (56.0 / columns.width()).ceil().max(1.0) as usize;
    let first_monday = columns.counts.iter().position(|(date, _, _)| monday(*date) == *date).unwrap_or(0);
    let every = if columns.is_weekly || columns.counts.len() < 8 { every } else { every.div_ceil(7) * 7 };
    for (at, (date, _, _)) in columns.counts.iter().enumerate().skip(first_monday).step_by(every.max(1)) {
        let x = LEFT.0 + (at as f64 + 0.5) * columns.width();
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{x:.1}\" y=\"{y:.0}\" font-size=\"12\" text-anchor=\"middle\">{}</text>",
            date.strftime("%-d %b")
        );
    }
}

/// A round figure that is not less, and even.
fn scale(most: u32) -> u32 {
    let mut step = 1u32;
    loop {
        // The half of it is written, too: odd factors only of tens.
        for factor in [2, 3, 4, 5, 6, 8, 10] {
            if step.saturating_mul(factor) >= most && step.saturating_mul(factor).is_multiple_of(2) {
                return step.saturating_mul(factor);
            }
        }
        step = step.saturating_mul(10);
    }
}

fn text(out: &mut String, (x, y): (f64, f64), size: u32, class: &str, words: &str) {
    let _ = writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\">{}</text>", escaped(words));
}

fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    words.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Names come from campaign files, and those from anybody.
fn escaped(words: &str) -> String {
    let mut out = String::new();
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
