//! The word that opens the dashboard and its API: drawn once, kept beside the store, readable by its owner only.

use crate::server::secrets::Secrets;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file in the data directory.
pub const FILE: &str = "dashboard.token";
/// What a browser keeps instead of the token itself is derived with this.
const SESSION: &[u8] = b"engine dashboard session";

/// The token, and whether it was drawn just now.
pub struct Token {
    secret: SecretString,
    /// Drawn by this call: it is to be shown, once.
    pub is_new: bool,
    /// Where it stands.
    pub path: PathBuf,
}

impl Token {
    /// Reads the token, or draws one. What stands in the file and is no token is replaced.
    ///
    /// # Errors
    /// The data directory cannot be read or written.
    pub fn of(data: &Path) -> io::Result<Self> {
        let path = data.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) if is_token(text.trim()) => {
                return Ok(Self { secret: SecretString::from(text.trim().to_owned()), is_new: false, path });
            }
            Ok(_) => {}
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => return Err(fault),
        }
        let drawn = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let aside = data.join(format!("{FILE}.new"));
        let mut file: File = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(drawn.as_bytes())?;
        file.sync_all()?;
        fs::rename(&aside, &path)?;
        Ok(Self { secret: SecretString::from(drawn), is_new: true, path })
    }

    /// The word itself, to be shown to whoever started the engine.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// What is compared with what a request presents.
    pub fn keys(&self) -> Keys {
        let session = derive(&self.secret);
        let known = |word: &str| Secrets::parse(&SecretString::from(word.to_owned())).ok();
        Keys { token: known(self.secret.expose_secret()), cookie: known(&session), session: SecretString::from(session) }
    }
}

fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn derive(token: &SecretString) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes()) else { return String::new() };
    mac.update(SESSION);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who may come in.
pub struct Keys {
    token: Option<Secrets>,
    cookie: Option<Secrets>,
    session: SecretString,
}

impl Keys {
    /// Is it the token?
    pub fn admits(&self, presented: &str) -> bool {
        self.token.as_ref().is_some_and(|known| known.admit(presented.as_bytes()))
    }

    /// Is it what a browser was given for the token?
    pub fn admits_session(&self, presented: &str) -> bool {
        self.cookie.as_ref().is_some_and(|known| known.admit(presented.as_bytes()))
    }

    /// What a browser is given for the token.
    pub fn session(&self) -> &str {
        self.session.expose_secret()
    }
}
