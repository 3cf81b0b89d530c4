//! INTERFACE.md §2: every document begins with its schema, every field that is promised is there.

use crate::cli::desk::Desk;
use serde_json::Value;

#[track_caller]
fn has(value: &Value, fields: &[&str]) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    for field in fields {
        assert!(object.contains_key(*field), "`{field}` is missing: {value}");
    }
}

#[track_caller]
fn begins(document: &Value, schema: &str) {
    let first = document.as_object().and_then(|object| object.iter().next());
    assert_eq!(first.map(|(name, value)| (name.as_str(), value.as_str())), Some(("schema", Some(schema))), "{document}");
}

#[test]
fn what_is_read_has_the_promised_fields() {
    let desk = Desk::run_to_the_end();
    let status = desk.json(&["status", "--json"]);
    begins(&status, "engine.status/1");
    has(&status, &["time", "campaigns", "accounts"]);
    let campaign = &status["campaigns"][0];
    has(campaign, &["name", "version", "hash", "contacts", "outcomes", "steps", "sends", "rates", "next_wake"]);
    has(&campaign["contacts"], &["total", "queued", "active", "paused", "parked", "ended"]);
    has(&campaign["steps"][0], &["label", "kind", "here", "passed", "failed"]);
    has(&campaign["sends"], &["invite", "message", "inmail"]);
    has(&campaign["rates"], &["accepted", "replied"]);
    assert_eq!(campaign["contacts"]["total"], campaign["contacts"]["ended"]);

    let contacts = desk.lines(&["status", "--contacts", "--json"]);
    assert_eq!(contacts.len() as u64, campaign["contacts"]["total"].as_u64().unwrap());
    let fields = ["campaign", "version", "contact", "name", "account", "step", "status", "outcome", "reason"];
    contacts.iter().for_each(|row| has(row, &fields));
    contacts.iter().for_each(|row| has(row, &["next_at", "relation", "sends", "replied", "updated_at"]));
    assert!(contacts.iter().all(|row| row["status"] == "ended" && row["replied"].is_boolean()));

    let who = contacts[0]["contact"].as_str().unwrap();
    let timeline = desk.lines(&["timeline", who, "--json"]);
    timeline.iter().for_each(|line| has(line, &["at", "seq", "kind", "step", "detail", "version"]));
    let sent: Vec<&Value> = timeline.iter().filter(|line| line["kind"] == "sent").collect();
    assert!(!sent.is_empty() && sent.iter().all(|line| line["detail"]["provider_id"].is_string()), "{timeline:?}");
    assert_eq!(timeline.first().map(|line| &line["kind"]), Some(&Value::from("enrolled")));

    begins(&desk.lines(&["why", who, "--json"])[0], "engine.why/1");
    begins(&desk.json(&["accounts", "--json"]), "engine.accounts/1");
    begins(&desk.json(&["errors", "hello", "--json"]), "engine.errors/1");
    assert!(desk.engine(&["errors"]).talk.contains("nothing went wrong in the last 30 days"));
    begins(&desk.json(&["store", "stats", "--json"]), "engine.store/1");
    begins(&desk.json(&["store", "verify", "--json"]), "engine.store/1");
    begins(&desk.json(&["pause", "hello", "--json"]), "engine.done/1");
    begins(&desk.json(&["resume", "--all", "--json"]), "engine.done/1");
    assert_eq!(desk.lines(&["contacts", "export", "--json"]).len(), contacts.len());

    every_send_is_in_the_ledger_once(&desk, campaign);
    the_report_says_what_status_says(&desk, campaign);
    the_inbox_shows_who_wrote(&desk, &contacts);
    people_are_found_and_filtered(&desk, who);
    a_store_is_rebuilt(&desk, &status);
}

fn every_send_is_in_the_ledger_once(desk: &Desk, campaign: &Value) {
    let ledger = std::fs::read_to_string(desk.path(".engine/sandbox.jsonl")).unwrap();
    let count = |kind: &str| ledger.lines().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count() as u64;
    for kind in ["invite", "message", "inmail"] {
        assert_eq!(campaign["sends"][kind].as_u64(), Some(count(kind)), "{kind}");
    }
}

