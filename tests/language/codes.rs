//! Every code: a fixture with its place, and a page whose wrong example gives it and whose right one does not.
//!
//! An example stands behind a fence `camp wrong`, `camp right` (or `yaml`), alone a whole file, with `steps` the inside of a
//! campaign's steps, with `campaign` the inside of a campaign. `ENGINE_BLESS=1` writes the fixtures' reports anew, and the
//! fixtures themselves where there are none, from the pages.

use crate::docs::{Block, blocks};
use crate::language::lower::report;
use campaign_engine::lang::code::Code;
use campaign_engine::lang::diagnostic::Severity;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::lang::{Compiled, compile};
use std::fmt::Write;
use std::path::{Path, PathBuf};

const WORKSPACE: &str = r#"workspace acme
  account lina
    id "acc_lina"
    channel linkedin
    tier sales_navigator
    owner "lina@acme.example"
  end
  account marc
    id "acc_marc"
    channel linkedin
    tier classic
  end
  account wanda
    id "acc_wanda"
    channel whatsapp
  end
  pool us lina, marc, wanda
end
"#;

const CONTACTS: &str = r#"  contacts from "lists/contacts.csv"
    need linkedin, whatsapp, first_name, company
    may have pain, city, age: number
  end
"#;

/// What an example may name; what it does not name is left out, for it would be unused.
const TEXTS: [(&str, &str); 4] = [
    ("reply is interested", "  class interested when reply matches /\\byes\\b/i\n"),
    ("hello", "  message hello\n    \"Hi {{ first_name }}, shall we connect?\"\n  end\n"),
    ("intro", "  message intro\n    \"{{ first_name }}, is that on your list at {{ company }}?\"\n  end\n"),
    (
        "cold_mail",
        "  message cold_mail\n    subject \"A question\"\n    \"{{ first_name }}, who watches the cloud bill?\"\n  end\n",
    ),
];
const OUTCOMES: [(&str, &str); 4] = [("won", "interested"), ("won", "met"), ("neutral", "no_answer"), ("neutral", "cold")];

/// Codes that look at people in flight: `engine plan` tells them, not the compiler. Their examples compile.
const OF_PLAN: [&str; 4] = ["version-not-raised", "unmapped-label", "maps-into-falsehood", "mass-send"];
/// Codes without an example that fits a page.
const UNSHOWN: [&str; 1] = ["too-large"];

fn people(from: usize, to: usize) -> String {
    (from..to).fold("linkedin,first_name\n".to_owned(), |mut list, nth| {
        writeln!(list, "person-{nth},Person {nth}").unwrap();
        list
    })
}

/// What the examples name.
fn files() -> MemoryFiles {
    MemoryFiles::new("")
        .with(
            "lists/contacts.csv",
            "linkedin,whatsapp,first_name,company\nada,+44 7700 900123,Ada,Acme\ngrace,+44 7700 900124,Grace,Navy\n",
        )
        .with("lists/event.csv", "linkedin,first_name\nhedy,Hedy\nhttps://www.linkedin.com/in/ada,Ada\n")
        .with("lists/french.csv", "linkedin,first_name\nsophie,Sophie\n")
        .with("lists/gaps.csv", "linkedin,first_name\nada,Ada\ngrace,\n")
        .with("lists/some.csv", people(0, 3_000))
        .with("lists/others.csv", people(3_000, 5_000))
        .with("lists/many.csv", people(0, 9_000))
        .with("files/offer.pdf", "%PDF-1.4\n")
        .with("files/notes.docx", "PK\u{3}\u{4}")
        .with("files/film.mp4", vec![0; 15_000_001])
}

/// An example as a file.
fn whole(block: &Block) -> String {
    let text = &block.text;
    let indented = |depth: usize| {
        let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{}{line}\n", " ".repeat(depth)) };
        text.lines().map(line).collect::<String>()
    };
    let outcomes: Vec<String> = ["won", "neutral"]
        .iter()
        .filter_map(|kind| {
            let of_kind = OUTCOMES.iter().filter(|(own, name)| own == kind && text.contains(&format!("as {name}")));
            let names: Vec<&str> = of_kind.map(|(_, name)| *name).collect();
            (!names.is_empty()).then(|| format!("{kind} {}", names.join(", ")))
        })
        .collect();
    let head = format!("campaign example\n  accounts from pool us\n  outcomes {}\n", outcomes.join("; "));
    let contacts = if text.contains("contacts from") { "" } else { CONTACTS };
    if block.says("steps") {
        let texts: String = TEXTS.iter().filter(|(name, _)| text.contains(name)).map(|(_, text)| *text).collect();
        format!("{head}{contacts}{texts}  steps\n{}  end\nend\n", indented(4))
    } else if block.says("campaign") {
        format!("{head}{contacts}{}end\n", indented(2))
    } else {
        text.clone()
    }
}

