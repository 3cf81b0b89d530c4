//! What signals mean to a running engine (INTERFACE.md §2): the first SIGINT or SIGTERM stops in order, the second at
//! once; SIGHUP reloads the campaigns.

use crate::cli::board::Voice;
use crate::cli::context::Context;
use crate::cli::program::{compile_paths, faults, is_refused, tally};
use crate::cli::systemd::Supervisor;
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
        if code == INTERRUPTED {
            voice.step_back();
        }
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
pub async fn reload_at_hangup(paths: Vec<PathBuf>, strict: bool, context: Arc<Context>, post: Sender<Message>, voice: Voice) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    while hangup.recv().await.is_some() {
        let (paths, context, post, speaks) = (paths.clone(), Arc::clone(&context), post.clone(), voice.clone());
        let read = tokio::task::spawn_blocking(move || reload(&paths, strict, &context, &post, &speaks)).await;
        if !matches!(read, Ok(Ok(()))) {
            let why = read.map_or_else(|_| "reading them broke off".to_owned(), |read| read.err().unwrap_or_default());
            voice.say(&format!("not reloaded: {why}; the campaigns go on as they were"));
        }
    }
}

fn reload(paths: &[PathBuf], strict: bool, context: &Context, post: &Sender<Message>, voice: &Voice) -> Result<(), String> {
    let loaded = compile_paths(paths).map_err(|ending| ending.message.unwrap_or_default())?;
    if let Some(faults) = faults(&loaded, context) {
        voice.say(&faults);
    }
    if is_refused(&loaded, strict) {
        return Err(tally(&loaded));
    }
    let program = Arc::new(loaded.compiled.program);
    let (answer, answered) = channel();
    let ended = |_| "the engine is ending".to_owned();
    post.send(Message::Install { program: Arc::clone(&program), answer }).map_err(|_| "the engine is ending".to_owned())?;
    let enrolled = answered.recv().map_err(ended)??;
    for line in entered(&program, &enrolled) {
        voice.say(&line);
    }
    voice.say("reloaded");
    Ok(())
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