fn the_report_says_what_status_says(desk: &Desk, campaign: &Value) {
    let report = desk.json(&["report", "--json"]);
    begins(&report, "engine.report/1");
    let whole = &report["rows"][0];
    has(whole, &["by", "campaign", "group", "people", "invited", "accepted", "reached", "replied", "positive", "hours_to_reply"]);
    assert_eq!((whole["by"].as_str(), &whole["people"]), (Some("campaign"), &campaign["contacts"]["total"]));
    assert_eq!(whole["accepted"]["share"], campaign["rates"]["accepted"]);
    assert_eq!(whole["replied"]["share"], campaign["rates"]["replied"]);
    let rows = report["rows"].as_array().unwrap();
    let people = |by: &str| rows.iter().filter(|row| row["by"] == by).map(|row| row["people"].as_u64().unwrap()).sum::<u64>();
    assert!(people("week") == people("campaign") && people("version") == people("campaign"), "{report}");
    let csv = desk.done(&["report", "hello", "--format", "csv"]);
    assert_eq!(csv.lines().count(), rows.len() + 1, "{csv}");
    let page = desk.done(&["report", "--format", "html"]);
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script") && !page.contains("http"), "{page}");
    assert!(desk.done(&["report"]).contains(" % ("));
}

fn the_inbox_shows_who_wrote(desk: &Desk, contacts: &[Value]) {
    let inbox = desk.json(&["inbox", "--json"]);
    begins(&inbox, "engine.inbox/1");
    let threads = inbox["threads"].as_array().unwrap();
    let wrote = contacts.iter().filter(|row| row["replied"] == true).count();
    assert!(wrote > 0 && threads.len() == wrote, "{inbox}");
    has(&threads[0], &["id", "campaign", "contact", "name", "account", "waits", "class", "text", "at", "lines"]);
    let who = threads[0]["contact"].as_str().unwrap();
    let shown = desk.done(&["inbox", "show", who]);
    assert!(shown.contains(threads[0]["text"].as_str().unwrap()) && shown.contains("  they "), "{shown}");
    assert_eq!(desk.done(&["inbox"]).lines().count(), wrote + 1);
}

fn people_are_found_and_filtered(desk: &Desk, who: &str) {
    let all = desk.lines(&["status", "--contacts", "--json"]).len();
    let fits = |expression: &str| desk.lines(&["status", "--where", expression, "--json"]).len();
    assert_eq!(fits("ended"), all);
    assert_eq!(fits("not ended"), 0);
    assert_eq!(fits("outcome is replied") + fits("outcome is not replied"), all);
    assert_eq!(fits(&format!("contact is \"{who}\"")), 1);

    let iso = desk.done(&["--time", "iso", "timeline", who]);
    assert!(iso.lines().all(|line| line.get(10..11) == Some("T")), "{iso}");
    assert!(!desk.done(&["timeline", who]).contains('\u{1b}'));
    assert_eq!(desk.engine(&["-q", "pause", "hello"]).data, "");
    let event = desk.engine(&["event", "booked", who, "--data", "{\"at\":\"noon\"}"]);
    assert_eq!(event.code, 0, "{event:?}");
    let event = desk.engine(&["--data", ".engine", "event", "booked", who, "--data", "{"]);
    assert!(event.code == 2 && event.talk.contains("no JSON"), "{event:?}");
    let suppressed = desk.done(&["contacts", "suppress", who]);
    assert!(suppressed.contains("never contacted again"), "{suppressed}");

    desk.write("liste ü.csv", "linkedin,first_name,last_name,company\nhttps://www.linkedin.com/in/new-one,New,One,Acme\nx,,,\n");
    let strict = desk.engine(&["contacts", "import", "liste ü.csv", "--campaign", "hello", "--strict"]);
    assert!(strict.code == 2 && strict.talk.contains("row 3"), "{strict:?}");
    let import = desk.json(&["contacts", "import", "liste ü.csv", "--campaign", "hello", "--json"]);
    begins(&import, "engine.import/1");
    assert_eq!((import["entered"].as_u64(), import["refused"].as_array().map(Vec::len)), (Some(1), Some(1)));
}

fn a_store_is_rebuilt(desk: &Desk, before: &Value) {
    let rebuilt = desk.json(&["store", "rebuild", "--json"]);
    begins(&rebuilt, "engine.store.rebuild/1");
    assert_eq!(rebuilt["lost"].as_array().map(Vec::len), Some(0));
    let after = desk.json(&["status", "hello", "--json"]);
    assert_eq!(before["campaigns"][0]["sends"], after["campaigns"][0]["sends"]);
    assert!(desk.engine(&["store", "verify"]).talk.contains("as the journal says"));
}

#[test]
fn diagnostics_have_the_promised_fields() {
    let desk = Desk::new();
    assert_eq!(desk.done(&["check", "campaigns", "--json"]), "");
    desk.write("campaigns/bad.camp", "campaign bad\n  version x\n");
    for words in [["check", "campaigns", "--format=json"], ["check", "campaigns", "--json"]] {
        let said = desk.engine(&words);
        assert_eq!(said.code, 2);
        for line in said.data.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            has(&line, &["code", "severity", "message", "file", "line", "column", "end_line", "end_column", "help", "labels"]);
            assert!(line["line"].as_u64() > Some(0) && line["column"].as_u64() > Some(0), "{line}");
        }
        assert!(!said.data.is_empty());
    }
}
