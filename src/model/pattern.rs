//! A regular expression of the language: `/…/i`, in the dialect of the `regex` crate (linear time).
//!
//! A value that says whether a text matches; nothing else of matching lives here.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::OnceLock;

/// Largest compiled program in bytes; above it the pattern is refused. Keeps hostile patterns cheap.
pub const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A checked pattern. Compiled on first use, compared and stored by its source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pattern {
    pub source: String,
    pub ignore_case: bool,
    #[serde(skip)]
    compiled: OnceLock<Option<regex::Regex>>,
}

impl Pattern {
    /// Checks and compiles a pattern; the error is the regex crate's sentence.
    pub fn new(source: &str, ignore_case: bool) -> Result<Self, String> {
        let regex = build(source, ignore_case).map_err(|fault| fault.to_string())?;
        let compiled = OnceLock::from(Some(regex));
        Ok(Self { source: source.to_owned(), ignore_case, compiled })
    }

    /// Does the text match anywhere? A pattern that no longer compiles matches nothing.
    pub fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| build(&self.source, self.ignore_case).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// As the language writes it.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.source, if self.ignore_case { "i" } else { "" })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.ignore_case == other.ignore_case
    }
}

fn build(source: &str, ignore_case: bool) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(source).case_insensitive(ignore_case).size_limit(PATTERN_BYTES_MAX).build()
}
