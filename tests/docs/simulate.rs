//! What the page on looking ahead shows is what the command says.

use crate::docs::{blocks, root};
use std::process::Command;

#[test]
fn the_page_shows_what_the_command_says() {
    let shown = blocks("docs/simulate.md").into_iter().find(|block| block.is("console")).unwrap();
    let (command, text) = shown.text.split_once('\n').unwrap();
    let words: Vec<&str> = command.strip_prefix("$ engine ").unwrap().split_whitespace().collect();
    let home = tempfile::tempdir().unwrap();
    let mut engine = Command::new(env!("CARGO_BIN_EXE_engine"));
    let output = engine.current_dir(root()).args(words).env_clear().env("HOME", home.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().all(|line| line.chars().count() <= 80), "80 columns:\n{said}");
    assert_eq!(said.trim_end(), text.trim_end(), "\n{said}");
}
