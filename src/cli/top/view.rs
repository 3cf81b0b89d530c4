//! What `engine top` knows, where in it somebody stands, and what their keys do. No terminal, no engine.

use crate::cli::arguments::TimeForm;
use crate::model::id::EnrollmentId;
use crate::runtime::command::Command;
use crate::runtime::query::overview::Overview;
use crate::runtime::query::page::ContactPage;
use crate::runtime::query::rows::ContactRow;
use crate::runtime::query::status::{CampaignStatus, StatusReport};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::path::Path;

/// Rows that a page key moves by.
const PAGE_ROWS: usize = 10;

/// What the engine has answered.
#[derive(Debug, Clone)]
pub struct Seen {
    pub overview: Overview,
    pub status: StatusReport,
    /// Of the campaign that was asked for.
    pub people: Option<ContactPage>,
}

/// What came of asking.
#[derive(Debug, Clone)]
pub enum Heard {
    /// An answer, and why an order was not carried out.
    Seen(Box<Seen>, Option<String>),
    /// No engine runs.
    Nobody,
    /// One does, and this is why it does not answer.
    Silent(String),
}

/// What a key asks for that the view cannot do itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    Quit,
    /// Ask now.
    Look,
    Order(Command),
}

/// What the keys mean.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    Looking,
    /// They are words of the filter.
    Filtering,
    /// Yes or no: the question, and what yes does.
    Asked(String, Command),
    Help,
}

/// All of it.
#[derive(Debug, Clone)]
pub struct View {
    pub data: String,
    pub time: TimeForm,
    pub is_colored: bool,
    pub seen: Option<Box<Seen>>,
    /// Why what is seen may be old; none: it is as of now.
    pub trouble: Option<String>,
    /// Whose people are looked at; none: the overview.
    pub campaign: Option<String>,
    /// The row that keys mean, of those that the filter lets through.
    pub row: usize,
    pub filter: String,
    pub mode: Mode,
    /// What came of the last order.
    pub said: Option<String>,
}

impl View {
    /// Nothing known yet.
    pub fn new(data: &Path, time: TimeForm, is_colored: bool) -> Self {
        Self {
            data: data.display().to_string(),
            time,
            is_colored,
            seen: None,
            trouble: Some("asking the engine".to_owned()),
            campaign: None,
            row: 0,
            filter: String::new(),
            mode: Mode::Looking,
            said: None,
        }
    }

    /// Takes an answer in. What was seen before stays while there is none.
    pub fn hear(&mut self, heard: Heard) {
        self.trouble = match heard {
            Heard::Seen(seen, refused) => {
                self.said = refused.or(self.said.take());
                self.seen = Some(seen);
                None
            }
            Heard::Nobody if self.seen.is_some() => Some("the engine has gone away; looking for it every second".to_owned()),
            Heard::Nobody => Some(format!("no engine runs on {}: `engine run campaigns/` starts one; looking for it", self.data)),
            Heard::Silent(why) => Some(format!("{why}; asking again")),
        };
        self.row = self.row.min(self.count().saturating_sub(1));
    }

    /// The campaigns that the filter lets through.
    pub fn campaigns(&self) -> Vec<&CampaignStatus> {
        let all = self.seen.iter().flat_map(|seen| &seen.status.campaigns);
        all.filter(|campaign| self.lets_through(&[&campaign.name])).collect()
    }

    /// The people that the filter lets through.
    pub fn people(&self) -> Vec<&ContactRow> {
        let page = self.seen.as_ref().and_then(|seen| seen.people.as_ref());
        let mine = page.into_iter().flat_map(|page| &page.contacts).filter(|one| Some(&one.campaign) == self.campaign.as_ref());
        let words = |row: &ContactRow| {
            let step = row.step.clone().unwrap_or_default();
            self.lets_through(&[&row.name, &row.contact, &row.status, &step, row.outcome.as_deref().unwrap_or_default()])
        };
        mine.filter(|row| words(row)).collect()
    }

