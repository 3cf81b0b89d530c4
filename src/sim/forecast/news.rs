//! What people do, on its way to the engine.

use crate::model::account::Channel;

/// Something of the outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// The person says yes to a pending invitation; `has_note`: it is known at once, by the chat that the note opens.
    Accepts {
        contact: u32,
        person: u32,
        account: u32,
        has_note: bool,
    },
    /// The engine learns of it.
    Accepted {
        contact: u32,
        account: u32,
    },
    Seen {
        contact: u32,
        account: u32,
    },
    Delivered {
        contact: u32,
        account: u32,
    },
    Reacted {
        contact: u32,
        account: u32,
        emoji: String,
    },
    /// `inmail`: what the answer gives a credit back to.
    Replied {
        contact: u32,
        person: u32,
        account: u32,
        channel: Channel,
        text: String,
        inmail: Option<&'static str>,
    },
    Takeover {
        contact: u32,
        account: u32,
        text: String,
    },
}
