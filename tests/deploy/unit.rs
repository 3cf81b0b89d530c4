//! The unit is sound for systemd, and its restarts fit the exit codes.

use crate::cli::desk::Desk;
use crate::deploy::{has, place, read};
use campaign_engine::cli::ending::{DAMAGED, DONE, FAILED, HELD, NEEDS_A_PERSON, UNAUTHORISED, UNREACHABLE, UNSAFE, WRONG};
use std::process::Command;

/// The values of a setting, in order.
fn values(name: &str) -> Vec<String> {
    let unit = read("engine.service");
    let all = unit.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    all.map(str::to_owned).collect()
}

#[test]
fn only_what_may_pass_is_started_again() {
    assert_eq!(values("Restart"), ["on-failure"]);
    let never = values("RestartPreventExitStatus").concat();
    let never: Vec<u8> = never.split_whitespace().map(|code| code.parse().unwrap()).collect();
    assert_eq!(never, [WRONG, NEEDS_A_PERSON, UNAUTHORISED, DAMAGED, UNSAFE, 130, 143]);
    assert!([DONE, FAILED, UNREACHABLE, HELD].iter().all(|passes| !never.contains(passes)));
}

#[test]
fn it_starts_a_command_that_is_known_and_waits_for_its_word() {
    let command = values("ExecStart").concat();
    let words: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(words[0], "/usr/bin/engine");
    let mut asks = words[1..].to_vec();
    asks.push("--help");
    assert!(Desk::empty().done(&asks).contains("Run campaigns"), "{command}");
    assert!(values("Type") == ["notify"] && !values("WatchdogSec").is_empty());
    // The settings beside the campaigns name the directory that the unit owns.
    let state = format!("data = \"/var/lib/{}\"\n", values("StateDirectory").concat());
    assert!(read("engine.toml").contains(&state), "{state}");
    assert!(read("campaign-engine.sysusers").contains(&format!("\nu {} ", values("User").concat())));
}

#[test]
fn systemd_finds_nothing_wrong_with_it() {
    if !has("systemd-analyze", &["--version"]) {
        return eprintln!("not tried: no systemd-analyze here");
    }
    // In the place of the installed engine the one that was built: systemd looks whether it is there.
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("engine.service");
    let text = std::fs::read_to_string(place().join("engine.service")).unwrap();
    std::fs::write(&unit, text.replace("/usr/bin/engine", env!("CARGO_BIN_EXE_engine"))).unwrap();
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && !said.contains("engine.service"), "{said}");
}
