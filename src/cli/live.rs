//! What `run` shows while it runs: the log of what happens, and on a terminal the board below it; in a pipe plain lines.

use crate::cli::board::{Board, NARROW, Progress, WIDE};
use crate::cli::context::Context;
use crate::cli::render::{self, fitted, plain, shortened};
use crate::cli::times::{hour, short_moment};
use crate::cli::voice::Voice;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{CampaignId, EnrollmentId};
use crate::model::journal::{Entry, Key, Record};
use crate::runtime::census::group::{Group, Phase};
use crate::runtime::census::watched::Watched;
use crate::runtime::clock::Clock;
use crate::runtime::pulse::Pulse;
use crate::runtime::query::{Query, story};
use crate::store::contract::{Store, StoreFault};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two looks.
const FRAME: Duration = Duration::from_millis(250);
/// Frames between two looks at the accounts.
const FRAMES_AN_ACCOUNT_LOOK: usize = 4;

/// Bars that stay when the run ends; `engine status` tells of more.
const BARS_LEFT_MAX: usize = 20;

/// What is said in place of a person's own words.
const UNSAID: &str = "…";

/// The view, on a thread of its own.
pub struct Live {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

struct View {
    store: Arc<Watched>,
    clock: Arc<dyn Clock>,
    pulse: Arc<Pulse>,
    voice: Voice,
    board: Option<Board>,
    how: How,
    names: BTreeMap<CampaignId, String>,
    trouble: Option<String>,
    /// Of the pulse's lines, the first that was not shown.
    next: u64,
    frame: usize,
}

/// How it is shown.
struct How {
    is_json: bool,
    is_quiet: bool,
    is_full: bool,
    /// Lines that are kept somewhere name nobody and quote nobody: who is erased shall not live on in logs.
    is_discreet: bool,
    /// On a terminal: a line stays a line.
    is_watched: bool,
    time: crate::cli::arguments::TimeForm,
    speed: u32,
}

impl Live {
    /// Starts to look on. `speed`: virtual seconds a second, to be shown; `is_sandbox`: people only seem to act.
    pub fn start(
        context: &Context,
        store: Arc<Watched>,
        clock: Arc<dyn Clock>,
        pulse: Arc<Pulse>,
        (speed, is_sandbox): (u32, bool),
    ) -> Self {
        let (stop, stopped) = channel();
        let voice = context.voice.clone();
        let board = voice.has_lower().then(|| Board { is_colored: context.color_talk, ..Board::default() });
        let how = How {
            is_json: context.is_json,
            is_quiet: context.is_quiet,
            is_full: context.verbose > 0,
            is_discreet: !context.is_watched && !is_sandbox,
            is_watched: context.is_watched,
            time: context.time,
            speed,
        };
        let (names, trouble) = (BTreeMap::new(), None);
        let mut view = View { store, clock, pulse, voice, board, how, names, trouble, next: 0, frame: 0 };
        let thread = std::thread::spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(FRAME) {
                view.look();
            }
            view.look();
            view.close();
        });
        Self { stop, thread: Some(thread) }
    }

    /// Shows the last lines and gives the terminal back.
    pub fn end(self) {
        drop(self);
    }
}

/// Also a run that breaks gives the terminal back.
impl Drop for Live {
    fn drop(&mut self) {
        let was_looking = self.stop.send(()).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| was_looking) {
            // A view that broke shows nothing more; the run goes on without it.
            drop(thread.join());
        }
    }
}

impl View {
    fn look(&mut self) {
        let (lines, next) = self.pulse.since(self.next);
        self.next = next;
        for (id, entry) in lines {
            self.line(id, &entry);
        }
        let trouble = self.pulse.troubled_by();
        if trouble != self.trouble {
            match &trouble {
                Some(what) => self.voice.say(&format!("postpress: {} (going on by itself)", plain(what))),
                None => self.voice.say("postpress answers again"),
            }
            self.trouble = trouble;
        }
        if self.board.is_some() {
            self.draw();
        }
    }

    fn line(&mut self, id: EnrollmentId, entry: &Entry) {
        let words = if self.how.is_discreet { discreet(entry, self.how.is_full) } else { render::told(entry, self.how.is_full) };
        if self.how.is_quiet || (!self.how.is_json && words.is_none()) {
            return;
        }
        let Some((enrollment, contact)) = self.person(id) else { return };
        let campaign = self.campaign(enrollment.campaign);
        if self.how.is_json {
            let detail: serde_json::Map<String, serde_json::Value> =
                entry.detail.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            let line = serde_json::json!({ "at": entry.at.iso_ms(), "campaign": campaign, "contact": contact.key, "kind": entry.kind, "step": entry.step, "detail": detail });
            return render::data(&line.to_string());
        }
        let words = words.unwrap_or_default();
        let name = if self.how.is_discreet { format!("#{}", id.0) } else { plain(&contact.name()) };
        let at = entry.at.iso_ms();
        if !self.how.is_watched {
            let (at, campaign) = (short_moment(&at, self.how.time), fitted(&plain(&campaign), 18));
            return self.voice.say(&format!("{at}  {campaign}  {}  {words}", fitted(&name, 22)));
        }
        let (_, columns) = self.voice.size();
        let campaign = plain(&campaign);
        let line = match columns {
            0..NARROW => format!("{}  {} {words}", hour(&at, self.how.time), fitted(&name, 12)),
            NARROW..WIDE => {
                format!("{}  {}  {}  {words}", short_moment(&at, self.how.time), fitted(&campaign, 12), fitted(&name, 16))
            }
            _ => format!("{}  {}  {}  {words}", short_moment(&at, self.how.time), fitted(&campaign, 20), fitted(&name, 26)),
        };
        self.voice.say(&shortened(&line, columns.saturating_sub(1)));
    }

