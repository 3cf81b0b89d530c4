//! What of this engine others could get at: modes of its data, of its secrets and of backups, listeners, keys in arguments.

use crate::cli::context::Context;
use crate::store::start::KEYS;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// How many entries of a folder are looked at: a data directory has some dozens.
const ENTRIES_MAX: usize = 10_000;

/// Something that stands open, and the way to close it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub says: String,
    pub fix: String,
}

/// The data directory and everything in it that is not its owner's alone.
pub fn of_data(context: &Context) -> Vec<Open> {
    let data = &context.data;
    let mut open = Vec::new();
    if let Some(mode) = loose(data) {
        let fix = format!("run `chmod 700 {}`", data.display());
        open.push(Open { says: format!("{} is open to other users (mode {mode:o})", data.display()), fix });
    }
    let keys = data.join(KEYS);
    let inside = entries(&keys).into_iter().chain([keys]);
    for (path, mode) in inside.filter_map(|path| loose(&path).map(|mode| (path, mode))) {
        let fix = format!("run `chmod go= {}`, and think of who could have read it", path.display());
        open.push(Open { says: format!("{} is open to other users (mode {mode:o})", path.display()), fix });
    }
    for path in entries(data).into_iter().filter(|path| ends_in(path, "unsealed")) {
        let says = format!("{} holds people's records from before they were sealed", path.display());
        open.push(Open { says, fix: format!("when all is well, delete it: `rm -r {}`", path.display()) });
    }
    open
}

/// Backups beside the data or the campaigns that others can read, and such as hold a store key.
pub fn of_backups(context: &Context) -> Vec<Open> {
    let beside = context.data.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut folders = entries(&beside);
    folders.extend(entries(&context.directory));
    folders.sort();
    folders.dedup();
    let mut open = Vec::new();
    for backup in folders.into_iter().filter(|path| path.join("manifest.json").is_file()) {
        if let Some(mode) = loose(&backup) {
            let says = format!("the backup {} is open to other users (mode {mode:o})", backup.display());
            open.push(Open { says, fix: format!("run `chmod 700 {}`", backup.display()) });
        }
        let is_key = |path: &PathBuf| path.extension().is_some_and(|end| end == "key");
        if let Some(key) = entries(&backup).into_iter().find(is_key) {
            let says = format!("{} lies in the backup it opens", key.display());
            open.push(Open { says, fix: "keep it elsewhere: whoever has both has everybody's records".to_owned() });
        }
    }
    open
}

/// A listener that others reach, without a secret that keeps them out.
pub fn of_listeners(context: &Context) -> Vec<Open> {
    let at = context.listen(None).ok().flatten();
    let is_open = |at: &SocketAddr| !at.ip().is_loopback() && context.webhook_secret().is_none();
    let told = |at: SocketAddr| Open {
        says: format!("webhooks are listened for on {at}, which others reach, and there is no secret"),
        fix: "listen on 127.0.0.1, or set `ENGINE_WEBHOOK_SECRET`".to_owned(),
    };
    at.filter(is_open).map(told).into_iter().collect()
}

/// A secret that stands among the words of a command line is seen by everybody on this machine.
pub fn of_arguments(context: &Context, words: &[String]) -> Vec<Open> {
    use secrecy::ExposeSecret;
    let secrets = [context.key(), context.webhook_secret()];
    let held = |word: &String| {
        secrets.iter().flatten().any(|secret| !secret.expose_secret().is_empty() && word.contains(secret.expose_secret()))
    };
    let says = "a secret stands on the command line: every user of this machine can read it there".to_owned();
    let fix = "take it out, put it into the environment or `.env`, and replace it".to_owned();
    words.iter().any(held).then_some(Open { says, fix }).into_iter().collect()
}

fn loose(path: &Path) -> Option<u32> {
    let mode = std::fs::symlink_metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

fn ends_in(path: &Path, word: &str) -> bool {
    path.extension().and_then(|end| end.to_str()).is_some_and(|end| end.starts_with(&format!("{word}-")))
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let Ok(found) = std::fs::read_dir(dir) else { return Vec::new() };
    found.take(ENTRIES_MAX).filter_map(|entry| Some(entry.ok()?.path())).collect()
}
