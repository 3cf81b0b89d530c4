//! What the rooms below note for whoever operates the engine: on stderr, warnings and worse, more with `-v`.

use tracing_subscriber::EnvFilter;

/// Lets notes of this crate through from now on. A second call changes nothing.
pub fn start(verbose: u8, is_quiet: bool) {
    let level = match (is_quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!("campaign_engine={level}"));
    let notes = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).without_time();
    // Whoever set one before (a test) keeps it.
    drop(notes.try_init());
}
