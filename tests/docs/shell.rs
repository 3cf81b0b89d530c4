//! Commands in the README run. The cheap ones go through the built binary as they stand; the shipped campaigns take minutes, so
//! the README's own small campaign takes their place here; what needs a key, installs or is this very test is only read.

use crate::docs::{Block, blocks};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CONTACTS: &str = "linkedin,first_name\nada-lovelace,Ada\ngrace-hopper,Grace\n";
const WORKSPACE: &str = "workspace acme\n  account lina\n    id \"acc_linkedin_1\"\n    channel linkedin\n    tier sales_navigator\n  end\n  pool us lina\nend\n";

/// `engine WORDS` in a folder, with nothing of this machine's environment.
fn engine(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
    command.current_dir(folder).args(words).env_clear().env("HOME", folder).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// The README's campaigns as a folder each: `campaigns` with the good one, `bad` with the refused one.
fn folders() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let camps: Vec<Block> = blocks("README.md").into_iter().filter(|block| block.is("camp")).collect();
    for (name, file, block) in [("campaigns", "hello.camp", &camps[0]), ("bad", "bold.camp", &camps[1])] {
        let place = folder.path().join(name);
        write(&place.join(file), &block.text);
        write(&place.join("workspace.camp"), WORKSPACE);
        write(&place.join("lists/contacts.csv"), CONTACTS);
    }
    folder
}

/// Every command of the README's shell blocks, a line each.
fn commands() -> Vec<String> {
    let shell = blocks("README.md").into_iter().filter(|block| block.is("sh"));
    shell.flat_map(|block| block.text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_refused_campaign_is_refused_in_the_words_of_the_readme() {
    let folder = folders();
    let output = engine(folder.path(), &["check", "bad", "--color", "never"]);
    assert_eq!(output.status.code(), Some(2));
    let shown = blocks("README.md").into_iter().find(|block| block.is("console")).unwrap();
    assert_eq!(said(&output).trim(), shown.text.trim());
}

#[test]
fn the_commands_of_the_first_day_run_as_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for command in commands() {
        let words: Vec<&str> = command.split_whitespace().collect();
        let is_first_day = command == "engine init hello" || command.starts_with("engine -C hello");
        if !is_first_day || words.contains(&"run") {
            continue;
        }
        let output = engine(folder.path(), &words[1..]);
        assert!(output.status.success(), "{command}: {}", said(&output));
        ran += 1;
    }
    assert_eq!(ran, 4, "init, check, fmt, graph");
}

#[test]
fn the_first_command_of_the_readme_finishes_a_folder_and_status_adds_up() {
    let command = "cargo run --release -- run campaigns/ --sandbox --until-idle --yes";
    assert!(commands().iter().any(|shown| shown == command), "the README shows `{command}`");
    let folder = folders();
    let words: Vec<&str> = command.split_whitespace().skip(4).chain(["--speed", "100000"]).collect();
    let output = engine(folder.path(), &words);
    assert!(output.status.success(), "{}", said(&output));
    let status = engine(folder.path(), &["status", "--json"]);
    assert!(status.status.success(), "{}", said(&status));
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let contacts = &status["campaigns"][0]["contacts"];
    assert_eq!((&contacts["total"], &contacts["ended"]), (&2.into(), &2.into()), "{status}");
    let ledger = fs::read_to_string(folder.path().join(".engine/sandbox.jsonl")).unwrap();
    let performed = |kind: &str| ledger.lines().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count();
    let sends = &status["campaigns"][0]["sends"];
    assert_eq!((&sends["invite"], &sends["message"]), (&performed("invite").into(), &performed("message").into()), "{ledger}");
}

#[test]
fn every_verb_that_the_readme_types_is_known() {
    let help = said(&engine(&std::env::temp_dir(), &["--help"]));
    for command in commands() {
        let words = command.replace("cargo run --release -- ", "engine ").replace("-C hello ", "");
        let mut words = words.split_whitespace();
        if words.next() != Some("engine") {
            continue;
        }
        let verb = words.next().unwrap_or_default();
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{verb} "))), "{command}: no verb `{verb}`");
    }
}
