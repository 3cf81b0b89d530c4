//! What came of a check.

use std::fmt;

/// What came of a check: its figures, and what is wrong with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    facts: Vec<(&'static str, String)>,
    faults: Vec<String>,
}

impl Verdict {
    /// Nothing found yet, nothing wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// A figure that proves nothing by itself.
    pub fn fact(&mut self, name: &'static str, value: impl fmt::Display) {
        self.facts.push((name, value.to_string()));
    }

    /// A figure that has to be nought.
    pub fn none(&mut self, name: &'static str, count: u64) {
        self.fact(name, count);
        if count > 0 {
            self.faults.push(format!("{name} is {count} and has to be 0"));
        }
    }

    /// A figure below which the check did too little to prove anything.
    pub fn at_least(&mut self, name: &'static str, count: u64, least: u64) {
        self.fact(name, count);
        if count < least {
            self.faults.push(format!("{name} is {count}: with fewer than {least} the check proves nothing"));
        }
    }

    /// A figure above which something costs too much.
    pub fn at_most(&mut self, name: &'static str, count: u64, most: u64) {
        self.fact(name, count);
        if count > most {
            self.faults.push(format!("{name} is {count}: more than {most}"));
        }
    }

    /// Something that went wrong, in a sentence that names the seed it can be seen with.
    pub fn fault(&mut self, sentence: impl Into<String>) {
        self.faults.push(sentence.into());
    }

    /// What went wrong.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Did the engine hold, and was enough tried?
    pub fn passed(&self) -> bool {
        self.faults.is_empty()
    }

    /// The last line of a check: `RESULT name pass|fail key=value …`.
    pub fn line(&self, name: &str) -> String {
        let word = if self.passed() { "pass" } else { "fail" };
        self.facts.iter().fold(format!("RESULT {name} {word}"), |line, (key, value)| format!("{line} {key}={value}"))
    }
}
