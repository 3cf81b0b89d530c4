//! What is told of the store itself: `engine store stats --json` and the backups in its folder. `cli::store` reads the figures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What the store holds, document `engine.store/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoreFigures {
    pub schema: String,
    pub commits: u64,
    pub durable: u64,
    pub applied: u64,
    pub journal_bytes: u64,
    /// Of all rows, where they were read anyway.
    pub hash: Option<String>,
    /// Rows by table.
    #[schemars(with = "BTreeMap<String, u64>")]
    pub rows: Map<String, Value>,
    /// What opening had to mend, in sentences.
    pub mended: Vec<String>,
}

/// A backup, document `engine.store.backup/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BackupRow {
    pub schema: String,
    pub path: String,
    pub format: u16,
    pub made_at: String,
    pub commits: u64,
    /// When the last commit was made.
    pub last_at: String,
    pub bytes: u64,
    /// SHA-256 of its manifest.
    pub hash: String,
    /// It was made now; false: the newest one held everything already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<bool>,
}

/// The backups that lie in the data directory, document `engine.store.backups/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backups {
    pub schema: String,
    pub folder: String,
    /// Newest first.
    pub backups: Vec<BackupRow>,
}
