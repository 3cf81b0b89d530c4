//! What `run` shows while it runs: on a terminal a bar a campaign and the log above it, else plain lines.

use crate::cli::context::Context;
use crate::cli::render;
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{CampaignId, EnrollmentId};
use crate::model::journal::{Entry, EntryKind, Key, Record, Table};
use crate::runtime::clock::Clock;
use crate::runtime::pulse::Pulse;
use crate::store::contract::Store;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Time between two looks.
const FRAME: Duration = Duration::from_millis(250);

/// The view, on a thread of its own.
pub struct Live {
    stop: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

struct View {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    pulse: Arc<Pulse>,
    bars: Option<Bars>,
    is_json: bool,
    is_quiet: bool,
    verbose: u8,
    names: BTreeMap<CampaignId, String>,
    trouble: Option<String>,
}

struct Bars {
    all: MultiProgress,
    campaigns: BTreeMap<String, ProgressBar>,
    foot: ProgressBar,
}

impl Live {
    /// Starts to look on.
    pub fn start(context: &Context, store: Arc<dyn Store>, clock: Arc<dyn Clock>, pulse: Arc<Pulse>) -> Self {
        let (stop, stopped) = channel();
        let bars = context.progress.then(|| {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(8));
            let foot = all.add(ProgressBar::new_spinner());
            foot.set_style(style("  {msg:.dim}"));
            Bars { all, campaigns: BTreeMap::new(), foot }
        });
        let (is_json, is_quiet, verbose) = (context.is_json, context.is_quiet, context.verbose);
        let mut view = View { store, clock, pulse, bars, is_json, is_quiet, verbose, names: BTreeMap::new(), trouble: None };
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
    pub fn end(mut self) {
        let was_looking = self.stop.send(()).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| was_looking) {
            // A view that broke shows nothing more; the run goes on without it.
            drop(thread.join());
        }
    }
}

impl View {
    fn look(&mut self) {
        for (id, entry) in self.pulse.take() {
            self.line(id, &entry);
        }
        let trouble = self.pulse.troubled_by();
        if trouble != self.trouble {
            match &trouble {
                Some(what) => self.say(&format!("postpress: {} (going on by itself)", render::plain(what))),
                None => self.say("postpress answers again"),
            }
            self.trouble = trouble;
        }
        if self.bars.is_some() {
            self.draw();
        }
    }

    fn line(&mut self, id: EnrollmentId, entry: &Entry) {
        if self.is_quiet || (!self.is_json && self.verbose == 0 && !is_worth_a_line(entry.kind)) {
            return;
        }
        let Some((enrollment, contact)) = self.person(id) else { return };
        let campaign = self.campaign(enrollment.campaign);
        if self.is_json {
            let detail: serde_json::Map<String, serde_json::Value> =
                entry.detail.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            let line = serde_json::json!({ "at": entry.at.iso_ms(), "campaign": campaign, "contact": contact.key, "kind": entry.kind, "step": entry.step, "detail": detail });
            return render::data(&line.to_string());
        }
        let at = entry.at.iso_ms();
        let at = at.get(..16).unwrap_or(&at).replace('T', " ");
        let told = entry.detail.iter().filter(|(name, _)| matches!(name.as_str(), "text" | "outcome" | "why" | "code" | "who"));
        let told: Vec<String> = told.map(|(_, value)| shortened(&render::plain(value), 60)).collect();
        let name = shortened(&render::plain(&contact.name()), 24);
        self.say(&format!("{at}  {campaign:<18} {name:<24} {:<10} {:<14} {}", word(entry.kind), entry.step, told.join(" · ")));
    }

    fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => drop(bars.all.println(line.trim_end())),
            None => render::talk(line.trim_end()),
        }
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
        let mut counts: BTreeMap<CampaignId, Counts> = BTreeMap::new();
        // A store that cannot be read shows as a bar that stands; the turns report the fault.
        drop(self.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record {
                counts.entry(enrollment.campaign).or_default().add(&enrollment);
            }
            ControlFlow::Continue(())
        }));
        let named: Vec<(String, Counts)> = counts.into_iter().map(|(id, counts)| (self.campaign(id), counts)).collect();
        let now = self.clock.now().iso_ms();
        let Some(bars) = &mut self.bars else { return };
        for (name, counts) in named {
            let bar = bars.campaigns.entry(name.clone()).or_insert_with(|| {
                let bar = bars.all.insert_before(&bars.foot, ProgressBar::new(0));
                bar.set_style(style("  {prefix:<18} {bar:24.green/dim} {pos:>4}/{len:<4} ended  {msg}"));
                bar.set_prefix(name);
                bar
            });
            bar.set_length(counts.total);
            bar.set_position(counts.ended);
            bar.set_message(format!(
                "{} invited · {} messages · {} InMails · {} replied",
                counts.invites, counts.messages, counts.inmails, counts.replied
            ));
        }
        bars.foot.set_message(format!("{} UTC · Ctrl-C stops in order", now.get(..16).unwrap_or(&now).replace('T', " ")));
    }

    fn close(&self) {
        if let Some(bars) = &self.bars {
            bars.campaigns.values().for_each(|bar| bar.abandon());
            bars.foot.finish_and_clear();
        }
    }
}

#[derive(Default)]
struct Counts {
    total: u64,
    ended: u64,
    invites: u32,
    messages: u32,
    inmails: u32,
    replied: u32,
}

impl Counts {
    fn add(&mut self, enrollment: &Enrollment) {
        self.total += 1;
        self.ended += u64::from(enrollment.has_ended());
        self.invites += enrollment.sends.invites;
        self.messages += enrollment.sends.messages;
        self.inmails += enrollment.sends.inmails;
        self.replied += u32::from(enrollment.facts.replied_at.is_some());
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn is_worth_a_line(kind: EntryKind) -> bool {
    match kind {
        EntryKind::Sent
        | EntryKind::Event
        | EntryKind::Ended
        | EntryKind::Failed
        | EntryKind::Unknown
        | EntryKind::Reconciled
        | EntryKind::Parked
        | EntryKind::Skipped
        | EntryKind::Notified => true,
        EntryKind::Enrolled
        | EntryKind::Started
        | EntryKind::Decision
        | EntryKind::Intent
        | EntryKind::Cancelled
        | EntryKind::Timer
        | EntryKind::Paused
        | EntryKind::Resumed
        | EntryKind::Changed => false,
    }
}

fn word(kind: EntryKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
