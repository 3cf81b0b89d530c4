//! Where each byte of a scalar's value stands in the source: escapes, folds and indents undone.

use crate::lang::yaml::tree::Style;

/// Pairs of (offset in value, offset in source), ascending, as `syntax::Text::map` wants them. `written` is the scalar as
/// it stands in the source, quotes included, from byte `start` on.
pub fn map(written: &str, start: usize, value: &str, style: Style) -> Vec<(u32, u32)> {
    match style {
        Style::Block => map_block(written, start, value),
        Style::Plain => map_flow(written, start, value, None),
        Style::Quoted => {
            let quote = written.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            map_flow(written.get(1..).unwrap_or_default(), start + 1, value, quote)
        }
    }
}

/// Line by line: a literal line ends with what it gives. A folded block is looked up word by word.
fn map_block(written: &str, start: usize, value: &str) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    let mut lines = written.split_inclusive('\n');
    let mut source = start;
    let mut at = 0;
    for line in value.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        for raw in lines.by_ref() {
            let raw_bare = raw.trim_end_matches(['\n', '\r']);
            let place = source + raw_bare.len().saturating_sub(bare.len());
            source += raw.len();
            if raw_bare.ends_with(bare) {
                places.push((at as u32, place as u32));
                break;
            }
        }
        at += line.len();
    }
    if places.len() < value.lines().count() { map_words(written, start, value) } else { places }
}

fn map_words(written: &str, start: usize, value: &str) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    let (mut source, mut at) = (0, 0);
    for word in value.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if let Some(found) = written.get(source..).and_then(|rest| rest.find(bare)) {
            places.push((at as u32, (start + source + found) as u32));
            source += found + bare.len();
        }
        at += word.len();
    }
    places
}

/// Character by character: an escape or a fold begins a new pair.
fn map_flow(written: &str, start: usize, value: &str, quote: Option<char>) -> Vec<(u32, u32)> {
    let mut places = vec![(0, start as u32)];
    let (mut source, mut at) = (0, 0);
    while let (Some(next), Some(wanted)) =
        (written.get(source..).and_then(|rest| rest.chars().next()), value.get(at..).and_then(|rest| rest.chars().next()))
    {
        let rest = written.get(source..).unwrap_or_default();
        // White space that stays as it is, taken at once: looked at character by character, a run of it takes its square.
        let run = blanks(rest);
        if run > 1 && value.get(at..).unwrap_or_default().starts_with(rest.get(..run).unwrap_or_default()) {
            (source, at) = (source + run, at + run);
            continue;
        }
        let (width, gives) = step(rest, next, wanted, quote, value.get(at..).unwrap_or_default());
        let is_straight = width == next.len_utf8() && gives == wanted.len_utf8() && next == wanted;
        if !is_straight && gives > 0 {
            places.push((at as u32, (start + source) as u32));
        }
        source += width;
        at += gives;
        if !is_straight {
            places.push((at as u32, (start + source) as u32));
        }
    }
    places
}

/// Bytes of white space at the beginning, if no line ends in it.
fn blanks(text: &str) -> usize {
    let run = text.len() - text.trim_start_matches([' ', '\t']).len();
    if text.get(run..).is_some_and(|behind| behind.starts_with(['\n', '\r'])) { 0 } else { run }
}

/// How many bytes of the source are taken, and how many of the value they give.
fn step(rest: &str, next: char, wanted: char, quote: Option<char>, value: &str) -> (usize, usize) {
    match (quote, next) {
        (Some('"'), '\\') => escape(rest, wanted),
        (Some('\''), '\'') => (2, 1),
        (_, ' ' | '\t' | '\n' | '\r') => fold(rest, next, value),
        _ => (next.len_utf8(), wanted.len_utf8()),
    }
}

fn escape(rest: &str, wanted: char) -> (usize, usize) {
    let mut width = match rest.chars().nth(1) {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        Some('\n' | '\r') => {
            let after = rest.get(1..).unwrap_or_default();
            return (1 + after.len() - after.trim_start().len(), 0);
        }
        Some(other) => 1 + other.len_utf8(),
        None => 1,
    };
    // A character outside the first plane may be written as two escapes.
    if width == 6 && wanted as u32 > 0xffff {
        width = 12;
    }
    (width, wanted.len_utf8())
}

/// White space with a line break in it: one break gives a space, more give one less.
fn fold(rest: &str, next: char, value: &str) -> (usize, usize) {
    let run = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    let breaks = rest.get(..run).unwrap_or_default().matches('\n').count();
    match breaks {
        0 => (next.len_utf8(), next.len_utf8()),
        1 => (run, usize::from(value.starts_with(' '))),
        _ => (run, value.chars().take(breaks - 1).take_while(|got| *got == '\n').count()),
    }
}
