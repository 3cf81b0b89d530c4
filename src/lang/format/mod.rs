//! From the syntax tree back to text, in either notation. Never changes what a file means: what was printed is read
//! again and compared before anybody gets it. Start at `format`.

pub mod camp;
mod page;
mod path;
pub mod phrase;
pub mod yaml;

use crate::lang::diagnostic::{Diagnostics, has_errors};
use crate::lang::source::{Notation, SourceId};
use crate::lang::syntax::File;

/// Why a file was not formatted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FormatFault {
    /// It cannot be read as it stands.
    #[error("the file has faults")]
    Faulty(Diagnostics),
    /// The notation has no form for it.
    #[error("{0}")]
    NoForm(String),
    /// What was printed means something else: nothing was changed.
    #[error("a text in this file cannot be written in the other form without changing it")]
    Differs,
}

/// The file as text of that notation, checked: read again, it is the same tree.
pub fn format(file: &File, notation: Notation) -> Result<String, FormatFault> {
    let text = match notation {
        Notation::Camp => camp::print(file),
        Notation::Yaml => {
            yaml::can_print(file).map_err(FormatFault::NoForm)?;
            yaml::print(file)
        }
    };
    let (again, faults) = parse(&text, notation);
    let is_same = (again == *file || yaml::ordered(&again) == yaml::ordered(file)) && !has_errors(&faults);
    if is_same { Ok(text) } else { Err(FormatFault::Differs) }
}

/// A file's text in the form of `to`, which may be the notation it is in: `engine fmt`, with and without `--to`.
/// Comments go along wherever the other notation has a place for them.
pub fn convert(text: &str, from: Notation, to: Notation) -> Result<String, FormatFault> {
    let (file, faults) = parse(text, from);
    if has_errors(&faults) {
        return Err(FormatFault::Faulty(faults));
    }
    format(&file, to)
}

fn parse(text: &str, notation: Notation) -> (File, Diagnostics) {
    match notation {
        Notation::Camp => crate::lang::camp::parse(SourceId::default(), text),
        Notation::Yaml => crate::lang::yaml::parse(SourceId::default(), text),
    }
}
