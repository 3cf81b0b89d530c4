//! How other processes ask the one that runs: the door behind the socket in the data directory.

use serde_json::Value;

/// Answers verbs. Called from many threads at once; may block.
pub trait Ask: Send + Sync {
    /// Does or reads what the verb says. The error is a sentence for the person at the other end.
    fn ask(&self, verb: &str, arguments: Value) -> Result<Value, String>;
}
