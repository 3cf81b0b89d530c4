//! Programs to machines and faults: every fixture of `fixtures/lower` gives the report beside it.
//!
//! `ENGINE_BLESS=1` writes the reports anew, to be read before they are kept.

use campaign_engine::lang::diagnostic::{Place, Severity};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source, Span};
use campaign_engine::lang::{Compiled, compile, format, graph};
use campaign_engine::model::campaign::Campaign;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const WORKSPACE: &str = r#"workspace acme
  account lina
    id "acc_lina"
    channel linkedin
    tier sales_navigator
  end
  account marc
    id "acc_marc"
    channel linkedin
  end
  pool sdrs lina, marc
  person eva "eva@acme.example"
end
"#;

const PEOPLE: &str = "linkedin,first_name\nada,Ada\ngrace,Grace\n";

fn source(name: &str, text: &str) -> Source {
    let notation = if name.ends_with(".yaml") { Notation::Yaml } else { Notation::Camp };
    Source { path: PathBuf::from(name), notation, text: text.into() }
}

/// The text beside a workspace with a pool `sdrs`.
pub fn compiled(name: &str, text: &str) -> (Vec<Source>, Compiled) {
    let sources = vec![source("workspace.camp", WORKSPACE), source(name, text)];
    let files = MemoryFiles::new("").with("lists/people.csv", PEOPLE);
    let compiled = compile(&sources, &files);
    (sources, compiled)
}

/// What a reader is told: faults with their places, then the bound of each campaign that can run.
pub fn report(sources: &[Source], compiled: &Compiled) -> String {
    let at = |span: Span| {
        let source = &sources[span.source.0 as usize];
        let (from, to) = (source.position(span.start), source.position(span.end));
        let file = if sources.len() > 2 { format!("file {} ", span.source.0 + 1) } else { String::new() };
        format!("{file}{}:{}-{}:{}", from.line, from.column, to.line, to.column)
    };
    let mut out = String::new();
    for fault in &compiled.diagnostics {
        let severity = if fault.severity() == Severity::Error { "error" } else { "warning" };
        writeln!(out, "{severity} {} {} {}", fault.code.word(), at(fault.span), fault.message).unwrap();
        for label in &fault.labels {
            match &label.place {
                Place::Span(span) => writeln!(out, "  {} {}", at(*span), label.text).unwrap(),
                Place::Row { file, row } => writeln!(out, "  {file} row {row} {}", label.text).unwrap(),
            }
        }
        writeln!(out, "  help: {}", fault.help).unwrap();
    }
    for campaign in &compiled.program.campaigns {
        writeln!(out, "{}", campaign.bound.sentence).unwrap();
    }
    out
}

fn check(input: &Path, expected: &Path) {
    let name = input.file_name().unwrap().to_str().unwrap();
    let (sources, compiled) = compiled(name, &std::fs::read_to_string(input).unwrap());
    let found = report(&sources, &compiled);
    if std::env::var_os("ENGINE_BLESS").is_some() {
        std::fs::write(expected, &found).unwrap();
    }
    let expected = std::fs::read_to_string(expected).unwrap_or_default();
    assert_eq!(found, expected, "{name}");
}

fn fixtures(notations: &[&str]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language/fixtures/lower");
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.retain(|path| path.extension().is_some_and(|ext| notations.contains(&ext.to_str().unwrap())));
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language/fixtures/lower");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The one campaign of a good program.
fn machine(name: &str, text: &str) -> Campaign {
    let (sources, compiled) = compiled(name, text);
    assert!(compiled.program.campaigns.len() == 1, "{}", report(&sources, &compiled));
    compiled.program.campaigns[0].clone()
}

#[test]
fn every_fixture_gives_its_report() {
    for input in fixtures(&["camp", "yaml"]) {
        let expected = PathBuf::from(format!("{}.txt", input.display()));
        check(&input, &expected);
    }
}

#[test]
fn both_notations_give_one_machine_and_the_same_faults() {
    for input in fixtures(&["camp"]) {
        let name = input.file_name().unwrap().to_str().unwrap();
        let (_, camp) = compiled(name, &std::fs::read_to_string(&input).unwrap());
        let file = &camp.files[1];
        // In YAML a name given twice is a key given twice: the notation itself refuses it.
        if name == "duplicate-name.camp" || name.starts_with("broken-") || format::yaml::can_print(file).is_err() {
            continue;
        }
        let (_, yaml) = compiled("same.yaml", &format::yaml::print(file));
        let codes = |compiled: &Compiled| {
            let mut codes: Vec<&str> = compiled.diagnostics.iter().map(|fault| fault.code.word()).collect();
            codes.sort_unstable();
            codes
        };
        assert_eq!(codes(&camp), codes(&yaml), "{name}");
        let without_lines = |compiled: &Compiled| {
            let mut campaigns = compiled.program.campaigns.clone();
            campaigns.iter_mut().flat_map(|campaign| &mut campaign.steps).for_each(|step| step.line = 0);
            campaigns
        };
        assert_eq!(without_lines(&camp), without_lines(&yaml), "{name}");
    }
}

#[test]
fn labels_are_the_authors_or_made_from_the_place() {
    let campaign = machine("cto.camp", &fixture("good-cto-intro.camp"));
    let labels: Vec<&str> = campaign.steps.iter().map(|step| step.label.as_str()).collect();
    let expected = "connect accept accept.accepted.1 first nudges.start nudges nudges.1 accept.accepted.4 accept.accepted.5 \
        accept.timeout.1 accept.timeout.2 mail accept.timeout.2.then.2 accept.timeout.2.then.3 accept.timeout.2.else.1 \
        on_reply.1 on_reply.1.then.1 on_reply.1.then.2 on_reply.1.else_if_1.1 on_reply.1.else_if_2.1 on_reply.1.else_if_2.2 \
        on_reply.1.else.1 on_reply.end on_opt_out.1 on_opt_out.2 on_takeover.1";
    assert_eq!(labels.join(" "), expected);
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len());
    assert!(campaign.handlers.reply_takes_opt_out);
    assert_eq!(campaign.step(campaign.entry).line, 37);
}

