//! AES-256-GCM for what is sealed, one AES block for names that must be found again. From `aes-gcm`; nothing of our own.

use crate::store::contract::StoreFault;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A key: 256 bits. No `Debug`, on purpose.
pub type Key = [u8; 32];

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;
/// Bytes by which what is sealed is longer than what was to be sealed.
pub const TAG_BYTES: usize = 16;

/// Random bytes of the system.
pub fn random<const N: usize>() -> Result<[u8; N], StoreFault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|fault| StoreFault::Io {
        doing: "read random bytes from",
        path: Path::new("the system").to_path_buf(),
        source: Arc::new(std::io::Error::other(fault.to_string())),
    })?;
    Ok(bytes)
}

thread_local! {
    /// The key used last, unfolded: rows and lines of one person are sealed and opened one after another, and unfolding a key
    /// takes a third as long as what is done with it.
    static LAST: RefCell<Option<(Key, Aes256Gcm)>> = const { RefCell::new(None) };
}

fn with_key<T>(key: &Key, work: impl FnOnce(&Aes256Gcm) -> T) -> T {
    LAST.with_borrow_mut(|last| {
        let (_, cipher) = match last.take() {
            Some(same) if same.0 == *key => last.insert(same),
            Some(_) | None => last.insert((*key, Aes256Gcm::new(key.into()))),
        };
        work(cipher)
    })
}

/// Seals; `beside` is not hidden, but must be the same when it is opened.
pub fn seal(key: &Key, nonce: [u8; NONCE_BYTES], beside: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    with_key(key, |cipher| cipher.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: beside })).ok()
}

/// Opens; none when key, nonce, `beside` or a single bit is another.
pub fn open(key: &Key, nonce: [u8; NONCE_BYTES], beside: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    with_key(key, |cipher| cipher.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: beside })).ok()
}

/// Numbers used once: a random start for each time the store is opened, then counted on.
pub struct Nonces {
    head: [u8; 4],
    next: AtomicU64,
}

impl Nonces {
    /// A fresh start among 2^96.
    pub fn begin() -> Result<Self, StoreFault> {
        Ok(Self { head: random()?, next: AtomicU64::new(u64::from_le_bytes(random()?)) })
    }

    /// The next one.
    pub fn next(&self) -> [u8; NONCE_BYTES] {
        let [a, b, c, d] = self.head;
        let [e, f, g, h, i, j, k, l] = self.next.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }
}

/// Turns the fingerprint of a name into one that only the holder of the secret can make, and back: a keyed hash of the name,
/// since the fingerprint is a hash already.
pub struct Mask(Aes256);

impl Mask {
    /// The mask of that secret.
    pub fn new(secret: &Key) -> Self {
        Self(Aes256::new(secret.into()))
    }

    /// As it stands on disk.
    pub fn put_on(&self, bytes: [u8; 16]) -> [u8; 16] {
        let mut block = bytes.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// As the rest of the house knows it.
    pub fn take_off(&self, bytes: [u8; 16]) -> [u8; 16] {
        let mut block = bytes.into();
        self.0.decrypt_block(&mut block);
        block.into()
    }
}
