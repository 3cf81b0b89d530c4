//! Habits of other languages, and what this one writes instead: braces, colons, `then`, `elif`, texts without quotes.

use crate::lang::camp::grammar::{Phrase, Rule};
use crate::lang::camp::head::{head, is_word, skip, word_end};
use crate::lang::words::shown;

/// Words that begin a line elsewhere, and the way out.
const FIRST_WORDS: &[(&str, &str)] = &[
    ("elif", "write `else if`"),
    ("elsif", "write `else if`"),
    ("elseif", "write `else if`"),
    ("otherwise", "write `else`"),
    ("switch", "write `if … else if … else … end`"),
    ("match", "write `if … else if … else … end`"),
    ("case", "write `else if`"),
    ("while", "write `repeat up to 3 times, 2 days apart`: every campaign ends"),
    ("for", "write `repeat up to 3 times, 2 days apart`: every campaign ends"),
    ("loop", "write `repeat up to 3 times, 2 days apart`: every campaign ends"),
    ("goto", "paths only go forward: put what they share behind the `end` of the block, or into a `part`"),
    ("jump", "paths only go forward: put what they share behind the `end` of the block, or into a `part`"),
    ("exit", "write `stop as` and an outcome"),
    ("return", "write `stop as` and an outcome"),
    ("finish", "write `stop as` and an outcome"),
    ("sleep", "write `wait 2 days`"),
    ("delay", "write `wait 2 days`"),
    ("connect", "write `invite`"),
    ("inmail", "write `send inmail` and the message"),
    ("email", "write `send` and the message; it goes over the channel of the campaign's accounts"),
    ("log", "write `notify owner \"…\"`"),
    ("print", "write `notify owner \"…\"`"),
    ("let", "write `set field = \"value\"`"),
    ("var", "write `set field = \"value\"`"),
    ("import", "there is nothing to import: all files of a folder are one program"),
    ("include", "there is nothing to include: all files of a folder are one program"),
    ("def", "write `part NAME … end`, and `do NAME` where it is used"),
    ("function", "write `part NAME … end`, and `do NAME` where it is used"),
];

/// Does the word divide a block elsewhere? It never opens one here.
pub fn is_foreign_clause(word: &str) -> bool {
    matches!(word, "elif" | "elsif" | "elseif" | "otherwise" | "case")
}

/// The way out for a line that begins as in another language.
pub fn first_word(mask: &str, word: &str) -> Option<&'static str> {
    let by_sign = [
        ("'", "a text stands in double quotes: `\"…\"`"),
        ("//", "a comment begins with `#`"),
        ("/*", "a comment begins with `#`"),
        ("--", "a comment begins with `#`"),
        ("<!--", "a comment begins with `#`"),
        ("}", "a block ends with `end`"),
        ("{", "blocks have no braces: they end with `end`"),
        ("- ", "take the `-` out: each statement stands on a line of its own"),
        ("* ", "take the `*` out: each statement stands on a line of its own"),
    ];
    let sign = by_sign.iter().find(|(sign, _)| mask.starts_with(sign));
    sign.or_else(|| FIRST_WORDS.iter().find(|(known, _)| *known == word)).map(|(_, help)| *help)
}

/// What is wrong with the token at `at`, and the way out, where a habit explains it.
pub fn inside(phrase: &Phrase<'_>, at: usize, token: &str, expected: &[Rule]) -> Option<(String, String)> {
    let rest = phrase.mask.get(at..)?;
    let is_last = skip(phrase.mask, at + token.len()) >= phrase.mask.len();
    let may_end = expected.contains(&Rule::EOI);
    let told = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
    match token {
        ":" if is_last => return told("a line does not end with `:`", "take the `:` out; a block goes on to its `end`"),
        "{" => return told("blocks have no braces", "take the `{` out, and write `end` where the block ends"),
        ";" if is_last => return told("a line does not end with `;`", "take the `;` out: the end of the line is enough"),
        "then" | "do" if is_last && may_end => {
            let message = format!("`{token}` is not needed here");
            return Some((message, format!("take `{token}` out: what is done stands on the lines below, up to `end`")));
        }
        "/" if rest.starts_with("//") => return told("`//` does not begin a comment", "write `#`"),
        _ => {}
    }
    let help = by_line(phrase, at, token, expected).or_else(|| without_quotes(phrase, at, token, expected))?;
    Some((String::new(), help))
}

