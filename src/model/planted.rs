//! Bugs that the lab plants to see whether its checks catch them. Without the feature `lab` there are none, and what asks
//! for one is compiled away.

/// A bug that somebody could make. Each stands where it would be made, behind [`is_planted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A send whose answer never came is tried again at once.
    RetryAfterTimeout,
    /// A 500 is taken for "not sent".
    ErrorMeansNo,
    /// The list is read at once, before it can show what was sent.
    NoSettle,
    /// Absent in one reading is absent.
    ReadsOnce,
    /// Of a list only the first page is read.
    FirstPageOnly,
    /// What is found by its text is not claimed, so that two effects claim it.
    NoClaims,
    /// What was open when the process ended is taken for never begun.
    ForgetsOpenIntents,
    /// A webhook is answered 200 before it is durable.
    AckBeforeDurable,
    /// A webhook that was answered 200 is not acted on.
    DropAfterAck,
    /// A limit counts what is known to have been sent, not what was begun.
    LimitAtOutcome,
    /// The rolling day of a limit is the day of the calendar, in UTC.
    WindowByDay,
    /// What limits have counted is forgotten at a restart.
    UsageInMemory,
    /// Timers are forgotten at a restart.
    TimerInMemory,
    /// A reply, a stop or a pause is not looked for again right before the call.
    NoRecheck,
    /// A paused campaign goes on with what is queued.
    PauseDrains,
    /// Events are told apart without regard to the account.
    DedupWithoutAccount,
    /// An event that was known before is taken as new.
    DedupForgotten,
    /// What is overdue goes at once, without gaps.
    BacklogAtOnce,
    /// An hour that daylight saving skips never opens its window.
    GapNeverOpens,
    /// What a contact's field holds is rendered as a template, too.
    RenderedTwice,
    /// Who is served first is left to the order of a hash map.
    HashOrder,
    /// A poll's mark moves before what it found is written down.
    CursorFirst,
    /// An edited campaign takes the place of the version people are on.
    EditShifts,
    /// Sending hours are looked at when somebody begins, not before each call.
    WindowIgnored,
    /// A list that cannot be read is taken for one that does not show it.
    ErrorMeansAbsent,
    /// What the account's owner writes by hand is not heard.
    IgnoresOwnersHand,
    /// Our own sends, told by webhook, are taken for replies.
    EchoIsReply,
    /// That everything is paused is forgotten at a restart.
    PauseInMemory,
    /// A commit is acknowledged before the disk has it for good.
    NoFdatasync,
}

impl Bug {
    /// Every bug, in the order of the table.
    pub const ALL: &[Self] = &[
        Self::RetryAfterTimeout,
        Self::ErrorMeansNo,
        Self::NoSettle,
        Self::ReadsOnce,
        Self::FirstPageOnly,
        Self::NoClaims,
        Self::ForgetsOpenIntents,
        Self::AckBeforeDurable,
        Self::DropAfterAck,
        Self::LimitAtOutcome,
        Self::WindowByDay,
        Self::UsageInMemory,
        Self::TimerInMemory,
        Self::NoRecheck,
        Self::PauseDrains,
        Self::DedupWithoutAccount,
        Self::DedupForgotten,
        Self::BacklogAtOnce,
        Self::GapNeverOpens,
        Self::RenderedTwice,
        Self::HashOrder,
        Self::CursorFirst,
        Self::EditShifts,
        Self::WindowIgnored,
        Self::ErrorMeansAbsent,
        Self::IgnoresOwnersHand,
        Self::EchoIsReply,
        Self::PauseInMemory,
        Self::NoFdatasync,
    ];

    /// What it is called in the table and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RetryAfterTimeout => "retry-after-timeout",
            Self::ErrorMeansNo => "error-means-no",
            Self::NoSettle => "no-settle",
            Self::ReadsOnce => "reads-once",
            Self::FirstPageOnly => "first-page-only",
            Self::NoClaims => "no-claims",
            Self::ForgetsOpenIntents => "forgets-open-intents",
            Self::AckBeforeDurable => "ack-before-durable",
            Self::DropAfterAck => "drop-after-ack",
            Self::LimitAtOutcome => "limit-at-outcome",
            Self::WindowByDay => "window-by-day",
            Self::UsageInMemory => "usage-in-memory",
            Self::TimerInMemory => "timer-in-memory",
            Self::NoRecheck => "no-recheck",
            Self::PauseDrains => "pause-drains",
            Self::DedupWithoutAccount => "dedup-without-account",
            Self::DedupForgotten => "dedup-forgotten",
            Self::BacklogAtOnce => "backlog-at-once",
            Self::GapNeverOpens => "gap-never-opens",
            Self::RenderedTwice => "rendered-twice",
            Self::HashOrder => "hash-order",
            Self::CursorFirst => "cursor-first",
            Self::EditShifts => "edit-shifts",
            Self::WindowIgnored => "window-ignored",
            Self::ErrorMeansAbsent => "error-means-absent",
            Self::IgnoresOwnersHand => "ignores-owners-hand",
            Self::EchoIsReply => "echo-is-reply",
            Self::PauseInMemory => "pause-in-memory",
            Self::NoFdatasync => "no-fdatasync",
        }
    }
}

/// The bug of this process, if any; `0` is none.
#[cfg(feature = "lab")]
static PLANTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// Plants a bug for the rest of the process, or until another is planted; none: heals it.
#[cfg(feature = "lab")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.store(bug.map_or(0, |bug| bug as usize + 1), std::sync::atomic::Ordering::Relaxed);
}

/// Is this bug planted?
#[cfg(feature = "lab")]
#[inline]
pub fn is_planted(bug: Bug) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) == bug as usize + 1
}

/// Is this bug planted? Never: only the lab plants.
#[cfg(not(feature = "lab"))]
#[inline]
pub const fn is_planted(_: Bug) -> bool {
    false
}
