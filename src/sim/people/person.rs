//! Somebody.

use std::collections::BTreeSet;

/// Somebody, as far as the pretend provider knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The key in the directory: a slug, digits of a phone number, a user name.
    pub key: String,
    pub first_name: String,
    pub last_name: String,
    pub headline: String,
    pub company: String,
    pub location: String,
    /// Takes InMails from anybody, free of charge.
    pub is_open: bool,
    pub is_premium: bool,
    /// Of which accounts they are a relation from the start.
    pub relation: Ties,
    /// Has posts and skills with endorsement ids.
    pub has_posts: bool,
    /// What a people file says they do; none: as the seed has it.
    pub script: Option<Script>,
}

/// Which accounts somebody is connected with before anything happens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ties {
    #[default]
    Nobody,
    Everybody,
    /// Account ids.
    Of(BTreeSet<String>),
}

impl Ties {
    /// Connected with that account?
    pub fn has(&self, account: &str) -> bool {
        match self {
            Self::Nobody => false,
            Self::Everybody => true,
            Self::Of(accounts) => accounts.contains(account),
        }
    }
}

impl Person {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// What a people file says somebody does. None: never.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    pub accepts_after_ms: Option<i64>,
    pub replies_after_ms: Option<i64>,
    /// Empty: a friendly default.
    pub reply: Option<String>,
    /// The account's owner writes to them by hand, so long after the first message.
    pub owner_writes_after_ms: Option<i64>,
    /// Does not even read, unless told to.
    pub is_silent: bool,
}
