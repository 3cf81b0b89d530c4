//! The files of a program: campaign files to compile, and what they name (lists, attachments, holidays).
//!
//! The only room of the wing that touches a disk; everything else reads through `Files`.

use std::path::Path;

/// What campaign files may name. Paths are relative to the folder, with `/`; anything that would leave it is refused.
pub trait Files {
    /// The whole file; at most `max` bytes.
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, FileFault>;
    /// Its size in bytes, checked as `read` checks it.
    fn size(&self, path: &str) -> Result<u64, FileFault>;
    /// The folder itself, for `Program::root`.
    fn root(&self) -> &Path;
}

/// Why a named file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFault {
    Missing,
    /// Absolute, `..`, or a link that leaves the folder.
    Outside,
    TooLarge {
        bytes: u64,
    },
    /// A folder, a pipe, a device.
    NotAFile,
    Unreadable {
        why: String,
    },
}
