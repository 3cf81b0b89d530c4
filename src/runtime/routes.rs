//! The name a contact has among routes, whatever the account.

use crate::model::id::fingerprint;
use crate::model::journal::RouteKey;

/// The route of a contact's key in its list.
pub fn contact_route(key: &str) -> RouteKey {
    RouteKey::Contact { id: fingerprint(&[b"contact", key.trim().to_lowercase().as_bytes()]) }
}
