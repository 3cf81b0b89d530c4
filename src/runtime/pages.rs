//! Lists of the far side, walked page by page, and texts compared as it shows them.

use crate::connector::contract::{Refusal, Verdict};
use crate::model::planted::{Bug, is_planted};

/// Pages of one list that a reading walks at most: a bound against lists that never end (POSTPRESS.md §0).
const PAGES_MAX: usize = 40;

/// Walks pages: stops at the end, refuses to walk for ever.
#[derive(Default)]
pub(super) struct Walk {
    /// Of the page to ask for; none: the first.
    pub(super) cursor: Option<String>,
    pages: usize,
}

impl Walk {
    /// Is there another page? Then the cursor points at it.
    pub(super) fn goes_on(&mut self, next: Option<String>) -> Result<bool, Refusal> {
        self.pages += 1;
        let next = next.filter(|_| !is_planted(Bug::FirstPageOnly));
        let Some(next) = next else { return Ok(false) };
        if self.pages >= PAGES_MAX || self.cursor.as_ref() == Some(&next) {
            return Err(Refusal {
                verdict: Verdict::Later { after_s: None },
                status: None,
                code: "list_without_end".to_owned(),
                detail: Some(format!("{} pages read", self.pages)),
            });
        }
        self.cursor = Some(next);
        Ok(true)
    }
}

/// A text as it is compared with what the provider shows: runs of white space are one space, ends are cut.
pub fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