/// As the first engine hashed it: people in flight must find their campaign again after an upgrade.
#[test]
fn an_upgrade_changes_no_hash() {
    let text = r#"campaign hashed version 2
  goal "A call"
  accounts from pool sdrs
  outcomes won interested; neutral no_answer
  contacts from "people.csv"
    need first_name, linkedin
    may have age: number
    skip when tagged "customer"
    start 5 a day
  end
  message intro
    [en] "Hi {{ first_name }}"
  end
  class interested when reply matches /yes/i
  steps
    connect: invite
    accept: wait up to 14 days
      when accepted
        wait 2 to 20 hours
        send intro
        wait 5 working days
        stop as no_answer
      on timeout
        stop as no_answer
    end
  end
  on reply
    if reply is interested
      stop as interested
    end
    stop as replied
  end
end
"#;
    let sources = [source("workspace.camp", WORKSPACE), source("a.camp", text)];
    let compiled = compile(&sources, &MemoryFiles::new("").with("people.csv", PEOPLE));
    let hashes: Vec<String> = compiled.program.campaigns.iter().map(|campaign| campaign.hash.to_string()).collect();
    assert_eq!(hashes, ["9017d01ef801b933e56cd4f1f5d2ff0d"]);
}

#[test]
fn the_hash_follows_the_meaning_alone() {
    let text = fixture("good-cto-intro.camp");
    let hash = |text: &str| machine("cto.camp", text).hash;
    let same = [
        text.replace("    ", "\t"),
        text.replace("# Invite;", "# Changed\n\n# Invite;"),
        text.replace("cto_intro version 1", "cto_intro version 2"),
    ];
    for same in same {
        assert_eq!(hash(&text), hash(&same));
    }
    let other = [
        text.replace("in a month", "in a year"),
        text.replace("14 days\n          stop", "15 days\n          stop"),
        text.replace("up to 2 times", "up to 3 times"),
        text.replace("first: send", "hello: send"),
        text.replace("won interested", "lost interested"),
        text.replace("sure", "of course"),
        text.replace("start 40 a day", "start 41 a day"),
    ];
    for other in other {
        assert_ne!(hash(&text), hash(&other));
    }
}

#[test]
fn a_picture_names_steps_and_no_files() {
    let campaign = machine("cto.camp", &fixture("good-cto-intro.camp"));
    let json = graph::json(&campaign);
    assert_eq!(json["entry"], "connect");
    assert_eq!(json["nodes"].as_array().unwrap().len(), campaign.steps.len() + 3);
    let edge = serde_json::json!({"from": "accept", "to": "accept.accepted.1", "when": "when accepted"});
    assert!(json["edges"].as_array().unwrap().contains(&edge));
    assert!(!json.to_string().contains(".camp"));
    let mermaid = graph::mermaid(&campaign);
    assert!(mermaid.contains("s1 -->|\"on timeout\"| s9\n"), "{mermaid}");
    let dot = graph::dot(&campaign);
    assert!(dot.contains("\"nudges\" -> \"nudges.1\" [label=\"again\"];"), "{dot}");
}

/// A campaign of so many statements, in blocks of several depths.
fn long(statements: usize) -> String {
    let mut text = "campaign long\n  contacts from \"lists/people.csv\"\n    need linkedin\n  end\n  steps\n".to_owned();
    for at in 0..statements / 5 {
        writeln!(text, "if tagged \"a{at}\"\n  repeat up to 2 times, 1 day apart\n    if connected").unwrap();
        writeln!(text, "      send \"hello\"\n    end\n  end\nelse\n  tag \"b\"\nend").unwrap();
    }
    text + "stop as replied\nend\nend\n"
}

#[test]
fn a_campaign_of_ten_thousand_statements_compiles() {
    let campaign = machine("long.camp", &long(9_995));
    assert_eq!(campaign.bound.messages_max, 2 * 1_999);
    assert_eq!(campaign.bound.open_ms_max, 2 * 1_999 * campaign_engine::model::time::DAY_MS);
}

#[test]
fn thousands_of_faults_are_each_told_once() {
    let mut text = "campaign many\n  contacts from \"lists/people.csv\"\n    need linkedin\n  end\n  steps\n".to_owned();
    for at in 0..1_500 {
        writeln!(text, "if tagged \"a{at}\"\n  send \"hello\"\n  stop as replied\nend").unwrap();
    }
    let (_, compiled) = compiled("many.camp", &(text + "stop as replied\nend\nend\n"));
    assert_eq!(compiled.diagnostics.len(), 1_500);
    assert!(compiled.diagnostics.iter().all(|fault| fault.code.word() == "not-a-relation"));
}
