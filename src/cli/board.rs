//! The lower lines of `run`'s view on a terminal: a bar a campaign, a line an account, the time. It draws nothing itself.

use crate::cli::render::{fitted, plain, shortened};
use crate::cli::voice::Size;
use crate::runtime::query::accounts::{AccountRow, BudgetRow};
use console::{Style, truncate_str};

/// From so many columns on there is room for more.
pub const WIDE: usize = 100;
/// With fewer columns there is room only for what matters most.
pub const NARROW: usize = 60;

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
#[derive(Debug, Default)]
pub struct Board {
    /// By name.
    pub campaigns: Vec<(String, Progress)>,
    pub accounts: Vec<AccountRow>,
    /// The last line.
    pub foot: String,
    pub is_colored: bool,
}

impl Board {
    /// Its lines for a terminal of that size: half of it, the rest is for what is said.
    pub fn lines(&self, (rows, columns): Size) -> Vec<String> {
        let room = (rows / 2).saturating_sub(1);
        let for_accounts = self.accounts.len().min(room.saturating_sub(self.campaigns.len()).max(room / 3));
        let for_campaigns = room - for_accounts;
        let is_all = self.campaigns.len() <= for_campaigns;
        let named = if is_all { self.campaigns.len() } else { for_campaigns.saturating_sub(1) };
        let mut lines = self.bars(named, columns);
        if !is_all && for_campaigns > 0 {
            lines.push(self.quiet(&format!("… and {} more: `engine status`", self.campaigns.len() - named), columns));
        }
        let name = name_columns(columns);
        let account = |row: &AccountRow| format!("{} {}", fitted(&plain(&row.name), name), plain(&standing(row, columns)));
        lines.extend(self.accounts.iter().take(for_accounts).map(|row| self.quiet(&account(row), columns)));
        lines.push(self.quiet(&self.foot, columns));
        lines
    }

    /// The bars of the first so many campaigns.
    pub fn bars(&self, count: usize, columns: usize) -> Vec<String> {
        self.campaigns.iter().take(count).map(|(name, progress)| self.bar(name, progress, columns)).collect()
    }

    /// `  hello            ██████░░░░░░░░░░   3/8     2 replied · 8 invited`
    fn bar(&self, name: &str, progress: &Progress, columns: usize) -> String {
        let cells = if columns < NARROW { 8 } else { 16 };
        let full = usize::try_from(progress.ended * cells / progress.total.max(1)).unwrap_or_default();
        let empty = usize::try_from(cells).unwrap_or_default().saturating_sub(full);
        let (full, empty) = (self.paint(&"█".repeat(full), Style::green), self.paint(&"░".repeat(empty), Style::dim));
        let of = format!("{:>4}/{}", progress.ended, progress.total);
        let of = if columns < NARROW { of } else { fitted(&of, 11) };
        let name = fitted(&plain(name), name_columns(columns));
        let bar = format!("  {name} {full}{empty} {of} {}", counts(progress));
        truncate_str(bar.trim_end(), columns.saturating_sub(1), "…").into_owned()
    }

    fn quiet(&self, text: &str, columns: usize) -> String {
        self.paint(&format!("  {}", shortened(text, columns.saturating_sub(3))), Style::dim)
    }

    fn paint(&self, text: &str, how: fn(Style) -> Style) -> String {
        how(Style::new().force_styling(self.is_colored)).apply_to(text).to_string()
    }
}

/// Columns of a name in front of a bar.
fn name_columns(columns: usize) -> usize {
    match columns {
        0..NARROW => 10,
        NARROW..WIDE => 16,
        _ => 24,
    }
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
fn standing(row: &AccountRow, columns: usize) -> String {
    if row.health == "lost" || row.health == "deleted" {
        return format!("{}: connect it again at postpress", row.health);
    }
    let today: Vec<String> = row.budgets.iter().filter_map(|budget| today(budget, columns)).collect();
    match (row.paused, today.is_empty()) {
        (true, _) => "paused".to_owned(),
        (false, true) => "nothing done today".to_owned(),
        (false, false) => format!("today {}", today.join(" · ")),
    }
}

fn today(row: &BudgetRow, columns: usize) -> Option<String> {
    // The least interesting ones make room.
    let is_lesser = row.budget == "visits" || row.budget == "engagements";
    if is_lesser && columns < WIDE {
        return None;
    }
    let day = row.windows.iter().find(|window| window.window == "24h")?;
    let word = if row.budget == "inmails" { "InMails" } else { row.budget.as_str() };
    if row.cools_until.is_some() {
        return Some(format!("{word} resting"));
    }
    (day.used > 0).then(|| day.cap.map_or(format!("{word} {}", day.used), |cap| format!("{word} {}/{cap}", day.used)))
}
