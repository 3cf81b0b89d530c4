//! Lists of the far side, walked page by page, what of them is still to be read, and texts compared as it shows them.

use crate::connector::contract::{Refusal, Verdict};
use crate::model::id::ChatId;
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, Timestamp};
use std::collections::BTreeSet;

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

/// A chat that is listed but cannot be read for so long is gone.
const UNREAD_MS_MAX: i64 = DAY_MS;

/// What the polls of an account have still to read.
#[derive(Debug, Default)]
pub struct Unread {
    /// Since when a chat of ours is listed that cannot be read.
    since: Option<Timestamp>,
    /// Chats that became known as ours by a call: what was written there before is still to be read.
    pub(super) new_chats: BTreeSet<ChatId>,
}

impl Unread {
    /// May a poll leave behind what it read? While a chat that was listed cannot be read, the same is read again, for a day at
    /// most: then it is taken to be gone.
    pub(super) fn is_over(&mut self, is_whole: bool, now: Timestamp) -> bool {
        let is_over = is_whole || now.since_ms(*self.since.get_or_insert(now)) >= UNREAD_MS_MAX;
        if is_over {
            self.since = None;
        }
        is_over
    }
}

/// A text as it is compared with what the provider shows: runs of white space are one space, ends are cut.
pub fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
