//! The keys of a data directory: opened with the store, grown by newcomers, replaced when somebody is erased.

use crate::model::id::{ContactId, Fingerprint};
use crate::model::time::Timestamp;
use crate::store::contract::StoreFault;
use crate::store::disk::{io, private_dir, remove, sync_dir, sync_file, write_at};
use crate::store::guard::{locked, reading, writing};
use crate::store::seal::cipher;
use crate::store::seal::entry::{Entry, StoreKey};
use crate::store::seal::keyring::Keyring;
use crate::store::seal::table::{
    destroy, generations, read_store_key, read_table, store_key_path, table_path, write_store_key, write_table,
};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, RwLock, RwLockReadGuard};

/// The keys, in memory and on disk.
pub struct Safe {
    dir: PathBuf,
    ring: RwLock<Keyring>,
    table: Mutex<Table>,
}

struct Table {
    store: StoreKey,
    file: File,
    /// Where the next entry belongs.
    end: u64,
}

impl Safe {
    /// Are there keys in `dir`?
    pub fn is_in(dir: &Path) -> Result<bool, StoreFault> {
        Ok(!generations(dir, "store-", ".key")?.is_empty())
    }

    /// Opens the keys in `dir`. `is_needed`: the journal holds sealed records, so that fresh keys would open nothing.
    pub fn open(dir: &Path, is_needed: bool) -> Result<(Self, Option<String>), StoreFault> {
        let said = private_dir(dir)?;
        let stores = generations(dir, "store-", ".key")?;
        let tables = generations(dir, "people-", ".keys")?;
        let Some(newest) = stores.iter().rev().find(|generation| tables.contains(generation)).copied() else {
            if is_needed {
                return Err(StoreFault::Keyless { path: dir.to_path_buf(), has_table: !tables.is_empty() });
            }
            return Ok((Self::begin(dir)?, said));
        };
        let store = read_store_key(&store_key_path(dir, newest))?;
        let (ring, end) = read_table(dir, &store)?;
        clear_others(dir, newest)?;
        let file = open_table(dir, newest)?;
        Ok((Self { dir: dir.to_path_buf(), ring: RwLock::new(ring), table: Mutex::new(Table { store, file, end }) }, said))
    }

    fn begin(dir: &Path) -> Result<Self, StoreFault> {
        let (store, ring) = (StoreKey { generation: 1, key: cipher::random()? }, Keyring::fresh()?);
        write_table(dir, &store, &ring)?;
        write_store_key(dir, &store)?;
        sync_dir(dir.parent().unwrap_or(dir))?;
        let (file, end) = (open_table(dir, 1)?, len_of(dir, 1)?);
        Ok(Self { dir: dir.to_path_buf(), ring: RwLock::new(ring), table: Mutex::new(Table { store, file, end }) })
    }

    /// The keys. Hold it briefly: newcomers wait.
    pub fn ring(&self) -> RwLockReadGuard<'_, Keyring> {
        reading(&self.ring)
    }

    /// Gives keys to those who have none; they are on disk when it returns.
    pub fn admit(&self, contacts: &[ContactId]) -> Result<(), StoreFault> {
        if contacts.is_empty() {
            return Ok(());
        }
        let mut table = locked(&self.table);
        let new: Vec<u64> =
            contacts.iter().filter(|contact| !reading(&self.ring).has(**contact)).map(|contact| contact.0).collect();
        let mut entries = Vec::with_capacity(new.len());
        for contact in new {
            entries.push(Entry::Person { contact, key: cipher::random()? });
        }
        self.append(&mut table, entries)
    }

    /// A new key for what is nobody's; returns its number.
    pub fn renew_nobodys(&self) -> Result<u64, StoreFault> {
        let mut table = locked(&self.table);
        let number = reading(&self.ring).nobodys() + 1;
        self.append(&mut table, vec![Entry::Nobody { number, key: cipher::random()? }])?;
        Ok(number)
    }

    fn append(&self, table: &mut Table, entries: Vec<Entry>) -> Result<(), StoreFault> {
        let path = table_path(&self.dir, table.store.generation);
        let mut bytes = Vec::new();
        for entry in &entries {
            bytes.extend(entry.to_bytes(&table.store)?);
        }
        write_at(&table.file, &path, &bytes, table.end)
            .and_then(|()| sync_file(&table.file, &path))
            .map_err(io("write", &path))?;
        table.end += bytes.len() as u64;
        let mut ring = writing(&self.ring);
        entries.into_iter().for_each(|entry| entry.hang(&mut ring));
        Ok(())
    }

    /// Destroys the person's key and nobody's older than `nobodys`: a new table under a new store key takes the place of the
    /// old one, then the old store key is overwritten. A crash in between ends in one or the other.
    pub fn destroy(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp, nobodys: u64) -> Result<(), StoreFault> {
        let mut table = locked(&self.table);
        let mut ring = writing(&self.ring);
        ring.take(contact, marks, at);
        ring.nobody.retain(|number, _| *number >= nobodys);
        let store = StoreKey { generation: table.store.generation + 1, key: cipher::random()? };
        write_table(&self.dir, &store, &ring)?;
        write_store_key(&self.dir, &store)?;
        clear_others(&self.dir, store.generation)?;
        let (file, end) = (open_table(&self.dir, store.generation)?, len_of(&self.dir, store.generation)?);
        *table = Table { store, file, end };
        Ok(())
    }
}

fn open_table(dir: &Path, generation: u32) -> Result<File, StoreFault> {
    let path = table_path(dir, generation);
    OpenOptions::new().read(true).write(true).open(&path).map_err(io("open", &path))
}

fn len_of(dir: &Path, generation: u32) -> Result<u64, StoreFault> {
    let path = table_path(dir, generation);
    std::fs::metadata(&path).map(|metadata| metadata.len()).map_err(io("read", &path))
}

/// Destroys every other generation: the old one after an erasure, the unfinished one after a crash.
fn clear_others(dir: &Path, kept: u32) -> Result<(), StoreFault> {
    for generation in generations(dir, "store-", ".key")?.into_iter().filter(|generation| *generation != kept) {
        destroy(&store_key_path(dir, generation))?;
    }
    for generation in generations(dir, "people-", ".keys")?.into_iter().filter(|generation| *generation != kept) {
        let path = table_path(dir, generation);
        remove(&path)?;
    }
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        if path.extension().is_some_and(|extension| extension == "fresh") {
            destroy(&path)?;
        }
    }
    sync_dir(dir)
}
