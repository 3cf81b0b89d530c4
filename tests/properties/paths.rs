//! The flow checks against a walk of all states: what they tell is what it finds, nothing false, nothing missed.

use crate::properties::oracle::{Faults, walked};
use crate::properties::small::{Tape, program_text};
use campaign_engine::lang::camp;
use campaign_engine::lang::check::names::{self, Uses};
use campaign_engine::lang::check::{flow, time};
use campaign_engine::lang::lower::{Given, Lines, Whole, lower_campaign};
use campaign_engine::lang::source::{Notation, Source, SourceId};
use campaign_engine::model::campaign::{Campaign, Limits};
use campaign_engine::model::id::draw;
use proptest::prelude::{ProptestConfig, any, proptest};

const CODES: [&str; 7] = [
    "not-a-relation",
    "already-invited",
    "second-inmail",
    "reinvite-too-soon",
    "inmail-unchecked",
    "send-after-reply",
    "too-hasty",
];

/// The machine of a program and what the checks tell of it, by code and line.
fn checked(text: &str) -> (Campaign, Faults) {
    let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.into() };
    let (file, faults) = camp::parse(SourceId(0), text);
    assert!(faults.is_empty(), "{text}\n{faults:?}");
    let files = [file];
    let mut told = Vec::new();
    let shared = names::collect(&files, &mut told);
    let whole = Whole { all: true, steps: true, fields: true, outcomes: true, texts: true, shared: true };
    let given = Given { whole, calendar: time::default_calendar(None), limits: Limits::default() };
    let lines = Lines::new(std::slice::from_ref(&source));
    let written = names::campaigns(&files).next().unwrap();
    let lowered = lower_campaign(written, given, &shared, &mut Uses::default(), &lines, &mut told).unwrap();
    let mut told = Vec::new();
    flow::check(&lowered.campaign, &lowered.places, &mut told);
    let told = told.iter().map(|fault| (fault.code.word(), source.position(fault.span.start).line));
    let told = told.filter(|(code, _)| CODES.contains(code)).collect();
    (lowered.campaign, told)
}

fn check(bytes: &[u8]) -> bool {
    let text = program_text(&mut Tape(bytes.iter()));
    let (campaign, told) = checked(&text);
    let Some(found) = walked(&campaign) else { return false };
    let numbered: Vec<String> = text.lines().enumerate().map(|(at, line)| format!("{:>3} {line}", at + 1)).collect();
    let missed: Vec<_> = found.difference(&told).collect();
    let false_ones: Vec<_> = told.difference(&found).collect();
    assert!(missed.is_empty() && false_ones.is_empty(), "missed {missed:?}, false {false_ones:?}\n{}", numbered.join("\n"));
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_checks_tell_what_a_walk_of_all_states_finds(bytes in any::<[u8; 24]>()) {
        check(&bytes);
    }
}

#[test]
fn hundreds_of_programs_are_walked_whole() {
    let bytes = |seed: u32| -> Vec<u8> { (0u8..20).map(|at| draw(&[&seed.to_le_bytes(), &[at]]) as u8).collect() };
    let walked = (0..400).filter(|seed| check(&bytes(*seed))).count();
    assert!(walked >= 300, "{walked} of 400");
}
