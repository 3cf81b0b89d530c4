//! The only door to the time of day, and to waiting.

use crate::model::time::Timestamp;
use std::time::Duration;

/// Says what time it is. Everything else gets the time as an argument.
pub trait Clock: Send + Sync {
    /// Now, in the campaign's (perhaps virtual) time. Never goes backwards within a process.
    fn now(&self) -> Timestamp;

    /// How long to wait, in real time, until `at`; zero when it has passed.
    fn until(&self, at: Timestamp) -> Duration;
}
