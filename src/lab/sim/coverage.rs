//! What the machine and the outbox went through, read out of the journal.

use crate::lab::sim::tally::Tally;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Pause, Status};
use crate::model::id::Lsn;
use crate::model::intent::{Intent, IntentState};
use crate::model::journal::{Change, Commit, Entry, EntryKind, Record};
use crate::store::contract::{Store, StoreFault};
use std::ops::ControlFlow;

/// Counts all that the journal shows.
///
/// # Errors
/// The journal cannot be read.
pub fn note(tally: &mut Tally, store: &dyn Store) -> Result<(), StoreFault> {
    store.replay(Lsn(1), &mut |_, commit| {
        commit_of(tally, &commit);
        ControlFlow::Continue(())
    })
}

fn commit_of(tally: &mut Tally, commit: &Commit) {
    let cause = format!("{:?}", commit.cause);
    tally.note(format!("cause {}", first_word(&cause)));
    for change in &commit.changes {
        match change {
            Change::Put(Record::Enrollment(enrollment)) => enrollment_of(tally, enrollment),
            Change::Put(Record::Intent(intent)) => intent_of(tally, intent),
            Change::Put(_) | Change::Delete(_) => {}
        }
    }
    for (_, entry) in &commit.entries {
        entry_of(tally, entry);
    }
}

fn first_word(debug: &str) -> &str {
    debug.split([' ', '(', '{']).next().unwrap_or_default()
}

fn enrollment_of(tally: &mut Tally, enrollment: &Enrollment) {
    match &enrollment.status {
        Status::Queued => tally.note("status Queued"),
        Status::Active { handler, pause, .. } => {
            tally.note(if handler.is_some() { "status Active in a handler" } else { "status Active" });
            match pause {
                Some(Pause::Until { .. }) => tally.note("pause Until"),
                Some(Pause::Operator { .. }) => tally.note("pause Operator"),
                Some(Pause::Broken { .. }) => tally.note("pause Broken"),
                None => {}
            }
        }
        Status::Ended { handler, late_reply_done, .. } => {
            tally.note(if handler.is_some() || *late_reply_done { "status Ended, late reply" } else { "status Ended" });
        }
    }
    let Some(frame) = enrollment.frame() else { return };
    match &frame.awaits {
        Awaits::Timer { .. } => tally.note("awaits Timer"),
        Awaits::Look { .. } => tally.note("awaits Look"),
        Awaits::Nothing => tally.note("awaits Nothing"),
        Awaits::Call { call, hold, .. } => {
            let call = format!("{call:?}");
            tally.note(format!("awaits Call {}", first_word(&call)));
            tally.note(match hold {
                None => "hold none",
                Some(Hold::Retry { .. }) => "hold Retry",
                Some(Hold::Open { .. }) => "hold Open",
                Some(Hold::Unknown { .. }) => "hold Unknown",
                Some(Hold::Parked { .. }) => "hold Parked",
            });
        }
    }
}

fn intent_of(tally: &mut Tally, intent: &Intent) {
    let state = match intent.state {
        IntentState::Open => "Open",
        IntentState::Unknown { absent_at: Some(_), .. } => "Unknown, absent once",
        IntentState::Unknown { unreadable_since: Some(_), .. } => "Unknown, unreadable",
        IntentState::Unknown { .. } => "Unknown",
        IntentState::Parked { .. } => "Parked",
    };
    tally.note(format!("intent {state}"));
    let request = format!("{:?}", intent.request);
    tally.note(format!("request {} {state}", first_word(&request)));
}

