//! What the rooms below note for whoever operates the engine: on stderr, warnings and worse, more with `-v`.

use crate::cli::context::Context;
use crate::cli::voice::Voice;
use std::io::Write;
use tracing_subscriber::EnvFilter;

/// Lets notes of this crate through from now on. A second call changes nothing.
pub fn start(context: &Context) {
    let level = match (context.is_quiet, context.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!("campaign_engine={level}"));
    let voice = context.voice.clone();
    let notes = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || Note(voice.clone(), Vec::new()));
    let notes = notes.with_ansi(context.color_talk).with_target(false).without_time();
    // Whoever set one before (a test) keeps it.
    drop(notes.try_init());
}

/// A note while it is written; said when it is whole.
struct Note(Voice, Vec<u8>);

impl Write for Note {
    fn write(&mut self, part: &[u8]) -> std::io::Result<usize> {
        self.1.write(part)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.0.say(&String::from_utf8_lossy(&self.1));
    }
}
