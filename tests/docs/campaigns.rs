//! Campaigns in README and docs: `camp` and `yaml` compile; `camp refused=CODE` is refused with that code and no other;
//! `camp test` stands beside the page's first campaign and is played: it passes, or `fails`;
//! `camp steps` is the inside of a campaign's steps, `camp handler` stands behind them, `camp workspace` inside a workspace.

use crate::docs::{Block, blocks};
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::Severity;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::sim::script::play;

const PAGES: [&str; 2] = ["README.md", "docs/language.md"];

const ACCOUNTS: &str = r#"  account lina
    id "acc_linkedin_1"
    channel linkedin
    tier sales_navigator
    owner "lina@acme.example"
  end
  account wanda
    id "acc_whatsapp_1"
    channel whatsapp
  end
  pool us lina, wanda
"#;

const PEOPLE: &str = "linkedin,whatsapp,first_name,company,email\nada,+44 7700 900123,Ada,Acme,ada@acme.example\n";

/// A campaign around statements.
fn around(steps: &str, behind: &str) -> String {
    let outcomes = "outcomes won interested, met; lost cold; neutral no_answer, later";
    let contacts = "contacts from \"lists/contacts.csv\"\n    need linkedin, whatsapp, first_name, company\n    may have pain, city, age: number, due: date\n  end";
    format!(
        "campaign example\n  accounts from lina, wanda\n  {outcomes}\n  {contacts}\n  message hello\n    \"Hi {{{{ first_name }}}}, shall we connect?\"\n  end\n  message intro\n    \"{{{{ first_name }}}}, is that on your list at {{{{ company }}}}?\"\n  end\n  message cold_mail\n    subject \"A question\"\n    \"{{{{ first_name }}}}, who watches the cloud bill?\"\n  end\n  class interested when reply matches /\\byes\\b/i\n  steps\n{steps}    stop as no_answer\n  end\n{behind}end\n"
    )
}

fn source(name: &str, notation: Notation, text: &str) -> Source {
    Source { path: name.into(), notation, text: text.into() }
}

/// The block as a file, beside a workspace if it brings none.
fn sources(block: &Block) -> Vec<Source> {
    let workspace = |inside: &str| source("workspace.camp", Notation::Camp, &format!("workspace acme\n{ACCOUNTS}{inside}end\n"));
    let text = &block.text;
    if block.says("test") {
        let page = block.place.split(':').next().unwrap();
        let first = blocks(page).into_iter().find(|block| block.is("camp")).unwrap();
        let alone = Block { words: vec!["camp".to_owned()], ..first };
        return sources(&alone).into_iter().chain([source("tests.camp", Notation::Camp, text)]).collect();
    }
    if block.says("workspace") {
        return vec![workspace(text), source("example.camp", Notation::Camp, &around("", ""))];
    }
    let written = if block.says("steps") {
        source("example.camp", Notation::Camp, &around(text, ""))
    } else if block.says("handler") {
        source("example.camp", Notation::Camp, &around("    invite with hello\n    wait 3 days\n", text))
    } else if block.is("yaml") {
        source("example.yaml", Notation::Yaml, text)
    } else {
        source("example.camp", Notation::Camp, text)
    };
    match text.lines().any(|line| line.starts_with("workspace")) {
        true => vec![written],
        false => vec![workspace(""), written],
    }
}

/// Codes of the errors it has, each once, in order.
fn refusals(block: &Block) -> Vec<String> {
    let compiled = compile(&sources(block), &files());
    let errors = compiled.diagnostics.iter().filter(|fault| fault.severity() == Severity::Error);
    let mut codes: Vec<String> = errors.map(|fault| format!("{}: {}", fault.code.word(), fault.message)).collect();
    codes.dedup_by_key(|code| code.split(':').next().unwrap_or_default().to_owned());
    codes
}

fn files() -> MemoryFiles {
    MemoryFiles::new("")
        .with("lists/contacts.csv", PEOPLE)
        .with("lists/cto-emea.csv", PEOPLE)
        .with("lists/do-not-contact.csv", "linkedin\nmallory\n")
        .with("lists/holidays.csv", "2027-01-01\n2027-12-25\n")
        .with("files/offer.pdf", "%PDF-1.4\n")
        .with("files/hello.m4a", "a sound")
}

#[test]
fn tests_in_the_pages_pass_or_fail_as_is_said() {
    let blocks = PAGES.iter().flat_map(|page| blocks(page));
    let mut played = 0;
    for block in blocks.filter(|block| block.says("test") && block.value("refused").is_none()) {
        let compiled = compile(&sources(&block), &files());
        for script in &compiled.scripts {
            played += 1;
            let failure = play(&compiled.program, script).unwrap().failure;
            assert_eq!(failure.is_some(), block.says("fails"), "{}: `{}`: {failure:?}", block.place, script.title);
        }
    }
    assert!(played >= 4, "only {played} tests were found: are the fences still `camp test`?");
}

#[test]
fn campaigns_in_the_pages_are_what_is_said_of_them() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for block in PAGES.iter().flat_map(|page| blocks(page)).filter(|block| block.is("camp") || block.is("yaml")) {
        seen += 1;
        let found = refusals(&block);
        let as_said = match block.value("refused") {
            Some(code) => matches!(found.as_slice(), [only] if only.starts_with(&format!("{code}:"))),
            None => found.is_empty(),
        };
        if !as_said {
            faults.push(format!("{}: {:?} gives {found:?}", block.place, block.words));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    assert!(seen > 15, "only {seen} campaigns were found: are the fences still `camp`?");
}

#[test]
fn the_first_campaign_of_the_readme_has_thirteen_lines() {
    let first = blocks("README.md").into_iter().find(|block| block.is("camp")).unwrap();
    assert_eq!(first.text.lines().count(), 13);
}