fn entry_of(tally: &mut Tally, entry: &Entry) {
    tally.note(format!("entry {:?}", entry.kind));
    let word = |name: &str| entry.detail.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match entry.kind {
        EntryKind::Event => tally.note(format!("event {}", word("event").unwrap_or("?"))),
        EntryKind::Reconciled => tally.note(format!("found {}", word("by").unwrap_or("absent"))),
        EntryKind::Ended => tally.note(format!("outcome {}", word("outcome").unwrap_or("?"))),
        EntryKind::Failed => tally.note(format!("failed {}", word("code").unwrap_or("?"))),
        EntryKind::Enrolled
        | EntryKind::Started
        | EntryKind::Decision
        | EntryKind::Intent
        | EntryKind::Sent
        | EntryKind::Unknown
        | EntryKind::Parked
        | EntryKind::Cancelled
        | EntryKind::Skipped
        | EntryKind::Timer
        | EntryKind::Paused
        | EntryKind::Resumed
        | EntryKind::Notified
        | EntryKind::Changed
        | EntryKind::Moved => {}
    }
}

/// What two thousand worlds and more have to reach, and how often: kinds of faults and accidents, transitions of the machine,
/// phases of the outbox, reasons that the engine gives.
pub const REQUIRED: [(&str, u64, &[&str]); 10] = [
    (
        "act",
        20,
        &[
            "Again",
            "Answer",
            "ClockBack",
            "ClockForward",
            "Crash",
            "CrashTwice",
            "Down",
            "Edit",
            "Full",
            "Lower",
            "Named",
            "Pause",
            "PauseAll",
            "PauseCampaign",
            "Reimport",
            "Resume",
            "SignOut",
            "Sleep",
            "Stop",
            "Stray",
            "Suppress",
            "Trip",
        ],
    ),
    (
        "fault",
        20,
        &[
            "Disconnect",
            "ErrorAfter",
            "ErrorBefore",
            "GatewayAfter",
            "GatewayBefore",
            "ListLag",
            "NoSession",
            "PagesShift",
            "ProxyAfter",
            "ProxyBefore",
            "Refuse",
            "ResetAfter",
            "ResetBefore",
            "SilenceAfter",
            "SilenceBefore",
            "SmallPages",
            "TooMany",
            "TooManyRetryAfter",
            "Truncated",
            "WebhookLate",
            "WebhookLost",
            "WebhookTwice",
            "WithoutId",
            "WrongBody",
        ],
    ),
    (
        "entry",
        20,
        &[
            "Enrolled",
            "Started",
            "Event",
            "Decision",
            "Intent",
            "Sent",
            "Failed",
            "Unknown",
            "Reconciled",
            "Parked",
            "Cancelled",
            "Skipped",
            "Timer",
            "Paused",
            "Resumed",
            "Notified",
            "Changed",
            "Ended",
            "Moved",
        ],
    ),
    ("hold", 20, &["none", "Open", "Retry", "Unknown", "Parked"]),
    ("intent", 20, &["Open", "Unknown", "Unknown, absent once", "Unknown, unreadable", "Parked"]),
    ("found", 20, &["absent", "echo", "reading"]),
    ("answered", 20, &["on their way", "after the end"]),
    (
        "awaits",
        20,
        &[
            "Timer",
            "Look",
            "Nothing",
            "Call Invite",
            "Call Withdraw",
            "Call Message",
            "Call Inmail",
            "Call Group",
            "Call Engage",
            "Call ByHand",
        ],
    ),
    (
        "event",
        5,
        &[
            "accepted",
            "replied",
            "takeover",
            "seen",
            "delivered",
            "reacted",
            "booked",
            "by hand",
            "account lost",
            "approved",
            "rejected",
            "done",
        ],
    ),
    (
        "reason",
        5,
        &[
            "account_lost",
            "account_unchecked",
            "all_paused",
            "campaign_paused",
            "event",
            "gap",
            "limit",
            "parked",
            "pause_until",
            "paused",
            "pending_ceiling",
            "queued",
            "reading",
            "retry",
            "start_quota",
            "timer",
            "unknown",
            "window",
        ],
    ),
];

/// What was not reached as often as it has to be.
pub fn missing(tally: &Tally) -> Vec<String> {
    let mut missing = Vec::new();
    for (family, least, names) in REQUIRED {
        for name in names {
            let count = tally.of(&format!("{family} {name}"));
            if count < least {
                missing.push(format!("{family} {name}: {count} of {least}"));
            }
        }
    }
    missing
}
