//! `/webhooks`: registering, listing, deleting (POSTPRESS.md §1.8).

use crate::model::time::Timestamp;
use crate::sim::postpress::call::{Refusal, Reply};
use crate::sim::postpress::outbox::{Header, Renamed, Webhook};
use crate::sim::postpress::page::{Ask, Mark, Row};
use crate::sim::postpress::route::Desk;
use crate::sim::postpress::state::{State, opaque};
use serde::Deserialize;
use serde_json::{Value, json};

const MESSAGING: &[&str] =
    &["message_received", "message_read", "message_reaction", "message_edited", "message_deleted", "message_delivered"];
const STATUS: &[&str] = &[
    "creation_success",
    "creation_fail",
    "deleted",
    "reconnected",
    "sync_success",
    "error",
    "credentials",
    "permissions",
    "stopped",
    "ok",
    "connecting",
];
/// The first so many of `STATUS` are subscribed when nothing is said.
const STATUS_DEFAULT: usize = 8;

#[derive(Debug, Deserialize)]
struct Order {
    source: String,
    request_url: String,
    name: Option<String>,
    format: Option<String>,
    enabled: Option<bool>,
    account_ids: Option<Vec<String>>,
    headers: Option<Vec<Header>>,
    events: Option<Vec<String>>,
    data: Option<Vec<Renamed>>,
}

impl Desk<'_> {
    /// Every webhook route.
    pub fn webhooks(&mut self, path: &[&str]) -> Result<Reply, Refusal> {
        match (self.call.method.as_str(), path) {
            ("POST", ["webhooks"]) => self.create_webhook(),
            ("GET", ["webhooks"]) => {
                let ask = Ask::read(self.call, Mark::Id, 250, 100, &[])?;
                let row = |webhook: &Webhook| Row { id: webhook.id.clone(), at: Timestamp::default(), item: webhook.clone() };
                Ok(ask.page("WebhookList", self.state().outbox.webhooks.iter().map(row).collect(), |webhook| {
                    view(self.state(), webhook)
                }))
            }
            ("DELETE", ["webhooks", id]) => {
                let before = self.state().outbox.webhooks.len();
                self.core.state.outbox.webhooks.retain(|webhook| webhook.id != *id);
                if self.state().outbox.webhooks.len() == before {
                    return Err(Refusal::not_found("webhook"));
                }
                Ok(Reply::json(200, json!({"object": "WebhookDeleted"})))
            }
            _ => Err(Refusal::not_found("route")),
        }
    }

    fn create_webhook(&mut self) -> Result<Reply, Refusal> {
        let wrong = |what: String| Refusal::new(400, "invalid_parameters", what);
        let body = self.call.value().cloned().unwrap_or_default();
        let order: Order = serde_json::from_value(body).map_err(|fault| wrong(fault.to_string()))?;
        let url = url::Url::parse(&order.request_url).map_err(|fault| Refusal::new(400, "invalid_url", fault.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::new(400, "invalid_url", "request_url begins with http:// or https://"));
        }
        let (known, usual): (&[&str], &[&str]) = match order.source.as_str() {
            "messaging" => (MESSAGING, MESSAGING.get(..1).unwrap_or_default()),
            "users" => (&["new_relation"], &["new_relation"]),
            "account_status" => (STATUS, STATUS.get(..STATUS_DEFAULT).unwrap_or_default()),
            "email" => (&["mail_received", "mail_sent", "mail_moved"], &["mail_received"]),
            "email_tracking" => (&["mail_opened", "mail_link_clicked"], &["mail_opened"]),
            "calendar_event" => (&[], &[]),
            other => return Err(wrong(format!("the source {other} is unknown"))),
        };
        let events = order.events.unwrap_or_else(|| usual.iter().map(|event| (*event).to_owned()).collect());
        if let Some(unknown) = events.iter().find(|event| !known.contains(&event.as_str())) {
            return Err(wrong(format!("the event {unknown} is unknown")));
        }
        let outbox = &mut self.core.state.outbox;
        outbox.webhook_count += 1;
        let webhook = Webhook {
            id: opaque(&["webhook", &outbox.webhook_count.to_string(), &order.request_url, &self.now.0.to_string()]),
            name: order.name,
            source: order.source,
            request_url: order.request_url,
            format: order.format.unwrap_or_else(|| "json".to_owned()),
            is_enabled: order.enabled.unwrap_or(true),
            account_ids: order.account_ids.unwrap_or_default(),
            headers: order.headers.unwrap_or_default(),
            events,
            data: order.data.unwrap_or_default(),
        };
        for event in outbox.heard_again(&webhook, self.now) {
            outbox.push(self.now, event);
        }
        let id = webhook.id.clone();
        outbox.webhooks.push(webhook);
        Ok(Reply::json(201, json!({"object": "WebhookCreated", "webhook_id": id})))
    }
}

/// The list item: accounts as objects, and no `source`.
fn view(state: &State, webhook: &Webhook) -> Value {
    let account = |id: &String| {
        let known = state.account(id).ok();
        json!({"id": id, "name": known.map(|account| account.seed.name.clone()), "type": known.map_or_else(|| "LINKEDIN".to_owned(), |account| account.kind())})
    };
    let accounts: Vec<Value> = webhook.account_ids.iter().map(account).collect();
    let mut view = json!({
        "object": "Webhook", "id": webhook.id, "type": "AUTO", "enabled": webhook.is_enabled, "request_url": webhook.request_url,
        "format": webhook.format, "account_ids": accounts, "headers": webhook.headers, "data": webhook.data, "events": webhook.events,
    });
    if let (Some(object), Some(name)) = (view.as_object_mut(), &webhook.name) {
        object.insert("name".to_owned(), json!(name));
    }
    view
}
