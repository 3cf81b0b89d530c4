//! How files look from outside, to see whether one has changed. Nothing is opened here.

use crate::lang::diagnostic::Diagnostics;
use crate::lang::disk::DiskFiles;
use crate::lang::folder::{FileFault, Files};
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file's look at one moment. Whoever writes it changes one of these, also who puts another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    file: (u64, u64),
    bytes: u64,
    /// Seconds and nanoseconds, of the content and of the entry.
    written: (i64, i64),
    touched: (i64, i64),
}

/// Files and how they looked; none: there was no such file.
pub type Marks = BTreeMap<PathBuf, Option<Mark>>;

/// How it looks now.
pub fn mark(path: &Path) -> Option<Mark> {
    let seen = std::fs::metadata(path).ok()?;
    Some(Mark {
        file: (seen.dev(), seen.ino()),
        bytes: seen.len(),
        written: (seen.mtime(), seen.mtime_nsec()),
        touched: (seen.ctime(), seen.ctime_nsec()),
    })
}

/// What became of files from one look to another, in order: `lists/people.csv`, `new: …`, `gone: …`.
pub fn differences(before: &Marks, after: &Marks) -> Vec<String> {
    let all: std::collections::BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let told = |path: &PathBuf| {
        let look = |marks: &Marks| marks.get(path).copied().flatten();
        match (look(before), look(after)) {
            (None, Some(_)) => Some(format!("new: {}", path.display())),
            (Some(_), None) => Some(format!("gone: {}", path.display())),
            (one, other) => (one != other).then(|| path.display().to_string()),
        }
    };
    all.into_iter().filter_map(told).collect()
}

/// The files of a folder, and how each that was asked for looked before it was read.
pub struct Noting {
    files: DiskFiles,
    noted: RefCell<Marks>,
}

impl Noting {
    /// Nothing was asked for yet.
    pub fn new(files: DiskFiles) -> Self {
        Self { files, noted: RefCell::default() }
    }

    /// All that was asked for.
    pub fn noted(self) -> Marks {
        self.noted.into_inner()
    }

    /// The first look counts: what changes after it may have been read or not.
    fn note(&self, path: &str) {
        let path = self.files.root().join(path);
        self.noted.borrow_mut().entry(path).or_insert_with_key(|path| mark(path));
    }
}

impl Files for Noting {
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, FileFault> {
        self.note(path);
        self.files.read(path, max)
    }

    fn size(&self, path: &str) -> Result<u64, FileFault> {
        self.note(path);
        self.files.size(path)
    }

    fn root(&self) -> &Path {
        self.files.root()
    }

    fn today(&self) -> Option<Date> {
        self.files.today()
    }

    fn faults(&self) -> Diagnostics {
        self.files.faults()
    }
}
