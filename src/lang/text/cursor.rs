//! The words of an expression: names, texts, numbers, signs. Knows nothing of what they mean.

use crate::lang::text::template::TemplateFault;
use std::ops::Range;

/// One word with its bytes in the text.
#[derive(Debug, Clone)]
pub struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    pub at: Range<usize>,
}

/// What kind of word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    Number,
    /// A quoted text, its escapes resolved.
    Text(String),
    Sign,
}

impl Token<'_> {
    /// The name, if it is one.
    pub fn word(&self) -> Option<&str> {
        (self.kind == TokenKind::Word).then_some(self.text)
    }

    /// The sign; empty for all else.
    pub fn sign(&self) -> &str {
        if self.kind == TokenKind::Sign { self.text } else { "" }
    }
}

/// Words and signs of one expression: each `or` and filter stands within the next, and what walks them is as deep as they are.
const WORDS_MAX: usize = 256;

/// A place in the words of one expression.
pub struct Cursor<'a> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'a>>>,
    end: usize,
    whole: Range<usize>,
}

impl<'a> Cursor<'a> {
    /// Splits the bytes `within` of a text into words.
    pub fn new(text: &'a str, within: Range<usize>) -> Result<Self, TemplateFault> {
        let mut tokens = Vec::new();
        let mut at = within.start;
        while let Some(rest) = text.get(at..within.end).filter(|rest| !rest.is_empty()) {
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                at += blank;
                continue;
            }
            let token = token(rest, at)?;
            at = token.at.end;
            tokens.push(token);
        }
        if tokens.len() > WORDS_MAX {
            let message = format!("an expression of {} words", tokens.len());
            let help = format!("{WORDS_MAX} are the most: divide it with `{{% if %}}`");
            return Err(TemplateFault::template(within, message, help));
        }
        Ok(Self { tokens: tokens.into_iter().peekable(), end: within.end, whole: within })
    }

    /// The next word, taken.
    pub fn next(&mut self) -> Option<Token<'a>> {
        self.tokens.next()
    }

    /// The next word, left.
    pub fn peek(&mut self) -> Option<&Token<'a>> {
        self.tokens.peek()
    }

    /// The next word; its absence is a fault that says what was awaited.
    pub fn need(&mut self, what: &str) -> Result<Token<'a>, TemplateFault> {
        let whole = self.whole.clone();
        self.next()
            .ok_or_else(|| TemplateFault::template(whole, format!("{what} is missing"), "write a field, as in `{{ company }}`"))
    }

    /// Takes a name if it is next.
    pub fn take_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| token.word() == Some(word)).is_some()
    }

    /// Takes a sign if it is next.
    pub fn take_sign(&mut self, sign: &str) -> bool {
        self.take_sign_end(sign).is_some()
    }

    /// Takes a sign if it is next; where it ends.
    pub fn take_sign_end(&mut self, sign: &str) -> Option<usize> {
        self.tokens.next_if(|token| token.sign() == sign).map(|token| token.at.end)
    }

    /// What was not taken yet.
    pub fn rest(&mut self) -> Range<usize> {
        let end = self.end;
        self.peek().map_or(end, |token| token.at.start)..end
    }
}

fn token(rest: &str, at: usize) -> Result<Token<'_>, TemplateFault> {
    let first = rest.chars().next().unwrap_or_default();
    let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
    let (kind, length) = match first {
        '"' | '\'' => return quoted(rest, at, first),
        '0'..='9' => (TokenKind::Number, number_length(rest)),
        c if c.is_alphabetic() || c == '_' => (TokenKind::Word, run(|c| c.is_alphanumeric() || c == '_')),
        _ => (TokenKind::Sign, sign_length(rest)),
    };
    Ok(Token { kind, text: rest.get(..length).unwrap_or(rest), at: at..at + length })
}

fn number_length(rest: &str) -> usize {
    let whole = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let behind = rest.get(whole + 1..).filter(|_| rest.get(whole..).is_some_and(|tail| tail.starts_with('.')));
    let digits = behind.map_or(0, |tail| tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len()));
    if digits == 0 { whole } else { whole + 1 + digits }
}

fn sign_length(rest: &str) -> usize {
    let two = ["==", "!=", "<=", ">=", "&&", "||", "**", "//"];
    if two.iter().any(|sign| rest.starts_with(sign)) { 2 } else { rest.chars().next().map_or(0, char::len_utf8) }
}

fn quoted(rest: &str, at: usize, quote: char) -> Result<Token<'_>, TemplateFault> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((offset, c)) = chars.next() {
        match c {
            '\\' => value.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, other)) => other,
                None => '\\',
            }),
            c if c == quote => {
                let length = offset + c.len_utf8();
                let text = rest.get(..length).unwrap_or(rest);
                return Ok(Token { kind: TokenKind::Text(value), text, at: at..at + length });
            }
            other => value.push(other),
        }
    }
    let help = format!("close it with {quote}");
    Err(TemplateFault::template(at..at + rest.len(), "a text in the template that is never closed", help))
}
