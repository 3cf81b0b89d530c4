//! I3, of what is counted: counts kept while people move are the counts of a look at everybody.

use crate::lab::oracle::{Breach, Invariant};
use crate::model::time::Timestamp;
use crate::runtime::census::watched::Watched;
use crate::runtime::query::page::PageWish;
use crate::runtime::query::{Query, QueryFault};
use serde_json::{Value, json};

/// Asks twice, out of what was kept and anew, and compares.
///
/// # Errors
/// The store cannot be read.
pub fn judge(store: &Watched, now: Timestamp) -> Result<Vec<Breach>, QueryFault> {
    let kept = asked(&Query::over(store, now)?)?;
    let anew = asked(&Query::open(store, now)?)?;
    let differ = kept.iter().zip(anew).filter(|((_, kept), (_, anew))| kept != anew);
    let breach = |((name, kept), (_, anew)): (&(&str, Value), (&str, Value))| {
        Breach::new(Invariant::Truthful, format!("`{name}` says {kept}, and counted anew {anew}"))
    };
    Ok(differ.map(breach).collect())
}

/// All that is counted.
fn asked(query: &Query<'_>) -> Result<[(&'static str, Value); 7], QueryFault> {
    let ended = PageWish { status: Some("ended".to_owned()), ..PageWish::default() };
    Ok([
        ("status", json!(query.status(None)?)),
        ("overview", json!(query.overview()?)),
        ("accounts", json!(query.accounts()?)),
        ("inbox", json!(query.inbox(None)?)),
        ("errors", json!(query.errors(None)?)),
        ("report", json!(query.report(None)?)),
        ("contacts", json!(query.page(&ended)?)),
    ])
}