/// Habits of single statements.
fn by_line(phrase: &Phrase<'_>, at: usize, token: &str, expected: &[Rule]) -> Option<String> {
    let head = head(phrase.mask);
    let rest = phrase.raw.get(at..).unwrap_or_default().trim_end();
    let help = match (head.word(0), token) {
        ("wait", "for") if expected.contains(&Rule::EOI) => {
            "to wait for an event write `wait up to 14 days for accepted or stop as …`, or a block with `when` and `on timeout`"
                .to_owned()
        }
        ("wait", "for") => {
            let behind = rest.trim_start_matches("for").trim_start();
            if behind.starts_with(|first: char| first.is_ascii_digit()) {
                format!("leave `for` out: `wait {}`", shown(behind))
            } else {
                format!("say how long at most: `wait up to 14 days for {} or stop as …`", shown(behind))
            }
        }
        ("wait", _) if expected == [Rule::k_up] => {
            let length = rest.split(" for").next().unwrap_or_default();
            format!("say how long at most: `wait up to {}`", shown(length))
        }
        ("repeat", _) if expected.contains(&Rule::k_up) => format!("write `repeat up to {}`", shown(rest)),
        ("stop", _) if expected.contains(&Rule::k_as) => "say with which outcome: `stop as replied`".to_owned(),
        ("send", _) if head.word(1) == "message" => format!("leave `message` out: `send {}`", shown(rest)),
        ("need" | "may" | "pool" | "accounts" | "outcomes", _) if is_name(token) && expected.contains(&Rule::EOI) => {
            format!("put a comma before it: `{}, {token}`", word_before(phrase.mask, at))
        }
        (_, _) => return None,
    };
    Some(help)
}

/// Words where a text belongs: the same with its quotes.
fn without_quotes(phrase: &Phrase<'_>, at: usize, token: &str, expected: &[Rule]) -> Option<String> {
    if !token.starts_with(is_word) {
        return None;
    }
    let head = head(phrase.mask);
    let line = phrase.raw.trim_end();
    let is_only_text = expected.iter().all(|rule| matches!(rule, Rule::text | Rule::texts));
    let takes_text = matches!(head.word(0), "send" | "invite" | "notify" | "ask" | "comment") && expected.contains(&Rule::EOI);
    if is_only_text {
        let rest = line.get(at..)?;
        let whole = !matches!(head.word(0), "start" | "test" | "goal" | "report" | "call" | "if");
        let text = if whole { rest } else { rest.split_whitespace().next()? };
        return Some(format!("write it in double quotes: `\"{}\"`", shown(text)));
    }
    let before = word_before(phrase.mask, at);
    let start = phrase.mask.get(..at)?.trim_end().len() - before.len();
    if takes_text && is_name(before) && !matches!(before, "with" | "to") {
        let text = line.get(start..)?;
        return Some(format!("a text stands in double quotes: `\"{}\"`; a message's name is one word", shown(text)));
    }
    let is_compared = expected.contains(&Rule::k_and) && expected.contains(&Rule::k_or) && is_name(before);
    let operator = word_before(phrase.mask, start);
    if is_compared && matches!(operator, "is" | "not") {
        return Some(format!("a text stands in double quotes: `\"{before} {token}\"`"));
    }
    None
}

fn is_name(word: &str) -> bool {
    word.starts_with(is_word)
}

/// The word that ends before that place.
pub fn word_before(mask: &str, at: usize) -> &str {
    let before = mask.get(..at).unwrap_or_default().trim_end();
    let start = before.rfind(|letter| !is_word(letter)).map_or(0, |found| {
        let width = before.get(found..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        found + width
    });
    before.get(start..).unwrap_or_default()
}

/// The word or text that begins behind that place, spaces left out.
pub fn word_behind<'p>(phrase: &Phrase<'p>, at: usize) -> &'p str {
    let start = skip(phrase.mask, at);
    let quoted = phrase.mask.get(start..).filter(|rest| rest.starts_with('"')).and_then(|rest| rest.get(1..)?.find('"'));
    let end = quoted.map_or_else(|| word_end(phrase.mask, start), |length| start + length + 2);
    phrase.raw.get(start..end).unwrap_or_default()
}
