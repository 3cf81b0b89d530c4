//! The folder on a disk: finds campaign files and reads what they name. Never leaves the folder, never opens what is no
//! plain file.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::folder::{FileFault, Files};
use crate::lang::source::{Notation, Source, SourceId, Span};
use jiff::civil::Date;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// One byte more than a campaign file may have (LANGUAGE.md §9): enough to see that it is too large.
const SOURCE_BYTES_READ: u64 = (1 << 20) + 1;
/// Folders inside each other that are searched for campaign files.
const FOLDER_DEPTH_MAX: usize = 32;

/// Why there is nothing to compile.
#[derive(Debug, thiserror::Error)]
pub enum LoadFault {
    #[error("there is no `{}`", path.display())]
    Missing { path: PathBuf },
    #[error("`{}` is no campaign file: it ends neither in .camp nor in .yaml or .yml", path.display())]
    NotACampaign { path: PathBuf },
    #[error("there is no campaign file (.camp, .yaml, .yml) below `{}`", path.display())]
    NoCampaigns { path: PathBuf },
    #[error("cannot read `{}`: {why}", path.display())]
    Unreadable { path: PathBuf, why: io::Error },
}

/// What the files of a folder name, read from the disk.
#[derive(Debug, Clone)]
pub struct DiskFiles {
    /// As given on the command line.
    root: PathBuf,
    /// With all links followed; none: the folder is gone.
    real_root: Option<PathBuf>,
    faults: Diagnostics,
    today: Option<Date>,
}

/// Reads campaign files: the files given, and of the folders given every `*.camp`, `*.yaml`, `*.yml` below them, in
/// sorted order, hidden files and folders (`.engine`) left out. Paths stay as given, joined. The folder that lists are
/// relative to is the folder given, or the one that holds all that was given.
pub fn load(paths: &[PathBuf]) -> Result<(Vec<Source>, DiskFiles), LoadFault> {
    let found = find(paths)?;
    let mut files = DiskFiles::new(shared_root(paths));
    let (mut sources, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for path in found {
        // A file given by name and with its folder is one file.
        if seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
            let id = SourceId(sources.len() as u32);
            sources.push(files.read_source(path, id)?);
        }
    }
    Ok((sources, files))
}

/// Where the campaign files stand that `load` reads; none is opened.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, LoadFault> {
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        let kind = fs::metadata(path).map_err(|why| load_fault(path, why))?;
        if kind.is_dir() {
            let before = found.len();
            search(path, FOLDER_DEPTH_MAX, &mut found)?;
            if found.len() == before {
                return Err(LoadFault::NoCampaigns { path: path.clone() });
            }
        } else if notation(path).is_some() && kind.is_file() {
            found.push(path.clone());
        } else {
            return Err(LoadFault::NotACampaign { path: path.clone() });
        }
    }
    Ok(found)
}

impl DiskFiles {
    /// The files below a folder.
    pub fn new(root: PathBuf) -> Self {
        let real_root = fs::canonicalize(if root.as_os_str().is_empty() { Path::new(".") } else { &root }).ok();
        Self { root, real_root, faults: Vec::new(), today: None }
    }

    /// Read on that day.
    pub fn on(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    fn read_source(&mut self, path: PathBuf, id: SourceId) -> Result<Source, LoadFault> {
        let mut bytes = Vec::new();
        let opened = File::open(&path).map_err(|why| load_fault(&path, why))?;
        opened.take(SOURCE_BYTES_READ).read_to_end(&mut bytes).map_err(|why| load_fault(&path, why))?;
        // The cut of a file that is too large may go through a character.
        let is_whole = (bytes.len() as u64) < SOURCE_BYTES_READ;
        if let Some(fault) = std::str::from_utf8(&bytes).err().filter(|_| is_whole) {
            // In the text a replacement sign of three bytes stands for it.
            let start = fault.valid_up_to() as u32;
            let place = Span { source: id, start, end: start + 3 };
            let help = "save the file as UTF-8";
            self.faults.push(Diagnostic::new(Code::Unexpected, place, "a byte that is no UTF-8", help));
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let notation = notation(&path).unwrap_or(Notation::Camp);
        Ok(Source { path, notation, text: text.into() })
    }

    /// The real path of a named file, and its size.
    fn locate(&self, path: &str) -> Result<(PathBuf, u64), FileFault> {
        let leaves = Path::new(path).components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
        if leaves || path.is_empty() {
            return Err(FileFault::Outside);
        }
        let real = fs::canonicalize(self.root.join(path)).map_err(file_fault)?;
        if !self.real_root.as_ref().is_some_and(|root| real.starts_with(root)) {
            return Err(FileFault::Outside);
        }
        let metadata = fs::metadata(&real).map_err(file_fault)?;
        if metadata.is_file() { Ok((real, metadata.len())) } else { Err(FileFault::NotAFile) }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str, max: u64) -> Result<Vec<u8>, FileFault> {
        let (real, bytes) = self.locate(path)?;
        if bytes > max {
            return Err(FileFault::TooLarge { bytes });
        }
        let mut read = Vec::new();
        // The file may grow between the two looks at it.
        let opened = File::open(real).map_err(file_fault)?;
        opened.take(max.saturating_add(1)).read_to_end(&mut read).map_err(file_fault)?;
        let bytes = read.len() as u64;
        if bytes > max { Err(FileFault::TooLarge { bytes }) } else { Ok(read) }
    }

    fn size(&self, path: &str) -> Result<u64, FileFault> {
        self.locate(path).map(|(_, bytes)| bytes)
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn today(&self) -> Option<Date> {
        self.today
    }

    fn faults(&self) -> Diagnostics {
        self.faults.clone()
    }
}

/// Which notation a file's name promises.
pub fn notation(path: &Path) -> Option<Notation> {
    match path.extension()?.to_str()? {
        "camp" => Some(Notation::Camp),
        "yaml" | "yml" => Some(Notation::Yaml),
        _ => None,
    }
}

/// Links to folders are not followed: they could lead out, or in a circle.
fn search(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), LoadFault> {
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = listed.map_err(|why| load_fault(folder, why))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries.into_iter().filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")) {
        let path = folder.join(entry.file_name());
        let kind = entry.file_type().map_err(|why| load_fault(&path, why))?;
        if kind.is_dir() && depth > 0 {
            search(&path, depth - 1, found)?;
        } else if notation(&path).is_some() && fs::metadata(&path).is_ok_and(|real| real.is_file()) {
            found.push(path);
        }
    }
    Ok(())
}

/// The folder that holds all paths: a folder itself, of a file the one it stands in.
fn shared_root(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| if path.is_dir() { path.clone() } else { path.parent().unwrap_or(Path::new("")).to_path_buf() };
    let mut folders = paths.iter().map(folder);
    let first = folders.next().unwrap_or_default();
    folders.fold(first, |common, other| {
        let shared = common.components().zip(other.components()).take_while(|(one, other)| one == other);
        shared.map(|(part, _)| part).collect()
    })
}

fn load_fault(path: &Path, why: io::Error) -> LoadFault {
    let path = path.to_path_buf();
    if why.kind() == io::ErrorKind::NotFound { LoadFault::Missing { path } } else { LoadFault::Unreadable { path, why } }
}

fn file_fault(why: io::Error) -> FileFault {
    match why.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileFault::Missing,
        _ => FileFault::Unreadable { why: why.to_string() },
    }
}
