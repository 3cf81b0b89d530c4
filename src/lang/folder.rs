//! The files of a program: campaign files to compile, and what they name (lists, attachments, holidays).
//!
//! The checks read through `Files` only; the one on a disk stands in `lang/disk`.

use crate::lang::diagnostic::Diagnostics;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// What campaign files may name. Paths are relative to the folder, with `/`; anything that would leave it is refused.
pub trait Files {
    /// The whole file; at most `max` bytes.
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, FileFault>;
    /// Its size in bytes, checked as `read` checks it.
    fn size(&self, path: &str) -> Result<u64, FileFault>;
    /// The folder itself, for `Program::root`.
    fn root(&self) -> &Path;
    /// The day it is, for faults that name a date; none: they name a number of days.
    fn today(&self) -> Option<Date> {
        None
    }
    /// What was wrong with the campaign files before they were text (no UTF-8); `compile` reports it with the rest.
    fn faults(&self) -> Diagnostics {
        Vec::new()
    }
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

/// The path of a named file relative to the folder: names are relative to the file that names them (LANGUAGE.md §6).
/// What would leave the folder is `Outside`; whether the file is there is not looked at.
pub fn resolve(root: &Path, source: &Path, named: &str) -> Result<String, FileFault> {
    let beside = source.strip_prefix(root).unwrap_or(source).parent().unwrap_or(Path::new(""));
    let mut parts: Vec<&str> = Vec::new();
    for part in beside.components().chain(Path::new(named).components()) {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop().ok_or(FileFault::Outside)?),
            Component::Normal(part) => parts.push(part.to_str().ok_or(FileFault::Missing)?),
            Component::RootDir | Component::Prefix(_) => return Err(FileFault::Outside),
        }
    }
    if parts.is_empty() { Err(FileFault::NotAFile) } else { Ok(parts.join("/")) }
}

/// How diagnostics name a file of the folder: as given on the command line, joined.
pub fn display(root: &Path, path: &str) -> String {
    root.join(path).display().to_string()
}

/// Files held in memory, by path: an editor's, or a test's.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    root: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    today: Option<Date>,
}

impl MemoryFiles {
    /// No files, below that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    /// With one file more.
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }

    /// Read on that day.
    pub fn on(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    fn file(&self, path: &str) -> Result<&Vec<u8>, FileFault> {
        self.files.get(&resolve(Path::new(""), Path::new(""), path)?).ok_or(FileFault::Missing)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, FileFault> {
        let content = self.file(path)?;
        let bytes = content.len() as u64;
        if bytes > max { Err(FileFault::TooLarge { bytes }) } else { Ok(content.clone()) }
    }

    fn size(&self, path: &str) -> Result<u64, FileFault> {
        self.file(path).map(|content| content.len() as u64)
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn today(&self) -> Option<Date> {
        self.today
    }
}
