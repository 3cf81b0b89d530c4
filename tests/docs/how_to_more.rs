//! Ten more tasks, typed as the page shows them, in its order, in a folder that `engine init` made.

use crate::docs::Block;
use crate::docs::person::{Person, Task, all, does};
use serde_json::Value;
use std::fs;

#[test]
fn ten_more_tasks_take_three_commands_at_most_and_do_what_they_are_for() {
    does("docs/how-to-more.md", &TASKS);
}

/// In the order of the page.
const TASKS: [Task; 10] =
    [rehearse, draw, build_server, as_agreed, more_people, what_an_account_may, everything, never_again, crm, small_store];

fn rehearse(person: &mut Person, _: &[Block], lines: &[&str]) {
    all(person, &["engine init hello", "cd hello"], None);
    let [check, tests, simulated] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(check.contains("hello v1:") && tests.contains("3 passed"), "{check}{tests}");
    assert!(simulated.contains("8 people, 1 account") && simulated.contains("4 Jan"), "{simulated}");
}

fn draw(person: &mut Person, _: &[Block], lines: &[&str]) {
    all(person, lines, None);
    let picture = person.read("hello.svg");
    assert!(picture.starts_with("<svg") && picture.contains("connect"), "{picture}");
}

fn build_server(person: &mut Person, _: &[Block], lines: &[&str]) {
    all(person, lines, None);
    assert_eq!(person.read("tests.xml").matches("<testcase").count(), 3);
    // What it is for: a bad change does not pass.
    let (file, good) = (person.place.join("campaigns/hello.camp"), person.read("campaigns/hello.camp"));
    fs::write(&file, good.replace("  outcomes", "    outcomes").replace("send nudge\n", "send nudges\n")).unwrap();
    for line in lines {
        assert!(person.types(line).code != 0, "{line}");
    }
    fs::write(&file, good).unwrap();
}

fn as_agreed(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [plan, run] = lines else { panic!("{lines:?}") };
    let saved = person.types(plan);
    assert!(saved.code == 0 && saved.text.contains("monday.plan"), "{}", saved.text);
    // What it is for: another list is another plan.
    let (file, good) = (person.place.join("campaigns/lists/contacts.csv"), person.read("campaigns/lists/contacts.csv"));
    let without_last = good.trim_end().rsplit_once('\n').unwrap().0;
    fs::write(&file, format!("{without_last}\n")).unwrap();
    let refused = person.types(&format!("{run} --until-idle"));
    assert!(refused.code != 0 && refused.text.contains("plan"), "{}", refused.text);
    fs::write(&file, good).unwrap();
    // Nothing on this page needs days to pass; if they did, Ines might have ended before she is suppressed.
    person.types(&format!("{run} --speed 1"));
    assert_eq!(person.status()["campaigns"][0]["contacts"]["total"], 8);
}

fn more_people(person: &mut Person, blocks: &[Block], lines: &[&str]) {
    let list = blocks.iter().find(|block| block.is("csv")).unwrap();
    fs::write(person.place.join("more.csv"), &list.text).unwrap();
    let [entered, status] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(entered.contains("2 new") && status.contains("contacts  10 ="), "{entered}{status}");
}

fn what_an_account_may(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [accounts] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(accounts.contains(" of 20 ") && accounts.contains("NEXT SLOT"), "{accounts}");
}

fn everything(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [paused, status, resumed] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(paused.contains("everything is paused") && status.contains("everything is paused"), "{paused}{status}");
    assert!(resumed.contains("everything goes on") && !person.types("engine status").text.contains("is paused"));
}

fn never_again(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [suppressed, why] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(suppressed.contains("never contacted again") && why.contains("ended as `opted_out`"), "{suppressed}{why}");
}

fn crm(person: &mut Person, _: &[Block], lines: &[&str]) {
    let [news, _] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(news.contains("Ines Okafor") && news.contains("--after "), "{news}");
    let read: Value = serde_json::from_str(&person.read("news.json")).unwrap();
    assert!(read["news"].as_array().unwrap().iter().any(|row| row["what"] == "ended" && row["name"] == "Ines Okafor"), "{read}");
}

fn small_store(person: &mut Person, _: &[Block], lines: &[&str]) {
    person.stops(".engine");
    let [stats, trimmed, verified] = &*all(person, lines, None) else { panic!("{lines:?}") };
    assert!(stats.contains("enrollment  10") && trimmed.contains("nothing was removed"), "{stats}{trimmed}");
    assert!(verified.contains("every row is as the journal says"), "{verified}");
}
