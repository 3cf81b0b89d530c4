//! `plan` and `run --plan` through the binary itself; what docs/plan.md shows is what they say.

use crate::cli::desk::{Desk, Running};
use crate::docs::blocks;
use serde_json::Value;

const WORKSPACE: &str = "workspace acme
  account lina
    id \"acc_linkedin_1\"
    channel linkedin
    tier sales_navigator
    owner \"lina@acme.example\"
  end
end
";

const PEOPLE: &str = "first_name,linkedin,due\nAda,ada,2040-01-02\nBob,bob,2040-01-02\nCyd,cyd,2040-01-02\n";

/// The block of the page with that name, of that kind.
fn shown(kind: &str, name: &str) -> String {
    let found = blocks("docs/plan.md").into_iter().find(|block| block.is(kind) && block.value("plan") == Some(name));
    found.unwrap_or_else(|| panic!("docs/plan.md has no {kind} block `{name}`")).text
}

fn second() -> String {
    shown("camp", "second")
}

/// Version 1: other words, and no mapping.
fn first() -> String {
    let second = second();
    let (head, rest) = second.split_once("  migrate from 1\n").unwrap();
    let (_, steps) = rest.split_once("  steps\n").unwrap();
    let text = format!("{head}  steps\n{steps}").replace("version 2", "version 1");
    text.replace("Shall we talk?", "Time to talk?")
}

/// A folder with the campaign, and an engine on it with three people at `ready`.
fn renewal() -> (Desk, Running) {
    let desk = Desk::empty();
    desk.write("campaigns/workspace.camp", WORKSPACE);
    desk.write("campaigns/lists/contacts.csv", PEOPLE);
    desk.write("campaigns/renewal.camp", &first());
    let running = start(&desk, &[]);
    until(&desk, |status| status["contacts"]["active"] == 3);
    (desk, running)
}

fn start(desk: &Desk, more: &[&str]) -> Running {
    let words = ["run", "campaigns", "--sandbox", "--speed", "50000"];
    let mut running = desk.start(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>(), "talk");
    running.until("renewal v");
    running
}

/// Asks for the campaign's newest version until it is so.
#[track_caller]
fn until(desk: &Desk, is_so: impl Fn(&Value) -> bool) -> Value {
    // The window may open only after the weekend: some seconds at this speed.
    for _ in 0..8_000 {
        let said = desk.engine(&["status", "--json"]);
        if let Ok(status) = serde_json::from_str::<Value>(&said.data)
            && let Some(newest) = status["campaigns"].as_array().and_then(|all| all.last())
            && is_so(newest)
        {
            return newest.clone();
        }
    }
    panic!("it never came to be so: {}", desk.done(&["status"]));
}

#[test]
fn the_first_plan_is_as_the_book_shows_it() {
    let desk = Desk::new();
    let words = ["plan", "campaigns", "--from", "2035-01-01", "--days", "3"];
    let plan = desk.done(&words);
    assert_eq!(plan.trim(), shown("console", "first").trim());
    assert_eq!(plan, desk.done(&words));
    assert!(!desk.path(".engine").exists(), "a plan leaves nothing behind");
    let more = |more: &[&str]| desk.engine(&words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>());
    assert_eq!(more(&["--exit-code"]).code, 5);
    let document: Value = serde_json::from_str(&more(&["--json"]).data).unwrap();
    assert_eq!(document["schema"], "engine.plan/1");
    let fields = ["from", "days", "changes", "prints", "workspace", "campaigns", "sends", "use"];
    assert!(fields.iter().all(|field| document.get(field).is_some()), "{document}");
    let whole = more(&["--full-text"]).data;
    assert!(whole.contains("Shall we connect?") && !whole.contains('…'), "{whole}");
    let bad = desk.engine(&["plan", "campaigns", "--from", "tomorrow"]);
    assert!(bad.code == 2 && bad.talk.contains("`tomorrow` is no date"), "{bad:?}");
}

#[test]
fn an_edit_is_planned_applied_and_refused_when_the_world_moved_on() {
    let (desk, running) = renewal();
    let status = |desk: &Desk| desk.json(&["status", "--json"])["campaigns"].clone();

    // Without another version the edit is refused, everywhere.
    desk.write("campaigns/renewal.camp", &first().replace("Time to talk?", "Talk?"));
    let check = desk.engine(&["check", "campaigns"]);
    assert!(check.code == 2 && check.talk.contains("version-not-raised"), "{check:?}");
    assert_eq!(desk.engine(&["check", "campaigns", "--no-store"]).code, 0);
    assert_eq!(desk.engine(&["plan", "campaigns"]).code, 2);
    running.signal("HUP");
    let mut running = running;
    running.until("not reloaded: `renewal` has changed while 3 people are on its version 1");

    // A plan by the engine that runs, and by the store at rest, says the same.
    desk.write("campaigns/renewal.camp", &second());
    let words = ["plan", "campaigns", "--from", "2035-01-01", "-o", "change.plan", "--exit-code"];
    let plan = desk.engine(&words);
    assert_eq!((plan.code, plan.data.trim()), (5, shown("console", "second").trim()), "{plan:?}");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    assert_eq!(desk.engine(&words).data, plan.data);

    // What is not the plan's any more is refused, and nothing is touched.
    let before = status(&desk);
    desk.write("campaigns/renewal.camp", &second().replace("Shall we talk?", "Well?"));
    let stale = desk.engine(&["run", "campaigns", "--sandbox", "--plan", "change.plan"]);
    assert_eq!((stale.code, stale.talk.trim()), (2, shown("console", "stale").trim()), "{stale:?}");
    desk.write("campaigns/renewal.camp", &second());
    desk.write("campaigns/lists/contacts.csv", &format!("{PEOPLE}Dan,dan,2040-01-02\n"));
    let stale = desk.engine(&["run", "campaigns", "--sandbox", "--plan", "change.plan"]);
    assert!(stale.code == 2 && stale.talk.contains("a list has changed since the plan was made"), "{stale:?}");
    desk.write("campaigns/lists/contacts.csv", PEOPLE);
    assert_eq!(before, status(&desk));

    // The plan is applied, and a second start with it goes on.
    for _ in 0..2 {
        let running = start(&desk, &["--plan", "change.plan"]);
        let newest = until(&desk, |status| status["version"] == 2 && status["contacts"]["active"] == 3);
        assert_eq!(newest["steps"][0]["label"], "ready");
        assert_eq!(newest["steps"][0]["here"], 3);
        running.signal("TERM");
        assert_eq!(running.end(), 0);
    }
    let moved = desk.lines(&["timeline", "ada", "--json"]).into_iter().filter(|line| line["kind"] == "moved").count();
    assert_eq!(moved, 1);
    assert_eq!(desk.engine(&["plan", "campaigns", "--exit-code"]).code, 0);
    let no_plan = desk.engine(&["run", "campaigns", "--sandbox", "--plan", "campaigns/renewal.camp"]);
    assert!(no_plan.code == 2 && no_plan.talk.contains("is no plan"), "{no_plan:?}");
}
