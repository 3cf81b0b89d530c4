//! What you write: text in, checked campaigns and diagnostics out.
//!
//! Never sees a store, a clock or a network; reads named files through [`folder::Files`] alone. Start at [`compile`].

mod assemble;
pub mod bound;
pub mod camp;
pub mod check;
pub mod code;
pub mod diagnostic;
pub mod disk;
pub mod folder;
pub mod format;
pub mod graph;
pub mod lists;
pub mod lower;
pub mod source;
pub mod syntax;
pub mod text;
pub mod words;
pub mod yaml;

use crate::lang::diagnostic::Diagnostics;
use crate::lang::folder::Files;
use crate::lang::source::Source;
use crate::model::program::Program;

/// A folder, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The campaigns without errors. Whoever runs it looks first whether the diagnostics refuse the folder.
    pub program: Program,
    /// The files as written, in the order of the sources.
    pub files: Vec<syntax::File>,
    /// Sorted by place; each fault once.
    pub diagnostics: Diagnostics,
}

/// Compiles files that were parsed, with what the parsers found.
pub fn compile_files(sources: &[Source], parsed: Vec<syntax::File>, found: Diagnostics, files: &dyn Files) -> Compiled {
    let mut diagnostics = files.faults();
    diagnostics.extend(found);
    let program = assemble::program(sources, &parsed, files, &mut diagnostics);
    diagnostics.sort_by(|one, two| (one.span, one.code).cmp(&(two.span, two.code)));
    diagnostics.dedup_by(|later, first| (later.span, later.code) == (first.span, first.code));
    Compiled { program, files: parsed, diagnostics }
}
