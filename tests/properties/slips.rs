//! One slip of the hand in a good campaign: a word too few or too many. Its shape is told of at most three times.

use crate::properties::cases;
use campaign_engine::lang::camp::parse;
use campaign_engine::lang::source::SourceId;
use proptest::prelude::{any, prop_assert, proptest};
use proptest::sample::select;

/// Faults that one slip may cause (LANGUAGE.md §9).
const FAULTS_MAX: usize = 3;

/// The shipped files in the notation for people.
const FILES: &[&str] = &[
    include_str!("../../campaigns/community_followup.camp"),
    include_str!("../../campaigns/cto_intro.camp"),
    include_str!("../../campaigns/event_followup.camp"),
    include_str!("../../campaigns/workspace.camp"),
];

/// What a hand puts where it does not belong.
const TOO_MANY: &[&str] = &["{", "}", ":", ";", "then", "==", "&&", "'", "(", ")", ",", "/", "x", "2", "days", "not", "or"];

/// Beginnings and ends of a text's words, comments left out.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split(" #").next().filter(|code| !code.starts_with('#')).unwrap_or_default();
        let mut start = 0;
        for word in code.split_inclusive(char::is_whitespace) {
            let length = word.trim_end().len();
            if length > 0 {
                words.push((at + start, at + start + length));
            }
            start += word.len();
        }
        at += line.len();
    }
    words
}

fn told(text: &str) -> Vec<String> {
    let line = |offset: u32| text[..offset as usize].matches('\n').count() + 1;
    parse(SourceId(0), text).1.iter().map(|fault| format!("{} in line {}", fault.code.word(), line(fault.span.start))).collect()
}

#[test]
fn a_word_too_few_is_told_of_three_times_at_most() {
    for text in FILES {
        assert_eq!(told(text), Vec::<String>::new());
        for (start, end) in words(text) {
            let told = told(&format!("{}{}", &text[..start], &text[end..]));
            assert!(
                told.len() <= FAULTS_MAX,
                "without {:?} of {:?}: {told:#?}",
                &text[start..end],
                &text[start..].lines().next()
            );
        }
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_word_too_many_is_told_of_three_times_at_most(text in select(FILES), place in any::<usize>(), word in select(TOO_MANY)) {
        let words = words(text);
        let (start, _) = words[place % words.len()];
        let told = told(&format!("{}{word} {}", &text[..start], &text[start..]));
        prop_assert!(told.len() <= FAULTS_MAX, "with {:?} before {:?}: {:#?}", word, &text[start..].lines().next(), told);
    }
}
