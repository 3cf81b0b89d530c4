//! Attachments, opened and checked on the same handle and read whole before a request begins: a file that cannot be
//! read is then a definite no, never a request that broke off.

use crate::connector::contract::Attachment;
use std::fs::{Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// The largest file postpress takes (POSTPRESS.md §1.6).
pub const FILE_BYTES_MAX: u64 = 15_000_000;
/// More than this in one message is a mistake.
pub const FILES_MAX: usize = 10;

/// A file as it is sent.
pub struct Loaded {
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
    pub is_voice: bool,
}

/// Reads them all; the reason is for people. Blocks: call it where that is allowed.
pub fn load(attachments: &[Attachment]) -> Result<Vec<Loaded>, String> {
    if attachments.len() > FILES_MAX {
        return Err(format!("{} attachments are more than {FILES_MAX}", attachments.len()));
    }
    attachments.iter().map(load_one).collect()
}

fn load_one(attachment: &Attachment) -> Result<Loaded, String> {
    let name = attachment.name.trim();
    if name.is_empty() || name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        return Err(format!("`{}` is no file name", attachment.name.escape_debug()));
    }
    let bytes = read(&attachment.path, &attachment.root).map_err(|why| format!("`{name}` cannot be sent: {why}"))?;
    let mime = mime_guess::from_path(name).first_or_octet_stream().to_string();
    Ok(Loaded { name: name.to_owned(), mime, bytes, is_voice: attachment.is_voice })
}

/// A regular file under that very name, beneath the folder: a link in its place is not followed, links on the way to it must
/// not lead out, a pipe is not waited for. What is judged is the handle, so nothing can be put in its place in between.
fn read(path: &Path, root: &Path) -> Result<Vec<u8>, String> {
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|fault| fault.to_string())?;
    let about = file.metadata().map_err(|fault| fault.to_string())?;
    if !about.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if !is_beneath(&about, path, root).map_err(|fault| fault.to_string())? {
        return Err("it lies outside the folder of the campaigns".to_owned());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, in case it grows while it is read.
    file.take(FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(|fault| fault.to_string())?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err("it is larger than 15 MB".to_owned());
    }
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(bytes)
}

/// Is the opened file the one that a way through the folder alone leads to?
fn is_beneath(opened: &Metadata, path: &Path, root: &Path) -> std::io::Result<bool> {
    let root = std::fs::canonicalize(if root.as_os_str().is_empty() { Path::new(".") } else { root })?;
    let real = std::fs::canonicalize(path)?;
    let found = std::fs::symlink_metadata(&real)?;
    Ok(real.starts_with(root) && (found.dev(), found.ino()) == (opened.dev(), opened.ino()))
}
