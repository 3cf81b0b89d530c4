//! What a line begins with: its label and first words, and which block or clause they open.

use crate::lang::words;

/// Words looked at: `else if`, `on account lost`, `wait up to`.
const WORDS_MAX: usize = 4;

/// The beginning of a line.
#[derive(Debug)]
pub struct Head<'l> {
    /// Bytes of the label within the line, without its colon.
    pub label: Option<(usize, usize)>,
    /// Where the statement behind the label begins.
    pub body: usize,
    pub words: Vec<&'l str>,
}

/// Reads a line's beginning. `late:` is a clause and no label; nor is a keyword with nothing behind its colon, as in
/// other languages (`else:`).
pub fn head(mask: &str) -> Head<'_> {
    let first = word_end(mask, 0);
    let colon = skip(mask, first);
    let word = mask.get(..first).unwrap_or_default();
    let behind = mask.get(colon..).and_then(|rest| rest.strip_prefix(':'));
    let is_label = !word.is_empty()
        && word != "late"
        && behind.is_some_and(|behind| !words::is_keyword(word) || !behind.trim_start().is_empty());
    let (label, body) = if is_label { (Some((0, first)), skip(mask, colon + 1)) } else { (None, 0) };
    let mut words = Vec::with_capacity(WORDS_MAX);
    let mut at = body;
    while words.len() < WORDS_MAX {
        let end = word_end(mask, at);
        if end == at {
            break;
        }
        words.push(mask.get(at..end).unwrap_or_default());
        at = skip(mask, end);
    }
    Head { label, body, words }
}

/// The end of the word that begins there; the place itself if none does.
pub fn word_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
}

/// Behind the spaces that stand there, a continuation among them.
pub fn skip(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let mut end = at;
    let mut letters = rest.char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        match letter {
            ' ' | '\t' | '\r' | '\n' => end = at + offset + 1,
            '\\' if letters.peek().is_some_and(|(_, next)| next.is_whitespace()) => end = at + offset + 1,
            _ => break,
        }
    }
    end
}

/// May stand in a word (`wc` of the grammar).
pub fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-' || !letter.is_ascii()
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Campaign,
    Workspace,
    Message,
    Contacts,
    Steps,
    Handler,
    Schedule,
    Limits,
    Account,
    Wait,
    If,
    Repeat,
    Split,
    Test,
    Part,
    Migrate,
    /// A word nobody knows, with an indented body and an `end`.
    Unknown,
}

impl Kind {
    /// Holds statements.
    pub fn takes_statements(self) -> bool {
        match self {
            Self::Steps | Self::Handler | Self::Wait | Self::If | Self::Repeat | Self::Split | Self::Part => true,
            Self::Campaign | Self::Workspace | Self::Message | Self::Contacts | Self::Schedule => false,
            Self::Limits | Self::Account | Self::Test | Self::Migrate | Self::Unknown => false,
        }
    }
}

/// A clause that divides a block of statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    When,
    Timeout,
    ElseIf,
    Else,
    Share,
}

impl Clause {
    /// The block it belongs to.
    pub fn kind(self) -> Kind {
        match self {
            Self::When | Self::Timeout => Kind::Wait,
            Self::ElseIf | Self::Else => Kind::If,
            Self::Share => Kind::Split,
        }
    }

    /// Its words and its block's, for sentences.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::When => ("when", "wait up to"),
            Self::Timeout => ("on timeout", "wait up to"),
            Self::ElseIf => ("else if", "if"),
            Self::Else => ("else", "if"),
            Self::Share => ("% as", "split"),
        }
    }
}

impl Head<'_> {
    /// The n-th word, or nothing.
    pub fn word(&self, index: usize) -> &str {
        self.words.get(index).copied().unwrap_or_default()
    }

    /// The clause it opens, among statements.
    pub fn clause(&self, mask: &str) -> Option<Clause> {
        if self.label.is_some() {
            return None;
        }
        match (self.word(0), self.word(1)) {
            ("when", _) => Some(Clause::When),
            ("on", "timeout") => Some(Clause::Timeout),
            ("else", "if") => Some(Clause::ElseIf),
            ("else", _) => Some(Clause::Else),
            (share, _) => {
                let is_number = !share.is_empty() && share.bytes().all(|byte| byte.is_ascii_digit());
                let behind = mask.get(skip(mask, share.len())..).unwrap_or_default();
                (is_number && behind.starts_with('%')).then_some(Clause::Share)
            }
        }
    }

    /// Does it begin a handler of the whole campaign?
    pub fn is_handler(&self) -> bool {
        self.label.is_none()
            && self.word(0) == "on"
            && matches!(
                (self.word(1), self.word(2)),
                ("reply" | "takeover" | "event", _) | ("opt", "out") | ("account", "lost") | ("send", "failed")
            )
    }

    /// The block it opens at top level.
    pub fn top(&self) -> Option<Kind> {
        match self.word(0) {
            _ if self.label.is_some() => None,
            "campaign" => Some(Kind::Campaign),
            "workspace" => Some(Kind::Workspace),
            "test" => Some(Kind::Test),
            _ => None,
        }
    }

    /// The block it opens directly in a campaign or workspace, or at top level.
    pub fn member(&self) -> Option<Kind> {
        match self.word(0) {
            _ if self.label.is_some() => None,
            "contacts" => Some(Kind::Contacts),
            "message" => Some(Kind::Message),
            "part" => Some(Kind::Part),
            "steps" => Some(Kind::Steps),
            "schedule" => Some(Kind::Schedule),
            "limits" => Some(Kind::Limits),
            "account" => Some(Kind::Account),
            "migrate" if self.word(3).is_empty() => Some(Kind::Migrate),
            "on" if self.is_handler() && !self.words.contains(&"ignore") => Some(Kind::Handler),
            _ => None,
        }
    }

    /// The block it opens among statements.
    pub fn statement(&self, mask: &str) -> Option<Kind> {
        match (self.word(0), self.word(1)) {
            ("if", _) => Some(Kind::If),
            ("repeat", _) => Some(Kind::Repeat),
            ("split", _) => Some(Kind::Split),
            ("wait", "up") if !has_word(mask, "for") => Some(Kind::Wait),
            (_, _) => None,
        }
    }
}

fn has_word(mask: &str, word: &str) -> bool {
    mask.split(|letter| !is_word(letter)).any(|part| part == word)
}
