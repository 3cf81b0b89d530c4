//! How it is run for long: systemd, a container, the Debian package; what docs/deploy holds is what the engine does.

mod container;
mod ear;
mod linters;
mod notify;
mod package;
mod unit;

use std::path::PathBuf;

/// Where the files are.
fn place() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/deploy")
}

/// One of them.
#[track_caller]
fn read(name: &str) -> String {
    std::fs::read_to_string(place().join(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
}

/// Is that program here, and does it answer?
fn has(program: &str, words: &[&str]) -> bool {
    std::process::Command::new(program).args(words).output().is_ok_and(|output| output.status.success())
}
