//! What came of a test.

use crate::model::time::Timestamp;
use crate::sim::script::watch::Scene;

/// How a test went.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// None: it passed.
    pub failure: Option<Failure>,
    /// What happened, in order, up to the last line that was played.
    pub transcript: Vec<Told>,
}

/// Why a test failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Line in the file, from 1.
    pub line: u32,
    /// What the line wants, in words.
    pub expected: String,
    /// What is the case instead, in words; the first line is the shortest answer.
    pub instead: Vec<String>,
}

/// A scene and where it stands in the contact's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Days since Monday 2027-01-04 in the contact's zone.
    pub day: i64,
    /// `Mon 09:00`, in the contact's zone.
    pub clock: String,
    pub at: Timestamp,
    pub scene: Scene,
}
