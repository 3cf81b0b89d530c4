//! The page about the notation says what is so: each of its examples compiles, or is refused as it says, and fits the schema.
//!
//! `yaml` is a whole file, `yaml steps` stands in a campaign's steps, `yaml campaign` holds clauses of one;
//! `refused=CODE` says what the reader tells.

use crate::docs::{Block, blocks};
use crate::language::yaml::schema::refusal;
use crate::language::yaml::{read_yaml, told};
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::Severity;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};

const WORKSPACE: &str = r#"workspace:
  name: acme
  accounts:
    lina: {id: acc_linkedin_1, channel: linkedin, tier: sales_navigator, owner: lina@acme.example}
    wanda: {id: acc_whatsapp_1, channel: whatsapp}
  pools: {us: [lina, wanda]}
  people: {noor: noor@acme.example}
"#;

const CAMPAIGN: &str = r#"campaign: example
version: 4
accounts: {pool: us}
outcomes: {won: [interested, met], lost: [cold], neutral: [no_answer, later]}
contacts:
  from: lists/contacts.csv
  need: [linkedin, first_name, company]
  may_have: {whatsapp: ~, pain: ~, colleague: ~, stage: ~, nick: ~, due: {type: date}}
classes: {interested: /\byes\b/i}
messages:
  hello: "Hi {{ first_name }}, shall we connect?"
  intro: "{{ first_name }}, is that on your list?"
  praise: "Well said, {{ first_name }}!"
  cold_mail: {subject: "A question", text: "{{ first_name }}, who watches the bill?"}
parts:
  bumps: [{wait: 3 days}, {tag: "bumped"}]
steps:
  - hi: {invite: hello}
  - wait_up_to: 14 days
    when_accepted: [{wait: 1 day}, {send: intro}]
    on_timeout: []
  - stop: no_answer
"#;

const PEOPLE: &str = "linkedin,whatsapp,first_name,company\nada,+44 7700 900123,Ada,Acme\n";

/// The example with the clauses that it replaces taken away.
fn around(clauses: &str) -> String {
    let key = |line: &str| line.split_once(':').map(|(key, _)| key.to_owned()).filter(|key| !key.starts_with([' ', '#', '-']));
    let replaced: Vec<String> = clauses.lines().filter_map(key).collect();
    let mut is_kept = true;
    let mut text = String::new();
    for line in CAMPAIGN.lines() {
        is_kept = key(line).map_or(is_kept, |key| !replaced.contains(&key));
        if is_kept {
            text.push_str(line);
            text.push('\n');
        }
    }
    text + clauses
}

fn whole(block: &Block) -> String {
    if block.says("steps") {
        let indented: String = block.text.lines().map(|line| format!("  {line}\n")).collect();
        let is_ended = block.text.lines().rfind(|line| line.starts_with('-')).is_some_and(|line| line.starts_with("- stop"));
        return around(&format!("steps:\n{indented}{}", if is_ended { "" } else { "  - stop: no_answer\n" }));
    }
    if block.says("campaign") { around(&block.text) } else { block.text.clone() }
}

/// Errors of the example beside a workspace.
fn errors(text: &str) -> Vec<String> {
    let source = |name: &str, text: &str| Source { path: name.into(), notation: Notation::Yaml, text: text.into() };
    let mut sources = vec![source("example.yaml", text)];
    if !text.starts_with("workspace:") {
        sources.push(source("workspace.yaml", WORKSPACE));
    }
    if !text.starts_with("campaign:") && !text.starts_with("workspace:") {
        sources.push(source("hello.yaml", &around("").replace("campaign: example", "campaign: hello")));
    }
    let files = MemoryFiles::new("")
        .with("lists/contacts.csv", PEOPLE)
        .with("lists/cto-emea.csv", PEOPLE)
        .with("lists/do-not-contact.csv", "linkedin\nmallory\n")
        .with("lists/holidays.csv", "2027-01-01\n2027-12-25\n")
        .with("files/hello.m4a", "\0\0\0\u{18}ftypM4A ")
        .with("files/offer.pdf", "%PDF-1.4\n");
    let told = compile(&sources, &files).diagnostics;
    let errors = told.iter().filter(|fault| fault.severity() == Severity::Error);
    errors.map(|fault| format!("{}: {}", fault.code.word(), fault.message)).collect()
}

#[test]
fn the_examples_of_the_page_are_what_is_said_of_them() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for block in blocks("docs/yaml.md").into_iter().filter(|block| block.is("yaml")) {
        seen += 1;
        let text = whole(&block);
        let (_, told_of_it) = read_yaml(&text);
        let told_of_it = told(&text, &told_of_it);
        let is_as_said = match block.value("refused") {
            Some(code) => matches!(told_of_it.as_slice(), [only] if only.contains(&format!(" {code} "))),
            None => told_of_it.is_empty() && refusal(&text).is_none() && errors(&text).is_empty(),
        };
        if !is_as_said {
            let schema = if told_of_it.is_empty() { refusal(&text) } else { None };
            let errors = if told_of_it.is_empty() { errors(&text) } else { Vec::new() };
            faults.push(format!("{}: {told_of_it:?} {schema:?} {errors:?}", block.place));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    assert!(seen > 20, "only {seen} examples were found");
}
