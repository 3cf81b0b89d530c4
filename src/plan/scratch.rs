//! A copy of a store in memory, to try things out on.

use crate::model::journal::{Cause, Change, Commit, Table};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault};
use crate::store::memory::MemoryStore;
use std::ops::ControlFlow;

/// What decides what happens next. Old events' keys and claims of sends that are done decide nothing that is to come.
const TABLES: [Table; 10] = [
    Table::Enrollment,
    Table::Contact,
    Table::Account,
    Table::Campaign,
    Table::Intent,
    Table::Route,
    Table::Usage,
    Table::Inbox,
    Table::Meta,
    Table::Move,
];
/// Rows a commit of the copy.
const ROWS_A_COMMIT: usize = 1_024;

/// Copies the rows. They fit together only if nobody commits meanwhile: see `Message::Between`.
pub fn scratch(store: &dyn Store, at: Timestamp) -> Result<MemoryStore, StoreFault> {
    let copy = MemoryStore::new();
    let mut rows = Vec::new();
    let write = |rows: &mut Vec<Change>| {
        let commit = Commit { at, cause: Cause::Install, changes: std::mem::take(rows), entries: Vec::new() };
        copy.submit(vec![commit], Box::new(|_| {})).map(drop)
    };
    for table in TABLES {
        let mut fault = Ok(());
        store.scan(table, None, &mut |record| {
            rows.push(Change::Put(record));
            if rows.len() >= ROWS_A_COMMIT {
                fault = write(&mut rows);
            }
            if fault.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        fault?;
    }
    write(&mut rows)?;
    copy.remember(store.marks());
    Ok(copy)
}
