//! I7: whoever has not ended has a reason and a time to wake, or waits for a person; at rest all have ended or are parked.

use crate::lab::oracle::{Books, Breach, Invariant, Story, When};

/// Reasons that only somebody's doing takes away: they have no time.
const UNTIL_SOMEBODY_ACTS: [&str; 10] = [
    "parked",
    "paused",
    "campaign_paused",
    "all_paused",
    "account_lost",
    "account_deleted",
    "account_paused",
    "account_missing",
    "account_unchecked",
    "key_refused",
];
/// Reasons of which the end is near, but not known to the minute.
const SOON: [&str; 5] = ["ready", "in_flight", "unknown", "reading", "pending_ceiling"];

/// Judges everybody's standing. Whoever waits for room under the ceiling of pending invitations waits for a person too, where
/// invitations of the account are parked: they keep their places.
pub fn judge(books: &Books, when: When) -> Vec<Breach> {
    let parked = |account: Option<&String>| {
        books.stories.iter().any(|story| story.row.status == "parked" && story.row.account.as_ref() == account)
    };
    let waits_for_room =
        |story: &Story| story.row.reason.as_deref() == Some("pending_ceiling") && parked(story.row.account.as_ref());
    books.stories.iter().filter(|story| !waits_for_room(story)).filter_map(|story| stuck(story, when)).collect()
}

fn stuck(story: &Story, when: When) -> Option<Breach> {
    if story.has_ended() {
        return None;
    }
    let row = &story.row;
    let told = |why: &str| {
        let (step, reason) = (row.step.as_deref().unwrap_or("-"), row.reason.as_deref().unwrap_or("-"));
        let what = format!("{} is {} at `{step}` ({reason}) {why}", story.name(), row.status);
        Some(Breach::new(Invariant::NeverStuck, what))
    };
    let Some(reason) = row.reason.as_deref() else { return told("without a reason") };
    let is_somebodys = UNTIL_SOMEBODY_ACTS.contains(&reason) || row.status == "parked" || row.status == "paused";
    if when == When::AtRest && !is_somebodys {
        return told("when all should have ended");
    }
    if row.next_at.is_none() && !is_somebodys && !SOON.contains(&reason) {
        return told("and nothing will ever wake them");
    }
    None
}
