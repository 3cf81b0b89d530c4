//! What signals mean to a running engine (INTERFACE.md §2): the first SIGINT or SIGTERM stops in order, the second at
//! once; SIGHUP reloads the campaigns.

use crate::cli::context::Context;
use crate::cli::program::{compile_paths, faults, is_refused, tally};
use crate::cli::systemd::Supervisor;
use crate::cli::voice::Voice;
use crate::model::program::Program;
use crate::runtime::enroll::Enrolled;
use crate::runtime::errand::Message;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::signal::unix::{SignalKind, signal};

/// Exit codes of a second interrupt: 128 and the signal's number.
const INTERRUPTED: i32 = 130;
const TERMINATED: i32 = 143;

/// Stops in order, then at once.
pub async fn obey(post: Sender<Message>, voice: Voice, supervisor: Arc<Supervisor>) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return;
    };
    let mut asked = false;
    loop {
        let code = tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        };
        if asked {
            voice.hush();
            std::process::exit(code);
        }
        asked = true;
        voice.say("stopping: no new call starts, calls in flight finish; once more to stop at once");
        supervisor.stopping();
        drop(post.send(Message::Stop));
    }
}

/// Reads the campaigns anew at every SIGHUP. Faulty ones are refused, and those that run go on.
pub async fn reload_at_hangup(reload: Arc<Reload>, voice: Voice) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        let reload = Arc::clone(&reload);
        let read = tokio::task::spawn_blocking(move || reload.now()).await;
        match read.unwrap_or_else(|_| Err(Refused::because("reading them broke off"))) {
            Ok(lines) => lines.iter().chain([&"reloaded".to_owned()]).for_each(|line| voice.say(line)),
            Err(refused) => {
                refused.faults.iter().for_each(|faults| voice.say(faults));
                voice.say(&refused.sentence());
            }
        }
    }
}

/// What is read when the campaigns are read anew, and who is told.
pub struct Reload {
    pub paths: Vec<PathBuf>,
    pub strict: bool,
    pub context: Arc<Context>,
    pub post: Sender<Message>,
}

/// Why the campaigns go on as they were.
pub struct Refused {
    why: String,
    /// What is wrong with the new ones.
    pub faults: Option<String>,
}

impl Refused {
    fn because(why: impl Into<String>) -> Self {
        Self { why: why.into(), faults: None }
    }

    /// What is said of it.
    pub fn sentence(&self) -> String {
        format!("not reloaded: {}; the campaigns go on as they were", self.why)
    }
}

impl Reload {
    /// Reads the campaigns anew and lets in who is new: what became of each list, a line each.
    pub fn now(&self) -> Result<Vec<String>, Refused> {
        let read = compile_paths(&self.paths).map_err(|ending| Refused::because(ending.message.unwrap_or_default()));
        let loaded = read?;
        let faults = faults(&loaded, &self.context);
        if is_refused(&loaded, self.strict) {
            return Err(Refused { why: tally(&loaded), faults });
        }
        let program = Arc::new(loaded.compiled.program);
        let (answer, answered) = channel();
        let ended = || Refused::because("the engine is ending");
        self.post.send(Message::Install { program: Arc::clone(&program), answer }).map_err(|_| ended())?;
        let enrolled = answered.recv().map_err(|_| ended())?.map_err(Refused::because)?;
        Ok(faults.into_iter().chain(entered(&program, &enrolled)).collect())
    }
}

/// What became of each campaign's list, a line each, and of every row that was left out.
pub fn entered(program: &Program, enrolled: &[Enrolled]) -> Vec<String> {
    let mut lines = Vec::new();
    for ((campaign, roster), enrolled) in program.campaigns.iter().zip(&program.rosters).zip(enrolled) {
        let left_out = enrolled.left_out.len() + roster.refused.len();
        let parts = [(enrolled.entered, "new"), (enrolled.known, "known"), (left_out, "left out")];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let moved = enrolled.moved;
        let moves = [
            (moved.moved, "moved to it"),
            (moved.begin, "begin in it"),
            (moved.later, "move once what is in flight is settled"),
            (moved.finish, "finish on the version they are on"),
        ];
        let moves: Vec<String> =
            moves.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let parts: Vec<String> = parts.into_iter().chain(moves).collect();
        let people = if parts.is_empty() { "nobody on its list".to_owned() } else { parts.join(", ") };
        lines.push(format!(
            "{} v{}: {people}; {}",
            campaign.name,
            campaign.version,
            bound(&campaign.name, &campaign.bound.sentence)
        ));
        for row in roster.refused.iter().chain(&enrolled.left_out) {
            lines.push(format!("  {} row {}: {}", row.file, row.row, crate::cli::render::plain(&row.reason)));
        }
    }
    lines
}

/// The bound without the campaign's name, which stands before it already.
fn bound<'a>(name: &str, sentence: &'a str) -> &'a str {
    let rest = sentence.strip_prefix(name).and_then(|rest| rest.split_once(": "));
    rest.map_or(sentence, |(_, rest)| rest)
}
