//! One slip of the hand in a folder that was good, told by the whole compiler: at most three diagnostics, in both notations.

use crate::machine::legal::{Tape, program};
use crate::properties::cases;
use campaign_engine::lang::camp::parse;
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::has_errors;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::format::format;
use campaign_engine::lang::source::{Notation, Source, SourceId};
use campaign_engine::lang::syntax::{File, Notes};
use proptest::prelude::{any, prop_assert, proptest};

/// Diagnostics that one slip may cause (LANGUAGE.md §9).
const FAULTS_MAX: usize = 3;

/// What a hand puts where it does not belong.
const TOO_MANY: [&str; 15] = ["{", "}", ":", ";", "then", "==", "&&", "'", "(", ")", ",", "x", "2", "days", "not"];

/// The blocks of a random program, a file each; none if it is not legal.
fn folder(seed: u64, notation: Notation) -> Option<Vec<String>> {
    let (file, _) = parse(SourceId(0), &program(&mut Tape { seed, at: 0 }));
    let single = |item| File { items: vec![item], tail: Notes::default() };
    let texts: Vec<String> = file.items.into_iter().map(|item| format(&single(item), notation).unwrap()).collect();
    (!told(&texts, notation)?.1).then_some(texts)
}

/// Everything that is told, and whether an error is among it.
fn told(texts: &[String], notation: Notation) -> Option<(Vec<String>, bool)> {
    let extension = if notation == Notation::Camp { "camp" } else { "yaml" };
    let source =
        |(at, text): (usize, &String)| Source { path: format!("{at}.{extension}").into(), notation, text: text.as_str().into() };
    let sources: Vec<Source> = texts.iter().enumerate().map(source).collect();
    let people = "first_name,linkedin,company,age,due\nAda,ada,Acme,40,2027-01-20\n";
    let found = compile(&sources, &MemoryFiles::new("").with("people.csv", people)).diagnostics;
    let line = |fault: &campaign_engine::lang::diagnostic::Diagnostic| {
        let at = sources[fault.span.source.0 as usize].position(fault.span.start);
        format!("{} {} in line {} of {}", fault.code.word(), fault.message, at.line, fault.span.source.0)
    };
    Some((found.iter().map(line).collect(), has_errors(&found)))
}

/// Beginnings and ends of a text's words.
fn words(text: &str) -> Vec<(usize, usize)> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| (start(word), start(word) + word.len())).collect()
}

/// The text with one slip, and what it is.
fn slipped(text: &str, place: usize, kind: u8) -> (String, String) {
    let words = words(text);
    let (from, to) = words[place % words.len()];
    let (word, line) = (&text[from..to], text[..from].matches('\n').count() + 1);
    let written = match kind % 5 {
        0 => String::new(),
        1 => format!("{} {word}", TOO_MANY[usize::from(kind / 5) % TOO_MANY.len()]),
        2 => format!("{word}{}", TOO_MANY[usize::from(kind / 5) % TOO_MANY.len()]),
        3 => word[..word.char_indices().nth(1).map_or(0, |(at, _)| at)].to_owned(),
        _ => {
            let end = text[from..].find('\n').map_or(text.len(), |end| from + end);
            let start = text[..from].rfind('\n').map_or(0, |start| start + 1);
            let gone = format!("without line {line}: {:?}", &text[start..end]);
            return (format!("{}{}", &text[..start], &text[(end + 1).min(text.len())..]), gone);
        }
    };
    (format!("{}{written}{}", &text[..from], &text[to..]), format!("{written:?} for {word:?} in line {line}"))
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn one_slip_is_told_of_three_times_at_most(seed in any::<u64>(), place in any::<usize>(), kind in any::<u8>()) {
        for notation in [Notation::Camp, Notation::Yaml] {
            let Some(mut texts) = folder(seed, notation) else { continue };
            let before = told(&texts, notation).unwrap_or_default().0;
            let which = place % texts.len();
            let (text, slip) = slipped(&texts[which], place / texts.len(), kind);
            texts[which] = text;
            let found = told(&texts, notation).unwrap_or_default().0;
            let plain = |fault: &str| fault.split(" in line ").next().unwrap_or_default().to_owned();
            let known: Vec<String> = before.iter().map(|fault| plain(fault)).collect();
            let new: Vec<&String> = found.iter().filter(|fault| !known.contains(&plain(fault))).collect();
            prop_assert!(new.len() <= FAULTS_MAX, "{} of file {}: {:#?}\n{}", slip, which, new, texts[which]);
        }
    }
}
