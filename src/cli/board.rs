//! The lower part of `run`'s view on a terminal: a bar a campaign, a line an account, the time.

use crate::cli::render::{self, fitted, plain, shortened};
use crate::runtime::query::accounts::{AccountRow, BudgetRow};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;

/// From so many columns on there is room for more.
const WIDE: usize = 100;
/// Redraws a second at most.
const DRAWS_A_SECOND: u8 = 8;
/// Lines the board takes of a terminal whose height is not known.
const LINES_USUAL: usize = 10;

/// Speaks above the board, or plainly where there is none. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Voice(Option<MultiProgress>);

impl Voice {
    /// With a board below it, or without.
    pub fn new(has_board: bool) -> Self {
        let target = || ProgressDrawTarget::stderr_with_hz(DRAWS_A_SECOND);
        Self(has_board.then(|| MultiProgress::with_draw_target(target())))
    }

    /// Says a line, or several.
    pub fn say(&self, text: &str) {
        match &self.0 {
            Some(all) => {
                // A terminal that is gone takes nothing more.
                drop(all.println(text.trim_end()));
            }
            None => render::talk(text.trim_end()),
        }
    }

    /// Ctrl-C was typed: the terminal has written `^C` behind the board's last line, which is filled to the edge, so the
    /// cursor stands a line too low.
    pub fn step_back(&self) {
        if self.0.is_some() {
            drop(console::Term::stderr().move_cursor_up(1));
        }
    }

    /// Takes the board away.
    pub fn hush(&self) {
        if let Some(all) = &self.0 {
            drop(all.clear());
        }
    }
}

/// How far a campaign is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: u64,
    pub ended: u64,
    pub invites: u64,
    pub messages: u64,
    pub inmails: u64,
    pub replied: u64,
    pub parked: u64,
}

/// The board.
pub struct Board {
    all: MultiProgress,
    campaigns: BTreeMap<String, ProgressBar>,
    accounts: BTreeMap<String, ProgressBar>,
    /// Above the accounts, below the campaigns.
    between: ProgressBar,
    foot: ProgressBar,
}

impl Board {
    /// An empty one, on the terminal of that voice.
    pub fn new(voice: &Voice) -> Option<Self> {
        let all = voice.0.clone()?;
        let between = all.add(line());
        let foot = all.add(line());
        Some(Self { all, campaigns: BTreeMap::new(), accounts: BTreeMap::new(), between, foot })
    }

    /// Shows how far campaigns are; those that do not fit are counted.
    pub fn campaigns(&mut self, all: &[(String, Progress)]) {
        let room = room();
        for (name, progress) in all {
            if !self.campaigns.contains_key(name) {
                if self.campaigns.len() >= room {
                    continue;
                }
                let bar = self.all.insert_before(&self.between, ProgressBar::new(0));
                bar.set_style(style("  {prefix} {bar:16.green/dim} {pos:>4}/{len:<4}  {msg}"));
                bar.set_prefix(fitted(&plain(name), name_columns()));
                self.campaigns.insert(name.clone(), bar);
            }
            let Some(bar) = self.campaigns.get(name) else { continue };
            bar.set_length(progress.total);
            bar.set_position(progress.ended);
            bar.set_message(shortened(&counts(progress), render::width().saturating_sub(name_columns() + 34)));
        }
        let hidden = all.len().saturating_sub(self.campaigns.len());
        self.between.set_message(if hidden == 0 { String::new() } else { format!("… and {hidden} more: `engine status`") });
    }

    /// Shows what accounts have done today of what they may.
    pub fn accounts(&mut self, all: &[AccountRow]) {
        let room = room().saturating_sub(self.campaigns.len()).max(2);
        for row in all {
            if !self.accounts.contains_key(&row.name) {
                if self.accounts.len() >= room {
                    continue;
                }
                let bar = self.all.insert_before(&self.foot, line());
                self.accounts.insert(row.name.clone(), bar);
            }
            let Some(bar) = self.accounts.get(&row.name) else { continue };
            bar.set_message(inside(&format!("{} {}", fitted(&plain(&row.name), name_columns()), plain(&standing(row)))));
        }
    }

    /// The last line.
    pub fn foot(&self, text: String) {
        self.foot.set_message(inside(&text));
    }

    /// Leaves the bars where they are, takes the rest away, gives the terminal back.
    pub fn close(&self) {
        self.campaigns.values().for_each(ProgressBar::abandon);
        self.accounts.values().for_each(ProgressBar::finish_and_clear);
        self.between.finish_and_clear();
        self.foot.finish_and_clear();
    }
}

/// Half of the terminal is for the log.
fn room() -> usize {
    console::Term::stderr().size_checked().map_or(LINES_USUAL, |(lines, _)| (usize::from(lines) / 2).saturating_sub(2).max(3))
}

/// Columns of a name in front of a bar.
fn name_columns() -> usize {
    if render::width() < WIDE { 16 } else { 24 }
}

/// No longer than a line: what the terminal echoes behind it would push the board down otherwise.
fn inside(text: &str) -> String {
    shortened(text, render::width().saturating_sub(6))
}

fn line() -> ProgressBar {
    let line = ProgressBar::new_spinner();
    line.set_style(style("  {msg:.dim}"));
    line
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// `61 invited · 12 messages · 3 replied`: what there is none of is left out.
fn counts(progress: &Progress) -> String {
    let parts = [
        (progress.parked, "NEED YOU"),
        (progress.replied, "replied"),
        (progress.invites, "invited"),
        (progress.messages, if progress.messages == 1 { "message" } else { "messages" }),
        (progress.inmails, if progress.inmails == 1 { "InMail" } else { "InMails" }),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    parts.join(" · ")
}

/// `invites 3/20 · messages 12/50`: today's part of what has a limit and is used.
fn standing(row: &AccountRow) -> String {
    if row.health == "lost" || row.health == "deleted" {
        return format!("{}: connect it again at postpress", row.health);
    }
    let today: Vec<String> = row.budgets.iter().filter_map(today).collect();
    match (row.paused, today.is_empty()) {
        (true, _) => "paused".to_owned(),
        (false, true) => "nothing done today".to_owned(),
        (false, false) => format!("today {}", today.join(" · ")),
    }
}

fn today(row: &BudgetRow) -> Option<String> {
    // The least interesting ones make room.
    let is_lesser = row.budget == "visits" || row.budget == "engagements";
    if is_lesser && render::width() < WIDE {
        return None;
    }
    let day = row.windows.iter().find(|window| window.window == "24h")?;
    let word = if row.budget == "inmails" { "InMails" } else { row.budget.as_str() };
    if row.cools_until.is_some() {
        return Some(format!("{word} resting"));
    }
    (day.used > 0).then(|| day.cap.map_or(format!("{word} {}", day.used), |cap| format!("{word} {}/{cap}", day.used)))
}