    /// Leaves the bars where they are, takes the rest away, gives the terminal back.
    fn close(&mut self) {
        let bars = self.board.take().map(|board| {
            let (_, columns) = self.voice.size();
            board.bars(BARS_LEFT_MAX, columns)
        });
        bars.into_iter().flatten().for_each(|bar| self.voice.say(&bar));
        self.voice.hush();
    }

    fn person(&self, id: EnrollmentId) -> Option<(Enrollment, Contact)> {
        let Ok(Some(Record::Enrollment(enrollment))) = self.store.get(&Key::Enrollment(id)) else { return None };
        let Ok(Some(Record::Contact(contact))) = self.store.get(&Key::Contact(enrollment.contact)) else { return None };
        Some((*enrollment, *contact))
    }

    fn campaign(&mut self, id: CampaignId) -> String {
        if let Some(name) = self.names.get(&id) {
            return name.clone();
        }
        let Ok(Some(Record::Campaign(installed))) = self.store.get(&Key::Campaign(id)) else { return String::new() };
        self.names.insert(id, installed.campaign.name.clone());
        installed.campaign.name.clone()
    }

    fn draw(&mut self) {
        let now = self.clock.now();
        self.frame += 1;
        let is_account_look = self.frame % FRAMES_AN_ACCOUNT_LOOK == 1;
        let accounts = is_account_look.then(|| Query::over(&self.store, now).and_then(|query| query.accounts()));
        // What cannot be read stands as it was; the turns report the fault.
        let campaigns = self.count().ok();
        let size = self.voice.size();
        let pace = if self.how.speed > 1 { format!(" · {}× as fast", self.how.speed) } else { String::new() };
        let Some(board) = &mut self.board else { return };
        if let Some(campaigns) = campaigns {
            board.campaigns = campaigns;
        }
        if let Some(Ok(report)) = accounts {
            board.accounts = report.accounts;
        }
        let at = short_moment(&now.iso_ms(), self.how.time);
        board.foot =
            if size.1 < NARROW { format!("{at} · Ctrl-C stops") } else { format!("{at}{pace} · Ctrl-C stops in order") };
        self.voice.show(board.lines(size));
    }

    /// How far each campaign is. Its versions share a bar.
    fn count(&mut self) -> Result<Vec<(String, Progress)>, StoreFault> {
        let counts = self.store.census().count(&*self.store, |counts| {
            let mut campaigns: BTreeMap<CampaignId, Progress> = BTreeMap::new();
            for (group, people) in counts.groups() {
                let progress = campaigns.entry(group.campaign).or_default();
                *progress = sum(*progress, progress_of(group, people));
            }
            campaigns
        })?;
        let mut named: Vec<(String, Progress)> = Vec::new();
        for (id, progress) in counts {
            let name = self.campaign(id);
            match named.iter_mut().find(|(held, _)| *held == name) {
                Some((_, held)) => *held = sum(*held, progress),
                None => named.push((name, progress)),
            }
        }
        Ok(named)
    }
}

/// What a line says without what somebody wrote, or what is known of them.
fn discreet(entry: &Entry, is_full: bool) -> Option<String> {
    story::told(entry, is_full, &|_| UNSAID.to_owned()).map(|words| plain(&words))
}

fn progress_of(group: &Group, people: u64) -> Progress {
    let of_them = |is_counted: bool| if is_counted { people } else { 0 };
    Progress {
        total: people,
        ended: of_them(group.has_ended()),
        invites: people * u64::from(group.sends.invites),
        messages: people * u64::from(group.sends.messages),
        inmails: people * u64::from(group.sends.inmails),
        replied: of_them(group.has_replied),
        parked: of_them(group.phase == Phase::Parked),
    }
}

fn sum(one: Progress, other: Progress) -> Progress {
    Progress {
        total: one.total + other.total,
        ended: one.ended + other.ended,
        invites: one.invites + other.invites,
        messages: one.messages + other.messages,
        inmails: one.inmails + other.inmails,
        replied: one.replied + other.replied,
        parked: one.parked + other.parked,
    }
}
