//! A folder with a workspace and a list, and the fuzzed file in it.

use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::{Place, has_errors};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::format::convert;
use campaign_engine::lang::source::{Notation, Source, Span};

const WORKSPACE: &str = include_str!("../../../campaigns/workspace.camp");
const LIST: &str = "first_name,company,linkedin,age,due\nAda,Acme,ada,41,2027-02-01\nBen,,ben,,\n";

/// Compiles the file beside the others and looks at what is said of it.
pub fn compiled(path: &str, notation: Notation, text: &str) {
    let source = |path: &str, notation, text: &str| Source { path: path.into(), notation, text: text.into() };
    let sources = [source(path, notation, text), source("campaigns/workspace.camp", Notation::Camp, WORKSPACE)];
    let files = MemoryFiles::new("campaigns").with("people.csv", LIST).with("lists/people.csv", LIST);
    let compiled = compile(&sources, &files);
    let is_inside = |span: Span| {
        let text = &sources[span.source.0 as usize].text;
        span.start <= span.end && span.end as usize <= text.len()
    };
    for found in &compiled.diagnostics {
        assert!(is_inside(found.span), "{found:?}");
        for label in &found.labels {
            if let Place::Span(span) = &label.place {
                assert!(is_inside(*span), "{found:?}");
            }
        }
        let position = sources[found.span.source.0 as usize].position(found.span.start);
        assert!(position.line >= 1 && position.column >= 1);
    }
    if !has_errors(&compiled.diagnostics) {
        let once = convert(text, notation, notation).expect("a file without faults has a form");
        assert_eq!(convert(&once, notation, notation).as_deref(), Ok(once.as_str()), "the form of a form is itself");
    }
}
