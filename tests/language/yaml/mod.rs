//! The YAML notation: what it says, where it is refused, and where its comments stay.

mod codes;
mod comments;
mod faults;
mod page;
pub mod schema;
mod table;

use campaign_engine::lang::diagnostic::Diagnostics;
use campaign_engine::lang::source::{Notation, Source, SourceId};
use campaign_engine::lang::syntax::File;
use campaign_engine::lang::yaml;

fn read_yaml(text: &str) -> (File, Diagnostics) {
    yaml::parse(SourceId(0), text)
}

/// The faults as `line:column code message`.
fn told(text: &str, faults: &Diagnostics) -> Vec<String> {
    let source = Source { path: "x.yaml".into(), notation: Notation::Yaml, text: text.into() };
    let tell = |fault: &campaign_engine::lang::diagnostic::Diagnostic| {
        let at = source.position(fault.span.start);
        assert!(!fault.help.is_empty(), "no way out of {fault:?}");
        assert!(!fault.message.ends_with('.') && !fault.message.contains('\n'), "{}", fault.message);
        format!("{}:{} {} {}", at.line, at.column, fault.code.word(), fault.message)
    };
    faults.iter().map(tell).collect()
}
