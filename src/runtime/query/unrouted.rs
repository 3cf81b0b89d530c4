//! `engine webhooks unrouted`, document `engine.unrouted/1`: what came in and concerns nobody who is in a campaign.

use crate::connector::contract::Incoming;
use crate::connector::postpress::webhook;
use crate::model::journal::{Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::query::{Query, QueryFault, iso};
use crate::runtime::receive::account_of;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Bodies shown: those that came last.
pub const UNROUTED_SHOWN_MAX: usize = 100;

/// The document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unrouted {
    pub schema: String,
    pub time: String,
    /// Newest first.
    pub rows: Vec<UnroutedRow>,
    /// Older ones that are kept and not shown.
    pub more: u64,
}

/// Something that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnroutedRow {
    pub row: u64,
    pub at: String,
    /// What it is, in a word or two.
    pub what: String,
    /// The account it came through, as postpress names it; empty: it names none.
    pub account: String,
    /// As it came.
    pub body: Value,
}

impl Query<'_> {
    /// What is nobody's: a stranger who wrote, a form nobody knows yet.
    pub fn unrouted(&self) -> Result<Unrouted, QueryFault> {
        let (mut newest, mut count) = (VecDeque::with_capacity(UNROUTED_SHOWN_MAX), 0_u64);
        // By number: the oldest come first.
        self.store.scan(Table::Unrouted, None, &mut |record| {
            if let Record::Unrouted { row, at, body } = record {
                count += 1;
                if newest.len() == UNROUTED_SHOWN_MAX {
                    newest.pop_front();
                }
                newest.push_back((row, at, body));
            }
            ControlFlow::Continue(())
        })?;
        let more = count - newest.len() as u64;
        let rows = newest.into_iter().rev().map(|(row, at, body)| shown(row, at, body)).collect();
        Ok(Unrouted { schema: "engine.unrouted/1".to_owned(), time: iso(self.view.now), rows, more })
    }
}

fn shown(row: u64, at: Timestamp, body: String) -> UnroutedRow {
    let (what, account) = match webhook::read(body.as_bytes()) {
        Ok(read) => (word(&read.incoming), account_of(&read.incoming).map(ToString::to_string).unwrap_or_default()),
        Err(_) => ("unreadable".to_owned(), String::new()),
    };
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    UnroutedRow { row, at: iso(at), what, account, body }
}

fn word(incoming: &Incoming) -> String {
    match incoming {
        Incoming::Message(_) => "message",
        Incoming::Read { .. } => "read",
        Incoming::Delivered { .. } => "delivered",
        Incoming::Reaction { .. } => "reaction",
        Incoming::Edited { .. } => "edited",
        Incoming::Deleted { .. } => "deleted",
        Incoming::Relation { .. } => "new relation",
        Incoming::AccountStatus { .. } | Incoming::HostedAuth { .. } => "account",
        Incoming::Unknown { event } => return format!("unknown: {event}"),
    }
    .to_owned()
}
