//! Long texts of a picture in several lines. Nothing is left out.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text in lines of at most so many columns: broken where a space is, a longer word where the line is full. The space
/// that a line is broken at is left out.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (at, word) in text.split(' ').enumerate() {
        let space = usize::from(at > 0);
        let used = lines.last().map_or(0, |line| line.width());
        match lines.last_mut() {
            Some(line) if used + space + word.width() <= columns => {
                line.push_str(if space == 1 { " " } else { "" });
                line.push_str(word);
            }
            _ if used == 0 => fill(&mut lines, word, columns),
            _ => {
                lines.push(String::new());
                fill(&mut lines, word, columns);
            }
        }
    }
    lines
}

/// Goes on in the last line, and in new ones as each is full.
fn fill(lines: &mut Vec<String>, word: &str, columns: usize) {
    for c in word.chars() {
        let is_full = lines.last().is_none_or(|line| !line.is_empty() && line.width() + c.width().unwrap_or(0) > columns);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
}
