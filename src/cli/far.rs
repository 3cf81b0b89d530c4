//! What several commands ask of postpress.

use crate::cli::ending::{Ending, FAILED};
use crate::connector::contract::{AccountRow, Connector, Refusal};
use std::collections::BTreeSet;
use std::future::Future;

/// A key with more accounts than this many pages hold is not read to the end.
const PAGES_MAX: usize = 50;

/// Runs a request to its end on this thread.
///
/// # Errors
/// The system gives no event loop.
pub fn wait<T>(future: impl Future<Output = T>) -> Result<T, Ending> {
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let threads = threads.map_err(|fault| Ending::new(FAILED, format!("cannot wait for the network: {fault}")))?;
    Ok(threads.block_on(future))
}

/// Every account of the key, over all pages.
///
/// # Errors
/// The first refusal.
pub async fn accounts(connector: &dyn Connector) -> Result<Vec<AccountRow>, Refusal> {
    let mut found: Vec<AccountRow> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut cursor = None;
    for _ in 0..PAGES_MAX {
        let page = connector.accounts(cursor).await?;
        for row in page.items {
            if !found.iter().any(|known| known.id == row.id) {
                found.push(row);
            }
        }
        match page.cursor {
            Some(next) if seen.insert(next.clone()) => cursor = Some(next),
            // The end, or a cursor that leads in a circle.
            Some(_) | None => break,
        }
    }
    Ok(found)
}
