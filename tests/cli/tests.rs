//! `engine test`: what it prints, in three forms, and how it ends.

use crate::cli::desk::Desk;
use serde_json::Value;

/// The first workspace, with one test that fails.
fn failing() -> Desk {
    let desk = Desk::new();
    let failing = "test \"is <impatient> & wrong\" of hello\n  given contact first_name = \"Ada\", company = \"Acme\", linkedin = \"ada\"\n  \
                   day 2 contact accepts\n  then expect send nudge within 1 hour\nend\n";
    desk.write("campaigns/later.camp", failing);
    desk
}

#[test]
fn the_tests_of_the_first_workspace_pass() {
    let desk = Desk::new();
    let said = desk.done(&["test", "campaigns"]);
    assert_eq!(said.lines().last(), Some("3 tests: 3 passed"), "{said}");
    assert!(said.starts_with("ok   hello: accepts"), "{said}");
    assert_eq!(desk.done(&["test", "campaigns", "-q"]), "");
    assert_eq!(desk.done(&["test", "campaigns", "--filter", "NEVER"]).lines().last(), Some("1 test: 1 passed"));
    let none = desk.engine(&["test", "campaigns", "--filter", "nothing of the kind"]);
    assert!(none.code == 2 && none.talk.contains("none of the 3 tests"), "{none:?}");
}

#[test]
fn a_failure_shows_line_expectation_truth_and_story() {
    let desk = failing();
    let said = desk.engine(&["test", "campaigns"]);
    assert_eq!(said.code, 1);
    for part in [
        "FAIL hello: is <impatient> & wrong",
        "campaigns/later.camp:4: is <impatient> & wrong\n    then expect send nudge within 1 hour\n",
        "  expected  message `nudge`, within 1 hour\n  instead   it comes on day ",
        "  up to there\n    day 0   Mon 09:00  started\n    day 0   Mon 09:00  invited: \"Hi Ada, I follow what Acme does.",
        "day 2   Wed 09:00  accepted the invitation",
        "4 tests: 3 passed, 1 failed",
    ] {
        assert!(said.data.contains(part), "`{part}` is not in\n{}", said.data);
    }
}

#[test]
fn programs_read_objects_or_junit() {
    let desk = failing();
    let said = desk.engine(&["test", "campaigns", "--format", "json"]);
    let lines: Vec<Value> = said.data.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((said.code, lines.len()), (1, 4));
    for line in &lines {
        assert_eq!(line["schema"], "engine.test/1");
        let passed = line["passed"].as_bool().unwrap();
        assert_eq!(passed, line["failure"].is_null());
        assert!(line["transcript"].as_array().is_some_and(|scenes| !scenes.is_empty()), "{line}");
    }
    let failed = lines.iter().find(|line| line["passed"] == false).unwrap();
    assert_eq!((&failed["file"], &failed["failure"]["line"]), (&Value::from("campaigns/later.camp"), &Value::from(4)));
    assert_eq!(desk.engine(&["test", "campaigns", "--json"]).data, said.data);

    let xml = desk.engine(&["test", "campaigns", "--format", "junit"]).data;
    assert!(xml.starts_with("<?xml version=\"1.0\""), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 4);
    assert!(xml.contains("tests=\"4\" skipped=\"0\" failures=\"1\""), "{xml}");
    assert!(xml.contains("name=\"is &lt;impatient&gt; &amp; wrong\" classname=\"hello\""), "{xml}");
}

#[test]
fn faulty_campaigns_are_not_played() {
    let desk = Desk::new();
    desk.write("campaigns/bad.camp", "test \"x\" of nobody\n  day 0 expect invite\nend\n");
    let said = desk.engine(&["test", "campaigns"]);
    assert!(said.code == 2 && said.talk.contains("unknown-name"), "{said:?}");
    assert_eq!(desk.engine(&["test"]).code, 2);
    let none = Desk::empty();
    assert_eq!(none.engine(&["test", "campaigns"]).code, 2);
}
