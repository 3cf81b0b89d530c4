//! Programs to machines and faults: every fixture of `fixtures/lower` gives the report beside it.
//!
//! `ENGINE_BLESS=1` writes the reports anew, to be read before they are kept.

use campaign_engine::lang::diagnostic::{Place, Severity};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source, Span};
use campaign_engine::lang::{Compiled, compile};
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
fn report(sources: &[Source], compiled: &Compiled) -> String {
    let at = |span: Span| {
        let source = &sources[span.source.0 as usize];
        let (from, to) = (source.position(span.start), source.position(span.end));
        format!("{}:{}-{}:{}", from.line, from.column, to.line, to.column)
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

#[test]
fn every_fixture_gives_its_report() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language/fixtures/lower");
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.retain(|path| path.extension().is_some_and(|ext| ext == "camp" || ext == "yaml"));
    inputs.sort();
    assert!(inputs.len() > 25);
    for input in inputs {
        let expected = PathBuf::from(format!("{}.txt", input.display()));
        check(&input, &expected);
    }
}
