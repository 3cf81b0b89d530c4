//! Diagnostics as people, scripts and services read them.

use campaign_engine::lang::code::Code;
use campaign_engine::lang::diagnostic::{Diagnostic, Diagnostics};
use campaign_engine::lang::explain;
use campaign_engine::lang::report::{Look, github, human, json, sarif, summary};
use campaign_engine::lang::source::{Notation, Source, SourceId, Span};
use serde_json::Value;
use std::collections::BTreeSet;

fn sources() -> Vec<Source> {
    let source = |path: &str, text: &str| Source { path: path.into(), notation: Notation::Camp, text: text.into() };
    vec![source("c/a.camp", "\u{feff}message é\n\t\"Hé {{ compny }}\"\nend\n"), source("c/b.camp", "send é\n")]
}

fn at(source: u32, text: &str, sources: &[Source]) -> Span {
    let start = sources[source as usize].text.find(text).unwrap() as u32;
    Span { source: SourceId(source), start, end: start + text.len() as u32 }
}

fn faults(sources: &[Source]) -> Diagnostics {
    let place = |source, text| at(source, text, sources);
    vec![
        Diagnostic::new(Code::Unused, place(1, "é"), "nothing uses 50% of `é`", ""),
        Diagnostic::new(Code::UnknownField, place(0, "compny"), "the contacts declare no `compny`", "did you mean `company`?")
            .label(place(0, "é"), "in this message")
            .label(place(1, "send é"), "sent here")
            .label_row("c/lists/l.csv", 14, "no `compny`"),
    ]
}

#[test]
fn for_people() {
    let sources = sources();
    let expected = "\
unknown-field

  × the contacts declare no `compny`
   ╭─[c/a.camp:2:9]
 1 │ \u{feff}message é
   ·         ┬
   ·         ╰── in this message
 2 │     \"Hé {{ compny }}\"
   ·            ──────
 3 │ end
   ╰────
  help: did you mean `company`?
        c/b.camp:1:1: sent here
        c/lists/l.csv row 14: no `compny`

unused

  ⚠ nothing uses 50% of `é`
   ╭─[c/b.camp:1:6]
 1 │ send é
   ·      ─
   ╰────
";
    let told = human(&faults(&sources), &sources, Look::default());
    assert_eq!(told, expected, "\n{told}");
    assert_eq!(summary(&faults(&sources)), "1 error, 1 warning");
    assert_eq!(summary(&[]), "");
    let colored = human(&faults(&sources), &sources, Look { is_colored: true, width: 60 });
    assert!(colored.contains("\u{1b}[") && !told.contains('\u{1b}'));
}

#[test]
fn for_scripts() {
    let sources = sources();
    let told = json(&faults(&sources), &sources);
    let expected = r#"{"code":"unknown-field","severity":"error","message":"the contacts declare no `compny`","file":"c/a.camp","line":2,"column":9,"end_line":2,"end_column":15,"help":"did you mean `company`?","labels":[{"file":"c/a.camp","line":1,"column":9,"end_line":1,"end_column":10,"message":"in this message"},{"file":"c/b.camp","line":1,"column":1,"end_line":1,"end_column":7,"message":"sent here"},{"file":"c/lists/l.csv","row":14,"message":"no `compny`"}]}
{"code":"unused","severity":"warning","message":"nothing uses 50% of `é`","file":"c/b.camp","line":1,"column":6,"end_line":1,"end_column":7,"help":"","labels":[]}
"#;
    assert_eq!(told, expected);
}

#[test]
fn for_github() {
    let sources = sources();
    let expected = "\
::error file=c/a.camp,line=2,endLine=2,col=9,endColumn=15,title=unknown-field::the contacts declare no `compny`%0Ahelp: did you mean `company`?
::warning file=c/b.camp,line=1,endLine=1,col=6,endColumn=7,title=unused::nothing uses 50%25 of `é`
";
    assert_eq!(github(&faults(&sources), &sources), expected);
}

#[test]
fn for_code_scanning() {
    let sources = sources();
    let document: Value = serde_json::from_str(&sarif(&faults(&sources), &sources)).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(rules, ["unused", "unknown-field"]);
    let result = &run["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["ruleIndex"], &result["level"]),
        (&"unknown-field".into(), &1.into(), &"error".into())
    );
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"], &region["endColumn"]), (&2.into(), &9.into(), &15.into()));
    assert_eq!(result["relatedLocations"][2]["physicalLocation"]["region"]["startLine"], 14);
}

#[test]
fn odd_places_are_told_of_too() {
    let sources = sources();
    let spans = [(0, 0, 0), (0, 9_999, 10_000), (0, 10, 12), (1, 7, 7), (0, 0, 9_999), (9, 0, 1)];
    for (source, start, end) in spans {
        let span = Span { source: SourceId(source), start, end };
        let fault = [Diagnostic::new(Code::Unexpected, span, "odd", "help")];
        assert!(human(&fault, &sources, Look::default()).contains("odd"), "{span:?}");
        assert!(json(&fault, &sources).ends_with("}\n"));
        assert!(github(&fault, &sources).contains("odd") && sarif(&fault, &sources).contains("odd"));
    }
}

#[test]
fn every_code_has_a_page_of_its_own() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        let page = explain::page(*code);
        assert!(page.starts_with(&format!("# {}\n", code.word())), "{}", code.word());
        assert!(page.contains("\nWrong:\n") && page.contains("\nRight:\n"), "{}", code.word());
        assert!(page.lines().count() <= 70 && seen.insert(page), "{}", code.word());
    }
}
