//! The JSON Schemas of what the engine prints: real output fits them, and nothing is printed that they do not describe.

use crate::cli::desk::{Desk, SPEED};
use campaign_engine::lang::code::Code;
use campaign_engine::runtime::query::accounts::{AccountRow, BudgetRow, WindowRow};
use campaign_engine::runtime::query::status::{
    CampaignStatus, ContactCounts, QuarantineRow, Rates, SendCounts, StatusReport, StepStatus, VersionCount,
};
use serde_json::{Value, json};

/// The schema as it is printed, with every object closed: readers may meet more fields one day, we know ours.
fn closed(desk: &Desk, name: &str) -> jsonschema::Validator {
    fn close(node: &mut Value) {
        if let Some(list) = node.as_array_mut() {
            list.iter_mut().for_each(close);
        }
        let Some(entries) = node.as_object_mut() else { return };
        entries.values_mut().for_each(close);
        if entries.contains_key("required") {
            entries.insert("additionalProperties".to_owned(), json!(false));
        }
    }
    let mut schema = desk.json(&["schema", name]);
    close(&mut schema);
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn fits(schema: &jsonschema::Validator, value: &Value) {
    let faults: Vec<String> = schema.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{value:#}");
}

#[test]
fn what_a_run_prints_fits_its_schemas() {
    let desk = Desk::new();
    let events = closed(&desk, "events");
    let lines = desk.lines(&["run", "campaigns", "--sandbox", "--until-idle", "--yes", "--json", "--speed", SPEED]);
    let told = lines.iter().filter(|line| line.get("kind").is_some());
    assert!(told.map(|line| fits(&events, line)).count() > 10);
    let status = desk.json(&["status", "--json"]);
    fits(&closed(&desk, "status"), &status);
    let contacts = desk.lines(&["status", "--contacts", "--json"]);
    let timeline = desk.lines(&["timeline", contacts[0]["contact"].as_str().unwrap(), "--json"]);
    assert!(timeline.iter().map(|line| fits(&events, line)).count() > 3);
    fits(&closed(&desk, "status"), &serde_json::to_value(full()).unwrap());
}

/// A report in which nothing is left out.
fn full() -> StatusReport {
    let at = || Some("2027-01-04T09:00:00.000Z".to_owned());
    let window = WindowRow { window: "7d".to_owned(), used: 3, cap: Some(20), cap_full: Some(100), frees_at: at() };
    let budget = BudgetRow { budget: "invites".to_owned(), windows: vec![window], cools_until: at(), next_slot: at() };
    let account = AccountRow {
        name: "lina".to_owned(),
        id: "acc_lina".to_owned(),
        channel: "linkedin".to_owned(),
        tier: "classic".to_owned(),
        health: "lost".to_owned(),
        health_word: Some("CREDENTIALS".to_owned()),
        health_since: at(),
        paused: true,
        people: 1,
        budgets: vec![budget],
        free_at: at(),
        next_slot: at(),
        invites_pending: 1,
        invites_pending_max: Some(400),
        credits: Some(0),
        credits_read_at: at(),
        next_check: at(),
    };
    let campaign = CampaignStatus {
        name: "hello".to_owned(),
        version: 1,
        hash: "00ff".to_owned(),
        current: true,
        paused: false,
        contacts: ContactCounts { total: 1, active: 1, ..ContactCounts::default() },
        outcomes: json!({"replied": 0}).as_object().cloned().unwrap(),
        steps: vec![StepStatus { label: "connect".to_owned(), kind: "invite".to_owned(), here: 1, passed: 0, failed: 0 }],
        sends: SendCounts { invite: 1, message: 0, inmail: 0 },
        rates: Rates { accepted: Some(0.5), replied: Some(1.0) },
        next_wake: at(),
        versions: vec![VersionCount { version: 1, hash: "00ff".to_owned(), contacts: 1 }],
    };
    StatusReport {
        schema: "engine.status/1".to_owned(),
        time: "2027-01-04T09:00:00.000Z".to_owned(),
        paused: false,
        campaigns: vec![campaign],
        accounts: vec![account],
        quarantine: Some(QuarantineRow {
            known_until: "2027-01-04T09:00:00.000Z".to_owned(),
            reads_at: at(),
            waits_for: vec!["lina".to_owned()],
            sentence: "the data was restored from a backup".to_owned(),
        }),
    }
}

#[test]
fn what_is_told_of_a_file_fits_its_schema() {
    let desk = Desk::new();
    let schema = closed(&desk, "diagnostics");
    desk.write("campaigns/bad.camp", "campaign bad\n  version x\nend\ncampaign hello\n");
    desk.write("campaigns/lists/contacts.csv", "linkedin,first_name\nada,\nada,Ada\n");
    desk.write("campaigns/bad.yaml", "campaign: worse\nsteps: [{sned: a}]\nsteps: []\n");
    let said = desk.engine(&["check", "campaigns", "--format", "json"]);
    assert_eq!(said.code, 2);
    let lines: Vec<Value> = said.data.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter().for_each(|line| fits(&schema, line));
    assert!(lines.len() > 4 && lines.iter().any(|line| line["labels"][0].is_object()), "{lines:#?}");
}

/// A new code is a word in the schema too.
#[test]
fn the_schema_of_diagnostics_names_every_code() {
    let schema = Desk::empty().json(&["schema", "diagnostics"]);
    let named: Vec<&str> = schema["properties"]["code"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(named, codes, "grammar/diagnostics.schema.json lists the codes in their order");
}
