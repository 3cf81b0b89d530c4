//! How a contact stands to an account of ours.

use serde::{Deserialize, Serialize};

/// How the contact stands to the account (`engine status`, `relation`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    #[default]
    None,
    Pending,
    Yes,
}