fn compiled(name: &str, text: &str) -> (Vec<Source>, Compiled) {
    let source = |name: &str, text: &str| {
        let notation = if name.ends_with(".yaml") { Notation::Yaml } else { Notation::Camp };
        Source { path: PathBuf::from(name), notation, text: text.into() }
    };
    let mut sources = vec![source(name, text)];
    if !text.lines().any(|line| line.starts_with("workspace")) {
        sources.push(source("workspace.camp", WORKSPACE));
    }
    let files = files().on(jiff::civil::date(2027, 1, 4));
    let compiled = compile(&sources, &files);
    (sources, compiled)
}

fn example(block: &Block) -> (Vec<Source>, Compiled) {
    let name = if block.is("yaml") { "example.yaml" } else { "example.camp" };
    compiled(name, &whole(block))
}

fn page(code: Code) -> Vec<Block> {
    blocks(&format!("docs/codes/{}.md", code.word()))
}

fn has(compiled: &Compiled, code: Code) -> bool {
    compiled.diagnostics.iter().any(|fault| fault.code == code)
}

#[test]
fn the_wrong_example_of_a_page_gives_its_code_and_the_right_one_does_not() {
    let mut faults = Vec::new();
    for code in Code::ALL.iter().filter(|code| !UNSHOWN.contains(&code.word())) {
        let page = page(*code);
        let (wrong, right): (Vec<&Block>, Vec<&Block>) =
            page.iter().filter(|block| block.says("wrong") || block.says("right")).partition(|block| block.says("wrong"));
        if wrong.is_empty() || right.is_empty() {
            faults.push(format!("{}: has no wrong or no right example", code.word()));
        }
        for block in wrong {
            let (sources, compiled) = example(block);
            let is_refused = compiled.diagnostics.iter().any(|fault| fault.severity() == Severity::Error);
            let is_told = if OF_PLAN.contains(&code.word()) { !is_refused } else { has(&compiled, *code) };
            if !is_told || compiled.diagnostics.len() > 3 {
                faults.push(format!("{}: the wrong example gives\n{}", block.place, report(&sources, &compiled)));
            }
        }
        for block in right {
            let (sources, compiled) = example(block);
            if has(&compiled, *code) || compiled.diagnostics.iter().any(|fault| fault.severity() == Severity::Error) {
                faults.push(format!("{}: the right example gives\n{}", block.place, report(&sources, &compiled)));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_code_has_a_fixture_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language/fixtures/codes");
    let is_blessing = std::env::var_os("ENGINE_BLESS").is_some();
    let mut faults = Vec::new();
    for code in Code::ALL.iter().filter(|code| !UNSHOWN.contains(&code.word()) && !OF_PLAN.contains(&code.word())) {
        let wrong = page(*code).into_iter().find(|block| block.says("wrong"));
        let own = if wrong.as_ref().is_some_and(|block| block.is("yaml")) { "yaml" } else { "camp" };
        for notation in ["camp", "yaml"] {
            let name = format!("{}.{notation}", code.word());
            let input = folder.join(&name);
            if is_blessing && notation == own && !input.exists() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&input, wrong.as_ref().map(whole).unwrap_or_default()).unwrap();
            }
            if notation != own && !input.exists() {
                continue;
            }
            let (sources, compiled) = compiled(&name, &std::fs::read_to_string(&input).unwrap_or_default());
            let found = report(&sources, &compiled);
            let expected = folder.join(format!("{name}.txt"));
            if is_blessing {
                std::fs::write(&expected, &found).unwrap();
            }
            if found != std::fs::read_to_string(&expected).unwrap_or_default() || !has(&compiled, *code) {
                faults.push(format!("{name} gives\n{found}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
