//! A person, once, whatever campaigns they are in.

use crate::model::account::Channel;
use crate::model::id::ContactId;
use crate::model::time::Timestamp;
use crate::model::value::Fields;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the store remembers of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    /// The value of the identifying column as the list has it: what a person types after `engine why`.
    pub key: String,
    pub fields: Fields,
    pub tags: BTreeSet<String>,
    /// Never contact again: everywhere (`None`), or on these channels.
    pub suppressed: Option<Suppression>,
    /// The last time any campaign reached this person.
    pub contacted_at: Option<Timestamp>,
}

/// How far `suppress contact` reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suppression {
    Everywhere,
    On(BTreeSet<Channel>),
}

impl Contact {
    /// May nothing be sent to this person on the channel?
    pub fn is_suppressed_on(&self, channel: Channel) -> bool {
        match &self.suppressed {
            None => false,
            Some(Suppression::Everywhere) => true,
            Some(Suppression::On(channels)) => channels.contains(&channel),
        }
    }

    /// Adds a suppression; it never shrinks.
    pub fn suppress(&mut self, channel: Option<Channel>) {
        self.suppressed = Some(match (self.suppressed.take(), channel) {
            (Some(Suppression::Everywhere), _) | (_, None) => Suppression::Everywhere,
            (Some(Suppression::On(mut channels)), Some(channel)) => {
                channels.insert(channel);
                Suppression::On(channels)
            }
            (None, Some(channel)) => Suppression::On(BTreeSet::from([channel])),
        });
    }

    /// First and last name, else the key.
    pub fn name(&self) -> String {
        let part = |name: &str| self.fields.get(name).map(String::as_str).unwrap_or_default();
        let name = format!("{} {}", part("first_name"), part("last_name"));
        let name = name.trim();
        if name.is_empty() { self.key.clone() } else { name.to_owned() }
    }
}
