//! The folders an editor works in: each is one program, made of what is on disk with what is open put over it.

use crate::lang::disk::{self, DiskFiles};
use crate::lang::source::{Source, SourceId};
use crate::lang::{Compiled, compile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders above a file that are looked at for more of its program, where the editor names no folder of its own.
const ANCESTORS_MAX: usize = 8;

/// A folder, compiled as it stands in the editor.
#[derive(Debug)]
pub struct Folder {
    pub root: PathBuf,
    pub sources: Vec<Source>,
    pub compiled: Compiled,
}

impl Folder {
    /// The file of that path.
    pub fn source(&self, path: &Path) -> Option<(SourceId, &Source)> {
        let at = self.sources.iter().position(|source| source.path == path)?;
        Some((SourceId(at as u32), self.sources.get(at)?))
    }
}

/// Everything the editor has open.
#[derive(Debug, Default)]
pub struct Projects {
    /// The editor's own folders.
    roots: Vec<PathBuf>,
    open: BTreeMap<PathBuf, Arc<str>>,
    folders: BTreeMap<PathBuf, Folder>,
}

impl Projects {
    /// With the editor's folders.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { roots, ..Self::default() }
    }

    /// Takes a file's text from the editor from now on.
    pub fn open(&mut self, path: PathBuf, text: String) {
        self.forget(&path);
        self.open.insert(path, text.into());
    }

    /// Takes it from the disk again.
    pub fn close(&mut self, path: &Path) {
        self.forget(path);
        self.open.remove(path);
    }

    /// Something on the disk changed: everything is read again.
    pub fn forget_all(&mut self) {
        self.folders.clear();
    }

    /// The program a file belongs to, compiled now if it changed.
    pub fn folder(&mut self, path: &Path) -> &Folder {
        let root = self.root_of(path);
        let open = &self.open;
        self.folders.entry(root.clone()).or_insert_with(|| compiled(root, open))
    }

    /// Every program of which a file is open.
    pub fn folders(&mut self) -> Vec<&Folder> {
        let paths: Vec<PathBuf> = self.open.keys().cloned().collect();
        for path in &paths {
            self.folder(path);
        }
        self.folders.values().collect()
    }

    fn forget(&mut self, path: &Path) {
        let root = self.root_of(path);
        self.folders.remove(&root);
    }

    /// The highest folder above the file, inside the editor's, that has a campaign file in it.
    fn root_of(&self, path: &Path) -> PathBuf {
        let parent = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let limit = self.roots.iter().filter(|root| path.starts_with(root)).min_by_key(|root| root.as_os_str().len());
        let above = parent.ancestors().take(ANCESTORS_MAX).take_while(|folder| match limit {
            Some(limit) => folder.starts_with(limit),
            None => *folder == parent,
        });
        above.filter(|folder| self.has_campaigns(folder)).last().unwrap_or(&parent).to_path_buf()
    }

    fn has_campaigns(&self, folder: &Path) -> bool {
        let is_camp = |path: &Path| path.extension().is_some_and(|ending| ending == "camp");
        let is_open = self.open.keys().any(|path| path.parent() == Some(folder) && is_camp(path));
        let listed = || std::fs::read_dir(folder).into_iter().flatten().flatten();
        is_open || listed().any(|entry| is_camp(&entry.path()))
    }
}

fn compiled(root: PathBuf, open: &BTreeMap<PathBuf, Arc<str>>) -> Folder {
    let (mut sources, files) =
        disk::load(std::slice::from_ref(&root)).unwrap_or_else(|_| (Vec::new(), DiskFiles::new(root.clone())));
    for (path, text) in open.iter().filter(|(path, _)| path.starts_with(&root)) {
        let Some(notation) = disk::notation(path) else { continue };
        match sources.iter_mut().find(|source| source.path == *path) {
            Some(source) => source.text = Arc::clone(text),
            None => sources.push(Source { path: path.clone(), notation, text: Arc::clone(text) }),
        }
    }
    let compiled = compile(&sources, &files);
    Folder { root, sources, compiled }
}
