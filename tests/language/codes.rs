//! Every code: a fixture with its place, and a page whose wrong example gives it and whose right one does not.
//!
//! An example stands behind a fence `camp wrong`, `camp right` (or `yaml`), alone a whole file, with `steps` the inside of a
//! campaign's steps, with `campaign` the inside of a campaign. `ENGINE_BLESS=1` writes the fixtures' reports anew, and the
//! fixtures themselves where there are none, from the pages.

use crate::docs::{Block, blocks};
use crate::language::lower::report;
use campaign_engine::lang::camp;
use campaign_engine::lang::check::versions;
use campaign_engine::lang::code::Code;
use campaign_engine::lang::diagnostic::{Diagnostics, Severity};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::format::format;
use campaign_engine::lang::source::{Notation, Source, SourceId};
use campaign_engine::lang::syntax::{File, Notes};
use campaign_engine::lang::{Compiled, compile};
use campaign_engine::model::afoot::{Afoot, Group, Known};
use campaign_engine::model::relation::Relation;
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

/// What the campaign `example` was when people went into it: at `hi` nobody is invited yet, at `accept` all
/// are, at `calm` they have accepted.
const BEFORE: &str = "campaign example version 3
  accounts from pool us
  outcomes neutral no_answer
  contacts from \"lists/contacts.csv\"
    need linkedin
  end
  steps
    hi: invite
    accept: wait up to 14 days for accepted or stop as no_answer
    calm: wait 3 days
    first: send \"Thanks.\"
    stop as no_answer
  end
end
";

/// Begins each file of a fixture behind the first: a file in YAML holds one campaign.
const NEXT_FILE: &str = "# the next file\n";

/// Codes that look at people in flight: `engine plan` tells them, not the compiler. Their examples compile.
const OF_PLAN: [&str; 4] = ["version-not-raised", "unmapped-label", "maps-into-falsehood", "mass-send"];
/// Codes whose fault is of the machine: the page shows it in camp, and it has a fixture in YAML as well.
const OF_THE_MACHINE: [&str; 4] = ["cannot-finish", "pending-overflow", "two-campaigns-one-person", "oversubscribed"];

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
    let mut sources: Vec<Source> = text.split(NEXT_FILE).map(|text| source(name, text)).collect();
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

/// The same in YAML, a file each campaign.
fn in_yaml(text: &str) -> String {
    let (file, faults) = camp::parse(SourceId(0), text);
    assert!(faults.is_empty(), "{faults:?}");
    let single = |item| File { items: vec![item], tail: Notes::default() };
    let texts = file.items.into_iter().map(|item| format(&single(item), Notation::Yaml).unwrap());
    texts.collect::<Vec<_>>().join(NEXT_FILE)
}

/// What `plan` and `run` tell of the changed campaign, with people in what it was.
fn told_of_people(now: &Compiled) -> Diagnostics {
    let campaign = compiled("before.camp", BEFORE).1.program.campaigns.remove(0);
    let group = |(label, relation, people): (&str, Relation, u32)| {
        let known =
            Known { relation, is_invited: relation != Relation::None, has_replied: false, has_message: false, has_inmail: false };
        let step = campaign.step_labelled(label).unwrap();
        Group { step, is_busy: false, known, account: Some("lina".to_owned()), people }
    };
    let people = [("hi", Relation::None, 3), ("accept", Relation::Pending, 8), ("calm", Relation::Yes, 12)];
    let groups = people.into_iter().map(group).collect();
    let afoot = [Afoot { campaign, is_current: true, queued: 2, groups }];
    versions::diagnostics(&now.files, &now.program.campaigns, &afoot, &now.program.workspace.limits)
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
    for code in Code::ALL.iter() {
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
    for code in Code::ALL {
        let wrong = page(*code).into_iter().find(|block| block.says("wrong"));
        let own = if wrong.as_ref().is_some_and(|block| block.is("yaml")) { "yaml" } else { "camp" };
        for notation in ["camp", "yaml"] {
            let name = format!("{}.{notation}", code.word());
            let input = folder.join(&name);
            let has_both = OF_PLAN.contains(&code.word()) || OF_THE_MACHINE.contains(&code.word());
            if is_blessing && (notation == own || has_both) && !input.exists() {
                let text = wrong.as_ref().map(whole).unwrap_or_default();
                std::fs::write(&input, if notation == own { text } else { in_yaml(&text) }).unwrap();
            }
            if notation != own && !has_both && !input.exists() {
                continue;
            }
            let (sources, mut compiled) = compiled(&name, &std::fs::read_to_string(&input).unwrap_or_default());
            if OF_PLAN.contains(&code.word()) {
                compiled.diagnostics.extend(told_of_people(&compiled));
            }
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
