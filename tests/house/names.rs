//! Words that say nothing are in no name.

use crate::house::{check, pages};

/// As whole words of a name: `info` bans `account_info` and `InfoRow`, not `informed`.
const BANNED: [&str; 9] = ["manager", "handler", "helper", "util", "utils", "common", "misc", "service", "processor"];
const BANNED_TOO: [&str; 4] = ["info", "managers", "helpers", "services"];

/// `on reply` and its kin are handlers in the language itself (LANGUAGE §5): there the word is the right one.
const HANDLER_ROOMS: [&str; 4] = ["src/lang/", "src/model/", "src/machine/", "src/runtime/query/"];

#[test]
fn no_name_is_empty_of_meaning() {
    let mut faults = Vec::new();
    for page in pages("src") {
        let speaks_of_handlers = HANDLER_ROOMS.iter().any(|room| page.path.starts_with(room));
        let is_bad =
            |word: &str| (BANNED.contains(&word) || BANNED_TOO.contains(&word)) && !(word == "handler" && speaks_of_handlers);
        for part in page.path.split(['/', '.']) {
            faults.extend(words(part).into_iter().filter(|word| is_bad(word)).map(|word| format!("{}: `{word}`", page.path)));
        }
        for (at, line) in page.code() {
            for name in declared(line) {
                let bad = words(name).into_iter().find(|word| is_bad(word));
                faults.extend(bad.map(|word| format!("{}:{at}: `{name}` says `{word}`", page.path)));
            }
        }
    }
    check(&faults, "name the thing for what it is or does");
}

/// Names that a line declares.
fn declared(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace().peekable();
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "mod") {
            let name =
                words.peek().map(|name| name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default());
            names.extend(name);
        }
    }
    names
}

/// `HandlerFrame` and `handler_frame` alike: handler, frame.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}
