//! Bugs that the lab plants to see whether its checks catch them. Without the feature `lab` there are none, and what asks
//! for one is compiled away.

/// A bug that somebody could make. Each stands where it would be made, behind [`is_planted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A send whose answer never came is tried again at once.
    RetryAfterTimeout,
    /// A commit is acknowledged before the disk has it for good.
    NoFdatasync,
}

impl Bug {
    /// Every bug, in the order of the table.
    pub const ALL: &[Self] = &[Self::RetryAfterTimeout, Self::NoFdatasync];

    /// What it is called in the table and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RetryAfterTimeout => "retry-after-timeout",
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
