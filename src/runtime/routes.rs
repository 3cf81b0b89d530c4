//! How somebody of the outside is named among the routes: by contact, person, public identifier, chat, digits.

use crate::model::id::{AccountId, ChatId, ProviderId, fingerprint};
use crate::model::journal::RouteKey;

/// The route of a contact's key in its list.
pub fn contact_route(key: &str) -> RouteKey {
    RouteKey::Contact { id: fingerprint(&[b"contact", key.trim().to_lowercase().as_bytes()]) }
}

/// The route of a person's provider id.
pub fn person_route(account: AccountId, person: &ProviderId) -> RouteKey {
    RouteKey::Person { account, id: fingerprint(&[b"person", person.0.as_bytes()]) }
}

/// The route of a public identifier.
pub fn public_route(account: AccountId, public: &str) -> RouteKey {
    RouteKey::Public { account, id: fingerprint(&[b"public", public.to_lowercase().as_bytes()]) }
}

/// The route of a chat.
pub fn chat_route(account: AccountId, chat: &ChatId) -> RouteKey {
    RouteKey::Chat { account, id: fingerprint(&[b"chat", chat.0.as_bytes()]) }
}

/// The route of a phone number's digits.
pub fn digits_route(account: AccountId, digits: &str) -> RouteKey {
    RouteKey::Digits { account, id: fingerprint(&[b"digits", digits.as_bytes()]) }
}
