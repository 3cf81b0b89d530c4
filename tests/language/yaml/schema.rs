//! The JSON Schema of the notation: it takes what the reader takes, refuses what it refuses, and tells an editor of every key.

use crate::docs::blocks;
use crate::language::yaml::read_yaml;
use crate::language::yaml::table::{CLAUSES_YAML, TESTS_YAML};
use campaign_engine::lang::format::convert;
use campaign_engine::lang::source::Notation;
use campaign_engine::lang::{words, yaml};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(yaml::SCHEMA).unwrap());
static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| jsonschema::validator_for(&SCHEMA).unwrap());

/// What the schema has against a file; nothing if it is valid.
pub fn refusal(text: &str) -> Option<String> {
    let value: Value = serde_yaml::from_str(text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    VALIDATOR.validate(&value).err().map(|fault| format!("{}: {fault}", fault.instance_path()))
}

/// Every file below a folder that ends so.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

#[test]
fn the_schemas_are_schemas() {
    for file in files("grammar", "json") {
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{}", file.display());
    }
}

#[test]
fn the_schema_takes_the_files_we_ship_in_both_notations() {
    for path in files("campaigns", "camp").into_iter().chain(files("campaigns", "yaml")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let from = if path.extension().unwrap() == "camp" { Notation::Camp } else { Notation::Yaml };
        let text = convert(&text, from, Notation::Yaml).unwrap();
        assert_eq!(refusal(&text), None, "{}", path.display());
    }
}

/// Faults of names, flow and data are nothing a schema can see.
#[test]
fn the_schema_takes_whatever_can_be_read() {
    let texts = files("tests/language/fixtures", "yaml").into_iter().map(|path| std::fs::read_to_string(path).unwrap());
    let pages = blocks("docs/yaml.md").into_iter().filter(|block| block.is("yaml") && block.words.len() == 1);
    let mut seen = 0;
    for text in texts.chain(pages.map(|block| block.text)).chain([CLAUSES_YAML.to_owned(), TESTS_YAML.to_owned()]) {
        // What these lack is told by the checks, and by the schema before them.
        let lacks = text.contains("wait_up_to") && !text.contains("on_timeout") && !text.contains("or_stop");
        if read_yaml(&text).1.is_empty() && !lacks {
            assert_eq!(refusal(&text), None, "{text}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} files were read");
}

/// Told by a check, not by the reader.
const CHECKED: &[&str] =
    &["campaign: c", "campaign: c\nsteps: []", "campaign: c\nsteps: [{wait_up_to: 2 days, when_accepted: []}]"];

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let read = [
        "campaign: C\nsteps: [invite]",
        "campaign: send\nsteps: [invite]",
        "campaign: c\nsteps: [invit]",
        "campaign: c\nsteps: [{sned: a}]",
        "campaign: c\nsteps: [{send: a, chanel: whatsapp}]",
        "campaign: c\nsteps: [{send: a, channel: pigeon}]",
        "campaign: c\nsteps: [{send: a, stop: b}]",
        "campaign: c\nsteps: [{send: Hello there}]",
        "campaign: c\nsteps: [{one: {invite: a}, two: {invite: b}}]",
        "campaign: c\nsteps: [{wait_until: {invite: a}}]",
        "campaign: c\nsteps: [invite]\non: []",
        "campaign: c\nsteps: [{wait: 3 dais}]",
        "campaign: c\nsteps: [{wait: 3}]",
        "campaign: c\nsteps: [{wait_up_to: 2 to 3 days, on_timeout: []}]",
        "campaign: c\nsteps: [{wait_up_to: 2 days, for: acepted, or_stop: a}]",
        "campaign: c\nsteps: [{wait_up_to: 2 days, for: replied}]",
        "campaign: c\nsteps: [{wait_up_to: 2 days, when: [{then: []}], on_timeout: []}]",
        "campaign: c\nsteps: [{wait_up_to: 2 days, when: [{reply_is: a, event: b, then: []}], on_timeout: []}]",
        "campaign: c\nsteps: [{wait_until: 3 days}]",
        "campaign: c\nsteps: [{wait_until: {cron: \"0 9 * *\"}}]",
        "campaign: c\nsteps: [invite]\nreport: {cron: daily, to: owner}",
        "campaign: c\nsteps: [{if: replied}]",
        "campaign: c\nsteps: [{repeat: {times: 2}, do: []}]",
        "campaign: c\nsteps: [{repeat: {times: \"2\", apart: 1 day}, do: []}]",
        "campaign: c\nsteps: [{split: s, arms: {a: {share: 50, do: []}}}]",
        "campaign: c\nsteps: [{set: {a: 1, b: 2}}]",
        "campaign: c\nsteps: [{notify: {who: owner}}]",
        "campaign: c\nsteps: [{ask: {who: owner, text: x, message: y}}]",
        "campaign: c\nsteps: [{start_group: x, with: [a]}]",
        "campaign: c\nsteps: [{start_group: x, with: [\"A B\"], saying: m}]",
        "campaign: c\nsteps: [{send_inmail: m, via: premium}]",
        "campaign: c\nsteps: [{send: m, late: {within: 2 days}}]",
        "campaign: c\nsteps: [{send: m, late: {within: 2 days, else: wait}}]",
        "campaign: c\nsteps: [{stop: {because: x}}]",
        "campaign: c\nversion: one\nsteps: [invite]",
        "campaign: c\nsteps: [invite]\nwhen_reply: nothing",
        "campaign: c\nsteps: [invite]\ngoal: {reached_when: replied}",
        "campaign: c\nsteps: [invite]\naccounts: {pool: a, from: b}",
        "campaign: c\nsteps: [invite]\ncontacts: {need: [a]}",
        "campaign: c\nsteps: [invite]\ncontacts: {from: a.csv, needs: [a]}",
        "campaign: c\nsteps: [invite]\ncontacts: {from: a.csv, need: {a: integer}}",
        "campaign: c\nsteps: [invite]\nmessages: {m: {txt: a}}",
        "campaign: c\nsteps: [invite]\nmigrate: {at: {a: stay}}",
        "campaign: c\nsteps: [invite]\nmigrate: {from: 1, at: {a: {go: b}}}",
        "campaign: c\nsteps: [invite]\ntests: [{test: a}]",
        "campaign: c\nsteps: [invite]\ntests: [{test: a, then: [{day: 1}]}]",
        "campaign: c\nsteps: [invite]\ntests: [{test: a, then: [{at: \"10:30\", expect: send}]}]",
        "campaign: c\nsteps: [invite]\ntests: [{test: a, then: [{contact: accepted}]}]",
        "campaign: c\nsteps: [invite]\ntests: [{test: a, then: [{expect: {sends: a}}]}]",
        "tests: [{test: a, then: []}]",
        "workspace: {accounts: {a: {tier: gold}}, name: w}",
        "workspace: {name: w, limits: {invites: 20}}",
        "workspace: {name: w, schedule: {send: weekdays}}",
        "workspace: {name: w, schedule: {gap: 2 hours}}",
        "workspace: {name: w}\ncampaign: c",
        "goal: x",
    ];
    for text in read.into_iter().chain(CHECKED.iter().copied()) {
        assert!(refusal(text).is_some(), "{text}");
        assert!(!read_yaml(text).1.is_empty() || CHECKED.contains(&text), "the reader takes {text}");
    }
}

#[test]
fn the_schema_knows_the_keys_of_the_language() {
    let forms: Vec<&Value> = SCHEMA["definitions"].as_object().unwrap().values().collect();
    for (key, beside) in yaml::keys::STATEMENTS {
        let known = || forms.iter().filter(|form| form["required"].as_array().is_some_and(|all| all.contains(&(*key).into())));
        assert!(known().next().is_some(), "`{key}` is not in the schema");
        for other in *beside {
            assert!(
                known().any(|form| form["properties"].get(*other).is_some()),
                "`{other}` beside `{key}` is not in the schema"
            );
        }
    }
    let bare: Vec<&str> = texts(&SCHEMA["definitions"]["bare_statement"]["enum"]);
    assert!(yaml::keys::BARE.iter().all(|word| bare.contains(word)) && bare.len() == yaml::keys::BARE.len());
    assert_eq!(texts(&SCHEMA["definitions"]["name"]["not"]["enum"]), words::KEYWORDS);
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// An editor shows the description of a key, and completes only what is closed.
#[test]
fn every_key_is_described_and_every_map_is_closed() {
    fn look(at: &str, node: &Value, faults: &mut Vec<String>) {
        if let Some(list) = node.as_array() {
            list.iter().enumerate().for_each(|(index, inner)| look(&format!("{at}/{index}"), inner, faults));
        }
        let Some(entries) = node.as_object() else { return };
        if node["type"] == "object" && node.get("additionalProperties").is_none() {
            faults.push(format!("{at} is open"));
        }
        for (key, inner) in entries {
            look(&format!("{at}/{key}"), inner, faults);
        }
        for (key, inner) in node["properties"].as_object().into_iter().flatten() {
            let described = inner["$ref"].as_str().map_or(inner, |name| &SCHEMA["definitions"][&name["#/definitions/".len()..]]);
            if inner.get("description").or(described.get("description")).is_none() {
                faults.push(format!("{at}/{key} says nothing of itself"));
            }
        }
    }
    let mut faults = Vec::new();
    look("", &SCHEMA, &mut faults);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
