//! Keys and backups: the table goes into a backup, the store key never does. Whoever restores brings it, from the data
//! directory that is replaced or from the copy they keep elsewhere.

use crate::store::contract::StoreFault;
use crate::store::disk::{io, private_dir, set_aside};
use crate::store::seal::table::{
    generations, read_store_key, read_table, store_key_path, table_path, write_store_key, write_whole,
};
use std::path::{Path, PathBuf};

/// Copies the table of `keys` into the folder `to`; call it after all of the journal was copied, so that it holds the key of
/// everybody in it. None: there are no keys. May be called while the engine runs.
pub fn table_into(keys: &Path, to: &Path) -> Result<Option<PathBuf>, StoreFault> {
    let Some(newest) = generations(keys, "people-", ".keys")?.pop() else { return Ok(None) };
    copy_table(keys, to, newest).map(Some)
}

/// Where the store key of `keys` is: what its owner keeps a copy of, away from the backups.
pub fn store_key_of(keys: &Path) -> Result<Option<PathBuf>, StoreFault> {
    Ok(generations(keys, "store-", ".key")?.pop().map(|newest| store_key_path(keys, newest)))
}

/// Provides `keys` for a restored backup. Keys that are there are kept as they are, for nobody who was erased may come back.
/// Where there are none, or `key` is given: the backup's own table, which that store key must open; it does unless
/// somebody was erased in between. Returns where keys that had to go are now.
pub fn keys_for(backup: &Path, keys: &Path, key: Option<&Path>) -> Result<Option<PathBuf>, StoreFault> {
    let has_keys = !generations(keys, "store-", ".key")?.is_empty();
    let Some(newest) = generations(backup, "people-", ".keys")?.pop() else { return Ok(None) };
    let key = match key {
        Some(key) => key,
        None if has_keys => return Ok(None),
        None => return Err(StoreFault::Keyless { path: keys.to_path_buf(), has_table: true }),
    };
    let store = read_store_key(key)?;
    if store.generation != newest {
        let what = "this store key is of another time than the backup: somebody was erased in between; take a backup made since";
        return Err(StoreFault::Damaged { file: key.to_path_buf(), offset: 0, what: what.to_owned() });
    }
    read_table(backup, &store)?;
    let aside = has_keys.then(|| set_aside(keys)).transpose()?;
    private_dir(keys)?;
    copy_table(backup, keys, newest)?;
    write_store_key(keys, &store)?;
    Ok(aside)
}

fn copy_table(from: &Path, to: &Path, generation: u32) -> Result<PathBuf, StoreFault> {
    let (source, copy) = (table_path(from, generation), table_path(to, generation));
    let bytes = std::fs::read(&source).map_err(io("read", &source))?;
    write_whole(&copy, &bytes)?;
    Ok(copy)
}
