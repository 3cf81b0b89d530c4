//! What any bytes must never do to whoever reads them: panic, hang, point outside the text, change their meaning on the way
//! through a printer. One function a reader, none of which returns anything: a fault is a panic.
//!
//! The lab, the fuzz targets and the ordinary tests all run these; each names the library from outside, so that all three can.
//! No clock; the journal's reader alone writes files, in memory where there is such a folder. Start at [`TARGETS`].

use campaign_engine::connector::contract::Incoming;
use campaign_engine::connector::postpress::{webhook, wire};
use campaign_engine::lang::camp;
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::{Place, has_errors};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::format::{FormatFault, convert};
use campaign_engine::lang::lists::{identifiers, read_list, roster};
use campaign_engine::lang::source::{Notation, Source, SourceId, Span};
use campaign_engine::lang::syntax::File;
use campaign_engine::lang::text::template::parse;
use campaign_engine::lang::text::uses::fields_used;
use campaign_engine::lang::text::{Scope, render};
use campaign_engine::lang::yaml;
use campaign_engine::model::account::{Channel, SenderProfile};
use campaign_engine::model::campaign::{Message, Variant};
use campaign_engine::model::value::Fields;
use std::fmt::Write;

/// A reader of what strangers write.
pub struct Target {
    /// As its folder of `fuzz/corpus` and its program in `fuzz/fuzz_targets` are called.
    pub name: &'static str,
    /// Reads; panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// Every reader.
pub const TARGETS: &[Target] = &[
    Target { name: "camp", run: camp },
    Target { name: "condition", run: condition },
    Target { name: "holidays", run: holidays },
    Target { name: "journal", run: super::journal::journal },
    Target { name: "list", run: list },
    Target { name: "notations", run: notations },
    Target { name: "template", run: template },
    Target { name: "webhook", run: webhook },
    Target { name: "yaml", run: yaml },
];

const WORKSPACE: &str = include_str!("../../../campaigns/workspace.camp");
const LIST: &str = "first_name,company,linkedin,age,due\nAda,Acme,ada,41,2027-02-01\nBen,,ben,,\n";

/// Any text in the camp notation: read, checked, printed.
pub fn camp(bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => compiled("campaigns/fuzz.camp", Notation::Camp, text),
        Err(_) => assert!(has_errors(&camp::parse_bytes(SourceId::default(), bytes).1), "what is no UTF-8 is refused"),
    }
}

/// Any text in the YAML notation: read, checked, printed.
pub fn yaml(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        compiled("campaigns/fuzz.yaml", Notation::Yaml, text);
    }
}

/// Any condition, where a campaign has one, in both notations.
pub fn condition(bytes: &[u8]) {
    let Ok(condition) = std::str::from_utf8(bytes) else { return };
    let condition = condition.replace(['\n', '\r'], " ");
    let camp = format!(
        "campaign fuzz\n  contacts from \"people.csv\"\n    need linkedin, age: number\n    may have company, due: date\n  end\n  \
         steps\n    if {condition}\n      stop as replied\n    end\n    stop as stopped\n  end\nend\n"
    );
    compiled("campaigns/fuzz.camp", Notation::Camp, &camp);
    let yaml = format!(
        "campaign: fuzz\ncontacts: {{from: people.csv, need: {{linkedin: text, age: number}}, may_have: {{company: ~}}}}\n\
         steps:\n  - if: '{}'\n    then: [{{stop: replied}}]\n  - stop: stopped\n",
        condition.replace('\'', "''")
    );
    compiled("campaigns/fuzz.yaml", Notation::Yaml, &yaml);
}

/// Any bytes as a file of holidays, a date a line and as a calendar.
pub fn holidays(bytes: &[u8]) {
    for name in ["days.csv", "days.ics"] {
        let text =
            format!("workspace acme\n  account lina\n    id \"a\"\n  end\n  schedule\n    holidays \"{name}\"\n  end\nend\n");
        let source = Source { path: "campaigns/workspace.camp".into(), notation: Notation::Camp, text: text.into() };
        let _ = compile(&[source], &MemoryFiles::new("campaigns").with(name, bytes));
    }
}

/// Any bytes as a list of contacts.
pub fn list(bytes: &[u8]) {
    let _ = identifiers("fuzz.csv", bytes);
    if let Ok(list) = read_list("fuzz.csv", bytes) {
        let roster = roster(&[list], &[], Channel::Linkedin);
        assert!(roster.rows.iter().all(|row| !row.key().trim().is_empty() && row.number() >= 2), "a row without a key");
    }
}

