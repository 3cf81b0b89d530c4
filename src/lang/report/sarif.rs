//! SARIF 2.1.0: what code scanning services read.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Severity};
use crate::lang::explain;
use crate::lang::report::{Files, Located, sorted};
use crate::lang::source::Source;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One run with every diagnostic and the rules it names.
pub fn sarif(diagnostics: &[Diagnostic], sources: &[Source]) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let files = Files::new(sources);
    let results: Vec<Value> = sorted(diagnostics).into_iter().map(|diagnostic| result(diagnostic, &codes, &files)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "engine", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.word(),
        "shortDescription": {"text": code.title()},
        "help": {"text": explain::page(code), "markdown": explain::page(code)},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(diagnostic: &Diagnostic, codes: &BTreeSet<Code>, files: &Files) -> Value {
    let text = if diagnostic.help.is_empty() {
        diagnostic.message.clone()
    } else {
        format!("{}; {}", diagnostic.message, diagnostic.help)
    };
    let others = diagnostic.labels.iter().map(|label| {
        let mut place = location(&files.locate_label(&label.place));
        if let Some(place) = place.as_object_mut() {
            place.insert("message".to_owned(), json!({"text": label.text}));
        }
        place
    });
    json!({
        "ruleId": diagnostic.code.word(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level(diagnostic.severity()),
        "message": {"text": text},
        "locations": [location(&files.locate(diagnostic.span))],
        "relatedLocations": others.collect::<Vec<_>>(),
    })
}

fn location(at: &Located) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": at.file.replace('\\', "/").replace(' ', "%20")},
        "region": {
            "startLine": at.start.line,
            "startColumn": at.start.column,
            "endLine": at.end.line,
            "endColumn": at.end.column,
        },
    }})
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
