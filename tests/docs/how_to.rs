//! The first ten tasks, typed as the page shows them, in its order, by one person in two terminals: time runs faster, else
//! nothing is added. What each is for is looked at, not only that it ran.

use crate::cli::desk::breathe;
use crate::docs::{Block, blocks_of, page};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const PAGE: &str = "docs/how-to.md";
/// Behind `engine run`: a day in four seconds, and no port that others may have.
const FASTER: &str = " --speed 20000 --dashboard off";
/// How often something that is to come is looked for.
const LOOKS: usize = 6_000;

/// Title and blocks of each task.
fn tasks() -> Vec<(String, Vec<Block>)> {
    let text = page(PAGE);
    let parts = text.split("\n## ").skip(1);
    parts.map(|part| (part.lines().next().unwrap().to_owned(), blocks_of(PAGE, part))).collect()
}

fn commands(blocks: &[Block]) -> Vec<&str> {
    blocks.iter().filter(|block| block.is("sh")).flat_map(|block| block.text.lines()).collect()
}

/// Somebody who types.
struct Person {
    _home: tempfile::TempDir,
    place: PathBuf,
    path: String,
    /// What runs in the other terminals, by its data directory.
    running: BTreeMap<String, Child>,
}

/// What a command printed and how it ended.
struct Said {
    code: i32,
    text: String,
}

impl Person {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_engine"), home.path().join("bin/engine")).unwrap();
        let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
        Self { place: home.path().to_owned(), path, _home: home, running: BTreeMap::new() }
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(&self.place).env_clear().env("PATH", &self.path).env("HOME", &self.place);
        shell.stdin(Stdio::null());
        shell
    }

    /// Types a line, in the other terminal if it goes on.
    fn types(&mut self, line: &str) -> Said {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.place.push(folder);
            return Said { code: 0, text: String::new() };
        }
        let is_run = line.starts_with("engine run ");
        if is_run && !line.contains("--until-idle") {
            self.starts(line);
            return Said { code: 0, text: String::new() };
        }
        let Output { status, stdout, stderr } =
            self.shell(&format!("{line}{}", if is_run { FASTER } else { "" })).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        Said { code: status.code().unwrap_or(-1), text }
    }

    fn starts(&mut self, line: &str) {
        let data = line.split_once("--data ").map_or(".engine", |(_, rest)| rest.split(' ').next().unwrap());
        let talk = fs::File::create(self.place.join(format!("{data}.talk"))).unwrap();
        let child = self.shell(&format!("exec {line}{FASTER}")).stdout(Stdio::null()).stderr(talk).spawn().unwrap();
        self.running.insert(data.to_owned(), child);
        self.until(&format!("engine ping --data {data}"), |said| said.code == 0);
    }

    /// Types Ctrl-C there.
    fn stops(&mut self, data: &str) {
        let mut child = self.running.remove(data).unwrap();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }

    /// Types it again until it says so.
    #[track_caller]
    fn until(&mut self, line: &str, is_so: impl Fn(&Said) -> bool) -> Said {
        let mut said = self.types(line);
        for _ in 0..LOOKS {
            if is_so(&said) {
                return said;
            }
            breathe();
            said = self.types(line);
        }
        panic!("`{line}` never says it: {}", said.text);
    }

    fn status(&mut self) -> Value {
        let said = self.types("engine status --json");
        serde_json::from_str(&said.text).unwrap_or_else(|fault| panic!("{fault}: {}", said.text))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place.join(name)).unwrap_or_default()
    }

    /// What the pretend provider sent, by kind, recipient and text.
    fn sent(&self, data: &str) -> BTreeMap<(String, String, String), usize> {
        let mut sent = BTreeMap::new();
        for line in self.read(&format!("{data}/sandbox.jsonl")).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            if ["invite", "message", "inmail"].contains(&part("kind").as_str()) {
                *sent.entry((part("kind"), part("recipient"), part("text"))).or_default() += 1;
            }
        }
        sent
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Changes a file as a block shows: lines with `-` are there and go, those with `+` come in their place.
fn mend(file: &Path, change: &str) {
    let mut text = fs::read_to_string(file).unwrap();
    let mut lines = change.lines().peekable();
    while let Some(line) = lines.next() {
        let old = line.strip_prefix('-').unwrap_or_else(|| panic!("`{line}` says not where"));
        let mut new = Vec::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('+')) {
            new.push(&line[1..]);
        }
        assert_eq!(text.matches(&format!("{old}\n")).count(), 1, "`{old}` stands in the file once");
        text = text.replace(&format!("{old}\n"), &format!("{}\n", new.join("\n")));
    }
    fs::write(file, text).unwrap();
}

/// Does that word stand in a file below?
fn holds(folder: &Path, word: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, word);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(word.len()).any(|part| part == word.as_bytes())
    })
}

/// Types a task's commands, in order; all succeed but the one that is named.
#[track_caller]
fn all(person: &mut Person, lines: &[&str], fails: Option<usize>) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let said = person.types(line);
        assert_eq!(said.code != 0, fails == Some(at), "`{line}`: {} {}", said.code, said.text);
        texts.push(said.text);
    }
    texts
}

#[test]
fn ten_tasks_take_three_commands_at_most_and_do_what_they_are_for() {
    let tasks = tasks();
    assert_eq!(tasks.len(), 10);
    let mut person = Person::new();
    for ((title, blocks), task) in tasks.iter().zip(TASKS) {
        let lines = commands(blocks);
        assert!((1..=3).contains(&lines.len()), "{title}: {lines:?}");
        task(&mut person, blocks, &lines);
    }
}

