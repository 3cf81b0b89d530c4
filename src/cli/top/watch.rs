//! Asks the running engine about once a second, on a thread of its own: the keys never wait for an answer.

use crate::cli::ending::Ending;
use crate::cli::far;
use crate::cli::top::screen::Screen;
use crate::cli::top::view::{Heard, Seen, View, Wish};
use crate::runtime::command::Command;
use crate::server::socket::{AskFault, ask};
use serde_json::{Value, json};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Between two looks for keys, signals and answers.
const TICK: Duration = Duration::from_millis(200);
/// Looks without a key until the engine is asked again.
const TICKS_A_QUESTION: u32 = 5;
/// People that are asked for at once: more than anybody reads; a filter of `engine status` finds the others.
const PEOPLE_MAX: u32 = 500;

/// What the engine is asked.
struct Question {
    /// The people of that campaign too.
    people: Option<String>,
    order: Option<Command>,
}

/// Who asks, and who says that it is over.
pub struct Watch {
    questions: Sender<Question>,
    answers: Receiver<Heard>,
    is_over: Arc<AtomicBool>,
}

impl Watch {
    /// Starts to ask the engine on that data.
    ///
    /// # Errors
    /// Signals cannot be heard.
    pub fn start(data: PathBuf) -> Result<Self, Ending> {
        let ((questions, asked), (tell, answers)) = (channel::<Question>(), channel());
        std::thread::spawn(move || {
            for question in asked {
                // Nobody looks any more: the process ends.
                if tell.send(answer(&data, &question)).is_err() {
                    return;
                }
            }
        });
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        std::thread::spawn(move || {
            drop(far::wait(signalled()));
            told.store(true, Ordering::Relaxed);
        });
        Ok(Self { questions, answers, is_over })
    }

    /// Shows, asks and obeys keys until it is over.
    pub fn go_on(&self, view: &mut View, screen: &mut Screen) -> io::Result<()> {
        let (mut is_asked, mut ticks) = (false, TICKS_A_QUESTION);
        while !self.is_over.load(Ordering::Relaxed) {
            match self.answers.try_recv() {
                Ok(heard) => {
                    view.hear(heard);
                    is_asked = false;
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(io::Error::other("whoever asks the engine broke off")),
            }
            if ticks >= TICKS_A_QUESTION && !is_asked {
                (is_asked, ticks) = (true, 0);
                self.ask(view, None);
            }
            screen.draw(view)?;
            let Some(key) = screen.key(TICK)? else {
                ticks += 1;
                continue;
            };
            match view.key(key) {
                Some(Wish::Quit) => return Ok(()),
                Some(Wish::Look) => ticks = TICKS_A_QUESTION,
                Some(Wish::Order(order)) => {
                    is_asked = true;
                    self.ask(view, Some(order));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn ask(&self, view: &View, order: Option<Command>) {
        // One that broke off is noticed at the next look for answers.
        drop(self.questions.send(Question { people: view.campaign.clone(), order }));
    }
}

/// SIGTERM, SIGHUP and SIGINT all end it; Ctrl-C is a key.
async fn signalled() -> io::Result<()> {
    let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! { _ = terminate.recv() => {}, _ = hangup.recv() => {}, _ = interrupt.recv() => {} }
    Ok(())
}

fn answer(data: &Path, question: &Question) -> Heard {
    let ordered = question.order.as_ref().map(|order| {
        let order = serde_json::to_value(order).map_err(|fault| fault.to_string())?;
        ask(data, "command", order).map_err(|fault| fault.to_string())?.map(|_| ()).ok_or_else(|| "no engine runs".to_owned())
    });
    match look(data, question.people.as_deref()) {
        Ok(Some(seen)) => Heard::Seen(Box::new(seen), ordered.and_then(Result::err)),
        Ok(None) => Heard::Nobody,
        Err(fault) => Heard::Silent(fault.to_string()),
    }
}

/// None: no engine runs there.
fn look(data: &Path, campaign: Option<&str>) -> Result<Option<Seen>, AskFault> {
    let Some(overview) = ask(data, "overview", Value::Null)? else { return Ok(None) };
    let Some(status) = ask(data, "status", Value::Null)? else { return Ok(None) };
    let people = match campaign {
        Some(campaign) => ask(data, "page", json!({ "campaign": campaign, "limit": PEOPLE_MAX }))?,
        None => None,
    };
    let garbled = |_| AskFault::Garbled;
    Ok(Some(Seen {
        overview: serde_json::from_value(overview).map_err(garbled)?,
        status: serde_json::from_value(status).map_err(garbled)?,
        people: people.map(serde_json::from_value).transpose().map_err(garbled)?,
    }))
}
