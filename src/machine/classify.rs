//! What a reply is taken for.

use crate::model::campaign::Class;
use crate::model::time::Timestamp;

/// What a reply was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// Every class that fits: built-in ones first, then the author's.
    pub classes: Vec<String>,
    /// The day an out-of-office reply names for the return, `2027-01-04`.
    pub return_date: Option<String>,
}

/// What the text is taken for; the author's classes by their patterns.
pub fn classify(text: &str, classes: &[Class], received: Timestamp) -> Verdict {
    let _ = received;
    let own = classes.iter().filter(|class| class.pattern.is_match(text)).map(|class| class.name.clone());
    Verdict { classes: own.collect(), return_date: None }
}
