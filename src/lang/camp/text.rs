//! Texts and patterns: where one ends, and what it says.
//!
//! A quote inside `{{ }}` or `{% %}` does not end a text. `\"` and `\\` are escapes; `\{`, `\}` and `\|` belong to
//! spintax and stay as they are.

use crate::lang::source::Span;
use crate::lang::syntax::Text;

/// The end (behind the quote) of the one-line text that opens at `at`, if it ends before `line_end`. `braces` and
/// `percents` are the line's last `}}` and `%}`.
pub fn inline_end(text: &str, at: usize, line_end: usize, braces: Option<usize>, percents: Option<usize>) -> Option<usize> {
    let bytes = text.as_bytes().get(..line_end)?;
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (byte, next) {
            (b'"', _) => return Some(at + 1),
            (b'\\', _) => at += 2,
            (b'{', Some(b'{')) if braces.is_some_and(|last| last >= at + 2) => at = behind(text, at + 2, "}}")?,
            (b'{', Some(b'%')) if percents.is_some_and(|last| last >= at + 2) => at = behind(text, at + 2, "%}")?,
            (_, _) => at += 1,
        }
    }
    None
}

fn behind(text: &str, from: usize, closer: &str) -> Option<usize> {
    Some(from + text.get(from..)?.find(closer)? + closer.len())
}

/// The end (behind the quotes) of the block text whose `"""` stands at `at`.
pub fn block_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at + 3;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' if bytes.get(at..at + 3) == Some(b"\"\"\"") => return Some(at + 3),
            _ => at += 1,
        }
    }
    None
}

/// The end (behind the slash) of the pattern that opens at `at`, if it ends before `line_end`.
pub fn regex_end(text: &str, at: usize, line_end: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(..line_end)?;
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'/' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// What the text between the quotes says. `raw` has its quotes; `span` is its place.
pub fn read(raw: &str, span: Span) -> Text {
    if raw.len() >= 6 && raw.starts_with("\"\"\"") {
        return read_block(raw.get(3..raw.len() - 3).unwrap_or_default(), span);
    }
    let mut text = Text { value: String::new(), span, is_block: false, map: Vec::new() };
    let inside = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    push_unescaped(&mut text, inside, span.start + 1);
    text
}

fn read_block(inside: &str, span: Span) -> Text {
    let mut text = Text { value: String::new(), span, is_block: true, map: Vec::new() };
    let mut lines: Vec<(u32, &str)> = Vec::new();
    let mut at = span.start + 3;
    for line in inside.split('\n') {
        lines.push((at, line.strip_suffix('\r').unwrap_or(line)));
        at += line.len() as u32 + 1;
    }
    let is_blank = |line: &str| line.chars().all(|letter| letter == ' ' || letter == '\t');
    let opens_on_new_line = lines.len() > 1 && lines.first().is_some_and(|(_, line)| is_blank(line));
    if opens_on_new_line {
        lines.remove(0);
        if lines.last().is_some_and(|(_, line)| is_blank(line)) {
            lines.pop();
        }
    }
    let indents = lines.iter().skip(usize::from(!opens_on_new_line)).filter(|(_, line)| !is_blank(line));
    let common = indents.map(|(_, line)| line.len() - line.trim_start_matches([' ', '\t']).len()).min().unwrap_or(0);
    for (index, (start, line)) in lines.iter().enumerate() {
        if index > 0 {
            text.value.push('\n');
        }
        let cut = if index == 0 && !opens_on_new_line { 0 } else { common.min(line.len()) };
        push_unescaped(&mut text, line.get(cut..).unwrap_or_default(), start + cut as u32);
    }
    text
}

/// Appends `raw`, which stands at `start`, with its escapes resolved; the map gets an entry wherever the two part.
fn push_unescaped(text: &mut Text, raw: &str, start: u32) {
    text.map.push((text.value.len() as u32, start));
    let mut letters = raw.char_indices();
    while let Some((offset, letter)) = letters.next() {
        let escaped = (letter == '\\').then(|| raw.get(offset + 1..)?.chars().next()).flatten();
        match escaped {
            Some(quoted @ ('"' | '\\')) => {
                letters.next();
                text.map.push((text.value.len() as u32, start + offset as u32 + 1));
                text.value.push(quoted);
            }
            Some(_) | None => text.value.push(letter),
        }
    }
}
