//! The first ten tasks, typed as the page shows them, in its order, by one person in two terminals. What each is for is looked
//! at, not only that it ran.

use crate::cli::desk::breathe;
use crate::docs::Block;
use crate::docs::person::{LOOKS, Person, Said, Task, all, does};
use std::fs;
use std::path::Path;

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

#[test]
fn ten_tasks_take_three_commands_at_most_and_do_what_they_are_for() {
    does("docs/how-to.md", &TASKS);
}

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
