//! The words of the language: which are reserved, what a name may be, which word was meant. Both notations ask here.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Span;
use crate::model::cron::Cron;

/// Words that begin a statement, a block or a clause: no name may be one of them (LANGUAGE.md §11, Shape). Words of
/// constructs that this version does not run yet are among them.
pub const KEYWORDS: &[&str] = &[
    "account",
    "accounts",
    "and",
    "as",
    "ask",
    "attach",
    "call",
    "campaign",
    "class",
    "comment",
    "contacts",
    "do",
    "else",
    "end",
    "endorse",
    "enter",
    "follow",
    "goal",
    "if",
    "invite",
    "is",
    "late",
    "like",
    "limits",
    "may",
    "message",
    "migrate",
    "need",
    "never",
    "not",
    "notify",
    "on",
    "or",
    "outcomes",
    "part",
    "pause",
    "person",
    "pool",
    "react",
    "refresh",
    "repeat",
    "report",
    "schedule",
    "send",
    "set",
    "skip",
    "split",
    "start",
    "steps",
    "stop",
    "subject",
    "suppress",
    "tag",
    "test",
    "untag",
    "version",
    "visit",
    "voice",
    "wait",
    "when",
    "withdraw",
    "workspace",
];

/// Is the word reserved?
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok()
}

/// The fault of a name that is not `lower_case`, or is a keyword; none for a good one.
pub fn bad_name(word: &str, span: Span) -> Option<Diagnostic> {
    if is_keyword(word) {
        let message = format!("`{word}` is a keyword and cannot be a name");
        let help = format!("take a name that says what it is for, such as `first_{word}`");
        return Some(Diagnostic::new(Code::BadName, span, message, help));
    }
    if is_lower_case(word) {
        return None;
    }
    let message = format!("`{word}` is not a lower_case name");
    let help = match lower_case_of(word) {
        Some(better) => format!("write `{better}`: a letter, then letters, digits and `_`, all lower case"),
        None => "a name is a letter a-z, then letters, digits and `_`, all lower case".to_owned(),
    };
    Some(Diagnostic::new(Code::BadName, span, message, help))
}

fn is_lower_case(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// `CtoIntro`, `cto-intro` and `2nd` as the language would write them.
fn lower_case_of(word: &str) -> Option<String> {
    let mut out = String::new();
    let mut was_lower = false;
    for letter in word.chars() {
        if letter.is_ascii_uppercase() && was_lower {
            out.push('_');
        }
        was_lower = letter.is_ascii_lowercase();
        out.push(if letter == '-' { '_' } else { letter.to_ascii_lowercase() });
    }
    let out = out.trim_start_matches(|first: char| !first.is_ascii_lowercase());
    (is_lower_case(out) && !is_keyword(out)).then(|| out.to_owned())
}

/// What to do about a line break where none can stand: a path, a tag, a time zone.
pub const ONE_LINE: &str = "write it without line breaks: only a message goes over several lines";

/// `repeat` without a literal number of times.
pub fn unbounded_repeat(span: Span) -> Diagnostic {
    let help = "write a number: `repeat up to 3 times, 2 days apart`; every campaign ends";
    Diagnostic::new(Code::UnboundedRepeat, span, "`repeat` does not say how many times at most", help)
}

/// The fault of a cron expression that cannot be read; none for a good one. Both notations ask while they read.
pub fn bad_cron(expression: &str, span: Span) -> Option<Diagnostic> {
    let why = Cron::new(expression).err()?;
    let message = format!("the cron expression `{expression}` cannot be read: {why}");
    let help = "write five fields, minute hour day month weekday: `\"0 9 * * tue\"` is Tuesdays at nine";
    Some(Diagnostic::new(Code::BadCron, span, message, help))
}

/// The candidate that was probably meant: near enough that a slip of the hand explains it.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > 64 {
        return None;
    }
    let allowed = match word.chars().count() {
        0..=1 => 0,
        2..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed && *distance > 0)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A token as shown in a sentence: one line, not too long.
pub fn shown(token: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let line = token.lines().next().unwrap_or_default();
    if line.len() == token.len() && token.chars().count() <= SHOWN_MAX {
        return token.to_owned();
    }
    let head: String = line.chars().take(SHOWN_MAX).collect();
    format!("{head}…")
}

/// `a`, `b` or `c`, each in backticks.
pub fn one_of<'c>(words: impl IntoIterator<Item = &'c str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    joined(&quoted)
}

/// The parts with commas, and `or` before the last.
pub fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
