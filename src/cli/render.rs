//! The only file that prints. stdout is data, stderr is talk.

use crate::cli::ending::Ending;
use crate::model::journal::Entry;
use crate::runtime::query::story;
use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};
use std::io::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a text that was received or is told, in a line of a timeline.
const STORY_COLUMNS: usize = 70;

/// Data, on stdout. A reader that went away is no fault of ours.
pub fn data(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()).is_err() {
        std::process::exit(i32::from(crate::cli::ending::DONE));
    }
}

/// Talk, on stderr; on a terminal no word is broken at its edge.
pub fn talk(text: &str) {
    let columns = terminal().map(|(_, columns)| columns);
    let text = columns.map_or_else(|| text.to_owned(), |columns| wrapped(text, columns));
    // If stderr is gone there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// A part of the talk as it stands, in one piece: what moves a terminal's cursor.
pub fn unbroken(part: &str) {
    let mut talk = std::io::stderr().lock();
    // As above.
    drop(talk.write_all(part.as_bytes()).and_then(|()| talk.flush()));
}

/// Lines that are too long go on in the next, a little further in. An address stays in one piece; what is painted stays as it is.
pub fn wrapped(text: &str, columns: usize) -> String {
    let wrap = |line: &str| {
        if line.width() <= columns || line.contains('\u{1b}') {
            return line.to_owned();
        }
        let indent = " ".repeat(line.len() - line.trim_start().len() + 2);
        let how = textwrap::Options::new(columns).subsequent_indent(&indent).break_words(false);
        textwrap::fill(line, how.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    text.lines().map(wrap).collect::<Vec<_>>().join("\n")
}

/// Says how a command ended, and its exit code.
pub fn end(ending: &Ending) -> u8 {
    if let Some(message) = &ending.message {
        talk(&format!("error: {message}"));
    }
    if let Some(help) = &ending.help {
        talk(&format!("  help: {help}"));
    }
    ending.code
}

/// Control characters of contact data never reach the terminal: shown as their picture.
pub fn plain(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        // What turns the direction of writing, breaks lines, or is not seen at all.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => {
            '\u{fffd}'
        }
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// What a line of a timeline says, for a terminal. None: nothing a looker-on waits for (`is_full`: those too).
pub fn told(entry: &Entry, is_full: bool) -> Option<String> {
    story::told(entry, is_full, &|text| shortened(text, STORY_COLUMNS)).map(|words| plain(&words))
}

/// `1 campaign`, `2 campaigns`
pub fn many(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Cut to so many columns of a terminal, with `…` where something is missing.
pub fn shortened(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// Exactly so many columns of a terminal: cut, or filled up.
pub fn fitted(text: &str, columns: usize) -> String {
    let shown = shortened(text, columns);
    let missing = columns.saturating_sub(shown.width());
    shown + &" ".repeat(missing)
}

/// A table without lines, on stdout: columns as wide as their text.
pub fn table(head: &[&str], rows: Vec<Vec<String>>, color: bool) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head.iter().map(|title| match color {
        true => Cell::new(title).add_attribute(Attribute::Bold),
        false => Cell::new(title),
    }));
    for row in rows {
        table.add_row(row.iter().map(|text| plain(text)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.lines() {
        data(line.trim_end());
    }
}

/// Columns of the terminal, 100 where there is none.
pub fn width() -> usize {
    terminal().map_or(100, |(_, columns)| columns)
}

/// Lines and columns of the terminal that stderr is; as of the usual one where it does not say.
pub fn size() -> (usize, usize) {
    terminal().unwrap_or((24, 80))
}

/// None: stderr is no terminal, or one without a size.
fn terminal() -> Option<(usize, usize)> {
    let (lines, columns) = console::Term::stderr().size_checked()?;
    (lines > 0 && columns > 0).then(|| (usize::from(lines), usize::from(columns)))
}

/// Asks on the terminal; anything but yes is no.
pub fn confirm(question: &str) -> bool {
    talk(&format!("{question} [y/N]"));
    let mut answer = String::new();
    let is_read = std::io::stdin().read_line(&mut answer).is_ok();
    is_read && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
