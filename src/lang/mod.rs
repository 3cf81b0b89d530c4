//! What you write: text in, checked campaigns and diagnostics out.
//!
//! Never sees a store, a clock or a network; reads named files through [`folder::Files`] alone. Start at [`compile`].

mod assemble;
pub mod bound;
pub mod camp;
mod cascade;
pub mod check;
pub mod code;
pub mod diagnostic;
pub mod disk;
pub mod explain;
pub mod folder;
pub mod format;
pub mod graph;
pub mod lists;
pub mod lower;
pub mod report;
pub mod severity;
pub mod source;
pub mod syntax;
pub mod text;
pub mod words;
pub mod yaml;

use crate::lang::diagnostic::Diagnostics;
use crate::lang::folder::Files;
use crate::lang::source::{Notation, Source, SourceId};
use crate::model::program::Program;
use crate::model::script::Script;

/// A folder, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The campaigns without errors. Whoever runs it looks first whether the diagnostics refuse the folder.
    pub program: Program,
    /// The `test` blocks of those campaigns, in the order of the files.
    pub scripts: Vec<Script>,
    /// The files as written, in the order of the sources.
    pub files: Vec<syntax::File>,
    /// Sorted by place; each fault once.
    pub diagnostics: Diagnostics,
}

/// Compiles a folder. All its faults are found in one run.
pub fn compile(sources: &[Source], files: &dyn Files) -> Compiled {
    let mut parsed = Vec::new();
    let mut found = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let id = SourceId(at as u32);
        let (file, faults) = match source.notation {
            Notation::Camp => camp::parse(id, &source.text),
            Notation::Yaml => yaml::parse(id, &source.text),
        };
        parsed.push(file);
        found.extend(faults);
    }
    compile_files(sources, parsed, found, files)
}

/// Compiles files that were parsed, with what the parsers found.
pub fn compile_files(sources: &[Source], parsed: Vec<syntax::File>, found: Diagnostics, files: &dyn Files) -> Compiled {
    let mut diagnostics = files.faults();
    diagnostics.extend(found);
    let program = assemble::program(sources, &parsed, files, &mut diagnostics);
    let scripts = lower::lower_tests(&parsed, &program, &lower::Lines::new(sources), &mut diagnostics);
    diagnostics.sort_by_key(|fault| (fault.span, fault.code));
    diagnostics.dedup_by(|later, first| (later.span, later.code) == (first.span, first.code));
    cascade::shorten(&mut diagnostics);
    Compiled { program, scripts, files: parsed, diagnostics }
}
