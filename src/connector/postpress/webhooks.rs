//! The registration at postpress: set up any number of times, there is one webhook of each kind.
//!
//! Ours is what points at our URL with events of ours. There is no update route, and what was created twice is
//! delivered twice; so the missing is created first, and then what is superfluous is deleted.

use crate::connector::contract::{Connector, Page, Refusal, Verdict, WebhookOrder, WebhookRow};
use secrecy::SecretString;
use std::collections::BTreeSet;
use url::Url;

/// The header that carries the secret (INTERFACE.md §3).
pub const SECRET_HEADER: &str = "Postpress-Auth";
/// A key with more webhooks than this many pages hold is not read to the end.
const PAGES_MAX: usize = 50;

/// One kind of webhook: every event it can carry is asked for by name, since some are off by default.
struct Wanted {
    source: &'static str,
    name: &'static str,
    events: &'static [&'static str],
}

const WANTED: [Wanted; 3] = [
    Wanted {
        source: "messaging",
        name: "engine messages",
        events: &[
            "message_received",
            "message_read",
            "message_reaction",
            "message_edited",
            "message_deleted",
            "message_delivered",
        ],
    },
    Wanted { source: "users", name: "engine relations", events: &["new_relation"] },
    Wanted {
        source: "account_status",
        name: "engine accounts",
        events: &[
            "creation_success",
            "creation_fail",
            "deleted",
            "reconnected",
            "sync_success",
            "stopped",
            "ok",
            "connecting",
            "error",
            "credentials",
            "permissions",
        ],
    },
];

/// What a set-up found and did; names and ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetUp {
    pub kept: Vec<WebhookRow>,
    pub created: Vec<(String, String)>,
    pub deleted: Vec<String>,
}

/// What to set up.
pub struct Plan {
    /// Where deliveries go: `https://…/webhooks/postpress`.
    pub url: String,
    pub secret: SecretString,
    /// Create all anew although they stand: the secret has changed, and it cannot be read back.
    pub is_rotation: bool,
}

/// All webhooks of the key, over all pages.
pub async fn list(connector: &dyn Connector) -> Result<Vec<WebhookRow>, Refusal> {
    let mut found: Vec<WebhookRow> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let Page { items, cursor: next } = connector.webhooks(cursor).await?;
        for row in items {
            if !found.iter().any(|known| known.id == row.id) {
                found.push(row);
            }
        }
        match next {
            Some(next) if seen.insert(next.clone()) => cursor = Some(next),
            // The end, or a cursor that leads in a circle.
            Some(_) | None => return Ok(found),
        }
    }
    let detail = Some(format!("the list of webhooks does not end after {PAGES_MAX} pages"));
    Err(Refusal { verdict: Verdict::Never, status: None, code: "endless_list".to_owned(), detail })
}

/// Makes it so that each kind is registered once. Repeating it after a refusal, or at every start, is harmless.
pub async fn set_up(connector: &dyn Connector, plan: &Plan) -> Result<SetUp, Refusal> {
    let ours: Vec<WebhookRow> = list(connector).await?.into_iter().filter(|row| is_ours(row, &plan.url)).collect();
    let mut done = SetUp::default();
    for wanted in &WANTED {
        match ours.iter().find(|row| !plan.is_rotation && fits(row, wanted)) {
            Some(row) => done.kept.push(row.clone()),
            None => done.created.push((wanted.name.to_owned(), create(connector, plan, wanted).await?)),
        }
    }
    for row in ours.iter().filter(|row| !done.kept.contains(row)) {
        connector.delete_webhook(row.id.clone()).await?;
        done.deleted.push(row.id.clone());
    }
    Ok(done)
}

/// Deletes all of ours; their ids.
pub async fn remove(connector: &dyn Connector, url: &str) -> Result<Vec<String>, Refusal> {
    let mut deleted = Vec::new();
    for row in list(connector).await?.into_iter().filter(|row| is_ours(row, url)) {
        connector.delete_webhook(row.id.clone()).await?;
        deleted.push(row.id);
    }
    Ok(deleted)
}

/// Which of the kinds are registered at that URL, by name, and which are not: for `engine doctor`.
pub fn missing(rows: &[WebhookRow], url: &str) -> Vec<&'static str> {
    let stands = |wanted: &Wanted| rows.iter().any(|row| is_ours(row, url) && fits(row, wanted));
    WANTED.iter().filter(|wanted| !stands(wanted)).map(|wanted| wanted.name).collect()
}

async fn create(connector: &dyn Connector, plan: &Plan, wanted: &Wanted) -> Result<String, Refusal> {
    let order = WebhookOrder {
        source: wanted.source,
        url: plan.url.clone(),
        name: wanted.name.to_owned(),
        events: wanted.events.to_vec(),
        header: (SECRET_HEADER.to_owned(), plan.secret.clone()),
    };
    connector.create_webhook(order).await
}

/// Points at our URL and carries no event that somebody else asked for.
pub fn is_ours(row: &WebhookRow, url: &str) -> bool {
    let is_known = |event: &String| WANTED.iter().any(|wanted| wanted.events.contains(&event.as_str()));
    same_url(&row.url, url) && row.events.iter().all(is_known)
}

/// Enabled, with exactly the events wanted.
fn fits(row: &WebhookRow, wanted: &Wanted) -> bool {
    let events: BTreeSet<&str> = row.events.iter().map(String::as_str).collect();
    row.is_enabled && events == wanted.events.iter().copied().collect()
}

fn same_url(one: &str, other: &str) -> bool {
    let read = |url: &str| Url::parse(url.trim()).map(|url| url.to_string().trim_end_matches('/').to_owned());
    match (read(one), read(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => one == other,
    }
}