    fn lets_through(&self, words: &[&str]) -> bool {
        let wanted = self.filter.to_lowercase();
        words.iter().any(|word| word.to_lowercase().contains(&wanted))
    }

    fn count(&self) -> usize {
        if self.campaign.is_some() { self.people().len() } else { self.campaigns().len() }
    }

    /// Obeys a key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Wish> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return (key.code == KeyCode::Char('c')).then_some(Wish::Quit);
        }
        match self.mode.clone() {
            Mode::Looking => self.look(key.code),
            Mode::Filtering => {
                self.narrow(key.code);
                None
            }
            Mode::Asked(_, order) => {
                self.mode = Mode::Looking;
                matches!(key.code, KeyCode::Char('y' | 'Y')).then_some(Wish::Order(order))
            }
            Mode::Help => {
                self.mode = Mode::Looking;
                None
            }
        }
    }

    fn look(&mut self, key: KeyCode) -> Option<Wish> {
        self.said = None;
        let last = self.count().saturating_sub(1);
        match key {
            KeyCode::Char('q') => return Some(Wish::Quit),
            KeyCode::Char('j') | KeyCode::Down => self.row = (self.row + 1).min(last),
            KeyCode::Char('k') | KeyCode::Up => self.row = self.row.saturating_sub(1),
            KeyCode::PageDown => self.row = (self.row + PAGE_ROWS).min(last),
            KeyCode::PageUp => self.row = self.row.saturating_sub(PAGE_ROWS),
            KeyCode::Home => self.row = 0,
            KeyCode::End => self.row = last,
            KeyCode::Char('/') => self.mode = Mode::Filtering,
            KeyCode::Char('?') => self.mode = Mode::Help,
            KeyCode::Char('p') => self.mode = self.pausing().unwrap_or(Mode::Looking),
            KeyCode::Enter if self.campaign.is_none() => return self.open(),
            KeyCode::Esc | KeyCode::Backspace => return self.back(),
            _ => {}
        }
        None
    }

    fn narrow(&mut self, key: KeyCode) {
        match key {
            KeyCode::Char(letter) => self.filter.push(letter),
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Enter => self.mode = Mode::Looking,
            KeyCode::Esc => {
                self.filter.clear();
                self.mode = Mode::Looking;
            }
            _ => {}
        }
        self.row = 0;
    }

    /// The people of the campaign.
    fn open(&mut self) -> Option<Wish> {
        let name = self.campaigns().get(self.row)?.name.clone();
        (self.campaign, self.row) = (Some(name), 0);
        self.filter.clear();
        Some(Wish::Look)
    }

    /// First the filter goes, then the campaign's people.
    fn back(&mut self) -> Option<Wish> {
        if !self.filter.is_empty() {
            self.filter.clear();
            return None;
        }
        let left = self.campaign.take()?;
        self.row = self.campaigns().iter().position(|campaign| campaign.name == left).unwrap_or_default();
        None
    }

    /// Asks first, as nothing is paused by a slip.
    fn pausing(&self) -> Option<Mode> {
        if self.campaign.is_some() {
            let rows = self.people();
            let row = rows.get(self.row)?;
            let enrollments = vec![EnrollmentId(row.id)];
            let (verb, order) = match row.status.as_str() {
                "ended" => return None,
                "paused" => ("let", Command::Resume { enrollments }),
                _ => ("pause", Command::Pause { enrollments }),
            };
            return Some(Mode::Asked(question(verb, &row.name), order));
        }
        let rows = self.campaigns();
        let campaign = rows.get(self.row)?;
        let name = campaign.name.clone();
        let (verb, order) = match campaign.paused {
            true => ("let", Command::ResumeCampaign { name: name.clone() }),
            false => ("pause", Command::PauseCampaign { name: name.clone() }),
        };
        Some(Mode::Asked(question(verb, &name), order))
    }
}

fn question(verb: &str, name: &str) -> String {
    match verb {
        "let" => format!("let `{name}` go on? y: yes, any other key: no"),
        _ => format!("pause `{name}`? y: yes, any other key: no"),
    }
}