/// A file that can be read in one notation is the same in the other, and comes back the same.
pub fn notations(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for (from, to) in [(Notation::Camp, Notation::Yaml), (Notation::Yaml, Notation::Camp)] {
        if convert(text, from, from).is_err() {
            continue;
        }
        let there = match convert(text, from, to) {
            Ok(there) => there,
            // One YAML file holds one block; a file of several has no form there.
            Err(FormatFault::NoForm(_)) => continue,
            Err(fault) => panic!("{fault:?}"),
        };
        match convert(&there, to, from) {
            Ok(back) => assert!(tree(text, from) == tree(&back, from), "it is another file, by way of\n{there}"),
            Err(fault) => panic!("{fault:?} of\n{there}"),
        }
    }
}

fn tree(text: &str, notation: Notation) -> File {
    match notation {
        Notation::Camp => camp::parse(SourceId::default(), text).0,
        Notation::Yaml => yaml::parse(SourceId::default(), text).0,
    }
}

/// Any message, rendered for a contact whose data is any text: the first line is the value, the rest the template. The value
/// comes out literally, and never is a template.
pub fn template(bytes: &[u8]) {
    let Ok(input) = std::str::from_utf8(bytes) else { return };
    let (value, text) = input.split_once('\n').unwrap_or(("", input));
    if let Ok(template) = parse(text) {
        for used in fields_used(&template) {
            assert!(text.get(used.at.clone()).is_some(), "{used:?} is no place of the text");
        }
    }
    let rendered = |text: &str| {
        let fields: Fields = [("x".to_owned(), value.to_owned())].into_iter().collect();
        let sender = SenderProfile::default();
        let scope = Scope { campaign: "fuzz", contact_key: "ada", fields: &fields, sender: &sender, reply_text: None };
        let variant = Variant { language: None, subject: None, text: text.to_owned() };
        let message = Message { name: "m".to_owned(), variants: vec![variant], attachments: Vec::new(), voice: None };
        render(&message, &scope)
    };
    let _ = rendered(text);
    if !value.is_empty() {
        assert_eq!(rendered("<{{ x }}>").map(|rendered| rendered.text), Ok(format!("<{value}>")), "the value, literally");
    }
}

/// Any body of a delivery, and any answer of the far side.
pub fn webhook(bytes: &[u8]) {
    if let Ok(read) = webhook::read(bytes) {
        assert_eq!(webhook::read(bytes), Ok(read.clone()), "read twice, it is the same");
        if let Incoming::Unknown { event } = &read.incoming {
            assert!(read.dedup.is_some() && !event.chars().any(char::is_control), "{event:?} is shown to people");
        }
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let mut told = String::new();
    let _ = write!(told, "{:?}{:?}{:?}", wire::account(&value), wire::own_profile(&value), wire::profile(&value));
    let _ = write!(told, "{:?}{:?}{:?}", wire::relation(&value), wire::invitation(&value), wire::post(&value));
    let _ = write!(told, "{:?}{:?}{:?}", wire::skills(&value), wire::chat(&value), wire::webhook(&value));
    let _ = write!(told, "{:?}", wire::message(&value, &"chat".into()));
    let _ = wire::page(&value, wire::relation);
    let _ = wire::whole_page(&value, wire::account);
}

/// Compiles the file beside the others and looks at what is said of it.
fn compiled(path: &str, notation: Notation, text: &str) {
    let source = |path: &str, notation, text: &str| Source { path: path.into(), notation, text: text.into() };
    let sources = [source(path, notation, text), source("campaigns/workspace.camp", Notation::Camp, WORKSPACE)];
    let files = MemoryFiles::new("campaigns").with("people.csv", LIST).with("lists/people.csv", LIST);
    let compiled = compile(&sources, &files);
    let is_inside = |span: Span| {
        let text = sources.get(span.source.0 as usize).map(|source| &source.text);
        text.is_some_and(|text| text.get(span.start as usize..span.end as usize).is_some())
    };
    for found in &compiled.diagnostics {
        assert!(is_inside(found.span), "{found:?}");
        for label in &found.labels {
            if let Place::Span(span) = &label.place {
                assert!(is_inside(*span), "{found:?}");
            }
        }
    }
    if has_errors(&compiled.diagnostics) {
        return;
    }
    match convert(text, notation, notation) {
        Ok(once) => assert_eq!(convert(&once, notation, notation).as_deref(), Ok(once.as_str()), "the form of a form is itself"),
        Err(fault) => panic!("a file without faults has a form: {fault:?}"),
    }
}
