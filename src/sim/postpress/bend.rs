//! Faults that change what is asked or the shape of what is answered: pages that are small or shift, bodies of another shape.

use crate::sim::faults::{Kind, Rule};
use crate::sim::postpress::call::Call;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Rows of a small page.
const SMALL: u64 = 2;

/// The call as the list sees it; none: as it came.
pub(super) fn bent(met: &[Rule], call: &Call) -> Option<Call> {
    if call.method != "GET" {
        return None;
    }
    let mut bent = None;
    for rule in met {
        match rule.kind {
            Kind::SmallPages => {
                let call: &mut Call = bent.get_or_insert_with(|| call.clone());
                call.query.insert("limit".to_owned(), SMALL.to_string());
            }
            Kind::PagesShift => {
                let Some(cursor) = call.query.get("cursor").and_then(|cursor| shifted(cursor)) else { continue };
                let call: &mut Call = bent.get_or_insert_with(|| call.clone());
                call.query.insert("cursor".to_owned(), cursor);
            }
            Kind::TooMany
            | Kind::TooManyRetryAfter
            | Kind::ErrorBefore
            | Kind::ErrorAfter
            | Kind::ProxyBefore
            | Kind::ProxyAfter
            | Kind::NoSession
            | Kind::GatewayBefore
            | Kind::GatewayAfter
            | Kind::SilenceBefore
            | Kind::SilenceAfter
            | Kind::ResetBefore
            | Kind::ResetAfter
            | Kind::Truncated
            | Kind::WithoutId
            | Kind::WrongBody
            | Kind::WebhookTwice
            | Kind::WebhookLate
            | Kind::WebhookLost
            | Kind::ListLag
            | Kind::Disconnect
            | Kind::Refuse => {}
        }
    }
    bent
}

/// A page counted by its index, after a row before it went away: it begins one row later, and that row is on no page.
fn shifted(cursor: &str) -> Option<String> {
    let bytes = STANDARD.decode(cursor).ok()?;
    let Value::Object(mut object) = serde_json::from_slice(&bytes).ok()? else { return None };
    let name = ["startIndex", "cursor"].into_iter().find(|name| object.get(*name).is_some_and(Value::is_u64))?;
    let index = object.get(name)?.as_u64()?;
    object.insert(name.to_owned(), json!(index + 1));
    Some(STANDARD.encode(Value::Object(object).to_string()))
}

/// What no answer looks like.
pub(super) fn wrong_body() -> Value {
    json!({"object": "Nothing", "items": 7, "data": "<html>back in a minute</html>"})
}
