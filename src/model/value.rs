//! What a contact's field may hold.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A field's type; text unless the campaign says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum FieldType {
    #[default]
    Text,
    Number,
    /// ISO 8601 (`2027-01-04` or a date-time).
    Date,
}

/// A literal of the language, typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    Text(String),
    Number(f64),
    /// A civil date, `2027-01-04`, kept as text: equal dates are equal texts.
    Date(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Date(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// A contact's fields by column name. A field that is empty or absent in the list is not in the map.
pub type Fields = BTreeMap<String, String>;
