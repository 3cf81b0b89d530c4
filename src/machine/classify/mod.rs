//! What a reply is taken for: the built-in classes by rules, the author's by their patterns.
//!
//! Made for precision: a sentence must say it. "stop by on Friday" is no opting out, "I was on holiday" no absence.
//! The verdict becomes part of the event, so that a replay never asks again. Start at [`classify`].

mod dates;
mod rules;

use crate::model::campaign::Class;
use crate::model::time::Timestamp;
use jiff::tz::TimeZone;
use rules::Rules;

/// The person does not want to be written to.
pub const OPT_OUT: &str = "opt_out";
/// An automatic or plain word of absence.
pub const OUT_OF_OFFICE: &str = "out_of_office";

/// Longest reply that is read, in characters: rules for sentences need no more.
const READ_CHARS_MAX: usize = 8_000;

/// What a reply was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Every class that fits: built-in ones first, then the author's.
    pub classes: Vec<String>,
    /// The day an out-of-office reply names for the return, `2027-01-04`.
    pub return_date: Option<String>,
}

/// What the text is taken for. `received` places dates that name no year.
pub fn classify(text: &str, classes: &[Class], received: Timestamp) -> Verdict {
    let read = plain(text);
    let opts_out = rules::opt_out().fit(&read);
    let is_away = rules::out_of_office().fit(&read);
    let today = received.in_zone(&TimeZone::UTC).date();
    let return_date = is_away.then(|| dates::return_date(&read, today)).flatten();
    let built_in = [(opts_out, OPT_OUT), (is_away, OUT_OF_OFFICE)].into_iter().filter(|(fits, _)| *fits).map(|(_, name)| name);
    let own = classes.iter().filter(|class| class.pattern.is_match(text)).map(|class| class.name.as_str());
    Verdict { classes: built_in.chain(own).map(str::to_owned).collect(), return_date: return_date.map(|date| date.to_string()) }
}

/// Quoted lines away, one kind of apostrophe, spaces single within a line.
fn plain(text: &str) -> String {
    let read: String =
        text.chars().take(READ_CHARS_MAX).map(|c| if matches!(c, '’' | '‘' | '´' | '`') { '\'' } else { c }).collect();
    let lines = read.lines().filter(|line| !line.trim_start().starts_with('>'));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// Sentences without the marks around them; the point of `15. Januar` and of `a.u.b.` ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut from = 0;
    let mut before = ' ';
    let mut walk = text.char_indices().peekable();
    while let Some((at, c)) = walk.next() {
        let is_point_inside = c == '.' && (before.is_ascii_digit() || walk.peek().is_some_and(|(_, next)| !next.is_whitespace()));
        if matches!(c, '.' | '!' | '?' | '\n' | ';' | '…') && !is_point_inside {
            all.extend(text.get(from..at));
            from = at + c.len_utf8();
        }
        before = c;
    }
    all.extend(text.get(from..));
    all.into_iter()
        .map(|sentence| sentence.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

impl Rules {
    /// Does any sentence say it?
    fn fit(&self, text: &str) -> bool {
        sentences(text).into_iter().any(|sentence| self.says(sentence))
    }

    fn says(&self, sentence: &str) -> bool {
        self.positive.iter().any(|pattern| pattern.is_match(sentence))
            && !self.negative.iter().any(|pattern| pattern.is_match(sentence))
    }
}