/// Types a task's lines, and looks whether the person has what they wanted.
type Task = fn(&mut Person, &[Block], &[&str]);

/// In the order of the page.
const TASKS: [Task; 10] =
    [first_campaign, why_they_wait, pause, mend_a_text, answer, reconnect, take_out, forget, restore, upgrade];

fn first_campaign(person: &mut Person, _: &[Block], lines: &[&str]) {
    all(person, lines, None);
    assert_eq!(person.status()["campaigns"][0]["contacts"]["total"], 8);
}

fn why_they_wait(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [why, timeline] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(["Ines Okafor", "\n  why  ", "\n  next  "].iter().all(|part| why.contains(part)), "{why}");
    assert!(timeline.contains("enrolled"), "{timeline}");
}

fn pause(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [paused, why, resumed] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(paused.contains("`jun` is paused") && why.contains("paused by the operator"), "{paused}{why}");
    assert!(resumed.contains("`jun` is going on") && !person.types("engine why jun").text.contains("by the operator"));
}

fn mend_a_text(person: &mut Person, blocks: &[Block], lines: &[&str]) {
    let change = blocks.iter().find(|block| block.is("diff")).unwrap();
    mend(&person.place.join("campaigns/hello.camp"), &change.text);
    let [check, plan, reload] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(check.contains("hello v2:") && plan.contains("version 1 runs now"), "{check}{plan}");
    assert!(reload.ends_with("reloaded\n"), "{reload}");
    let is_moved = |said: &Said| !said.text.contains("\"version\":1,");
    person.until("engine status --json", is_moved);
    let campaign = person.status()["campaigns"][0].clone();
    assert_eq!((&campaign["version"], &campaign["contacts"]["total"]), (&2.into(), &8.into()), "{campaign}");
}

fn answer(person: &mut Person, _: &[Block], lines: &[&str]) {
    person.until(lines[0], |said| said.text.contains("waits  Mateo"));
    let [_, chat, _] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(chat.contains("Mateo"), "{chat}");
    let words = "Gladly: does Tuesday suit you?";
    person.until(lines[1], |said| said.text.contains(words));
    let went_out = |person: &Person| person.sent(".engine").iter().any(|((_, _, text), count)| text == words && *count == 1);
    for _ in 0..LOOKS {
        if went_out(person) {
            return;
        }
        breathe();
    }
    panic!("the answer never went out: {:?}", person.sent(".engine"));
}

fn reconnect(person: &mut Person, blocks: &[Block], lines: &[&str]) {
    let faults = blocks.iter().find(|block| block.is("json")).unwrap();
    fs::write(person.place.join("faults.json"), &faults.text).unwrap();
    let [run, errors, accounts] = lines else { panic!("{lines:?}") };
    person.types(run);
    let lost = person.until(accounts, |said| said.text.contains("lost"));
    assert!(lost.text.contains("acc_linkedin_1"), "{}", lost.text);
    let told = person.types(errors).text;
    assert!(told.contains("ada") && told.contains("connect"), "{told}");
    let before = person.sent("trial").len();
    person.until(accounts, |said| said.text.contains("sales_navigator  ok"));
    for _ in 0..LOOKS {
        if person.sent("trial").len() > before {
            return person.stops("trial");
        }
        breathe();
    }
    panic!("it never went on: {:?}", person.sent("trial"));
}

fn take_out(person: &mut Person, _: &[Block], lines: &[&str]) {
    all(person, lines, None);
    let (people, report) = (person.read("people.csv"), person.read("report.html"));
    assert!(people.lines().count() == 9 && people.contains(",Lindholm,"), "{people}");
    assert!(report.contains("<html") && report.contains("hello"), "{report}");
}

fn forget(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [erased, export, why] = &*all(person, lines, Some(2)) else { panic!("{lines:?}") };
    assert!(erased.contains("no list brings them back"), "{erased}");
    assert!(export.contains("Okafor") && !export.to_lowercase().contains("lindholm"), "{export}");
    assert!(!why.contains("Lindholm"), "{why}");
    for folder in ["journal", "sled"] {
        assert!(!holds(&person.place.join(".engine").join(folder), "Lindholm"), "{folder}");
    }
}

fn restore(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [backup, restore, run] = lines else { panic!("{lines:?}") };
    assert_eq!(person.types(backup).code, 0);
    let held = person.types(restore);
    assert!(held.code == 75 && held.text.contains("stop it"), "{}", held.text);
    person.stops(".engine");
    let restored = person.types(restore);
    assert!(restored.code == 0 && restored.text.contains("restored"), "{}", restored.text);
    person.types(run);
    person.until("engine status --json", |said| said.code == 0 && !said.text.contains("quarantine"));
    assert_eq!(person.status()["campaigns"][0]["contacts"]["total"], 7);
    assert!(person.types("engine why freya").code != 0, "who was forgotten stays so");
    person.stops(".engine");
}

fn upgrade(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [backup, version, run] = lines else { panic!("{lines:?}") };
    assert_eq!(person.types(backup).code, 0);
    assert_eq!(person.types(version).text.trim(), concat!("engine ", env!("CARGO_PKG_VERSION")));
    let ran = person.types(run);
    assert!(ran.code == 0 && ran.text.contains("done: every contact has ended"), "{} {}", ran.code, ran.text);
    let sent = person.sent(".engine");
    assert!(sent.values().all(|count| *count == 1), "nobody is written to twice: {sent:?}");
    let mended = sent.keys().filter(|(_, _, text)| text.contains("What would you change first at")).count();
    assert!(mended > 0, "the mended text went out: {sent:?}");
    assert_eq!(person.status()["campaigns"][0]["contacts"]["ended"], 7);
}
