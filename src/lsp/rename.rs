//! Where a name is given, where it is used, and what changes when it becomes another.

use crate::lang::source::Span;
use crate::lang::words::bad_name;
use crate::lsp::place::range;
use crate::lsp::project::Folder;
use crate::lsp::symbol::{Index, Kind, Symbol};
use crate::lsp::uri::uri;
use lsp_types::{Location, TextEdit, Uri};

/// A span as the editor names it.
pub fn location(folder: &Folder, span: Span) -> Option<Location> {
    let source = folder.sources.get(span.source.0 as usize)?;
    Some(Location { uri: uri(&source.path)?, range: range(&source.text, span) })
}

/// Every place of a symbol.
pub fn places(folder: &Folder, index: &Index, symbol: &Symbol, with_definition: bool) -> Vec<Location> {
    let wanted = index.places(symbol).filter(|place| with_definition || !place.is_definition);
    wanted.filter_map(|place| location(folder, place.span)).collect()
}

/// The edits that give a symbol another name, in every file; a sentence when it cannot have it.
pub fn rename(folder: &Folder, index: &Index, symbol: &Symbol, to: &str) -> Result<Vec<(Uri, TextEdit)>, String> {
    renamable(index, symbol)?;
    if let Some(fault) = bad_name(to, Span::default()) {
        return Err(format!("{}; {}", fault.message, fault.help));
    }
    let mut taken = index.visible(symbol.kind, symbol.campaign.as_deref());
    if taken.any(|name| name == to) {
        return Err(format!("there is a {} called `{to}` already", symbol.kind.word()));
    }
    let edits = index.places(symbol).filter_map(|place| {
        let source = folder.sources.get(place.span.source.0 as usize)?;
        let written = source.text.get(place.span.start as usize..place.span.end as usize)?;
        // A YAML scalar may stand in quotes.
        let start = place.span.start + written.find(&symbol.name)? as u32;
        let span = Span { source: place.span.source, start, end: start + symbol.name.len() as u32 };
        Some((uri(&source.path)?, TextEdit { range: range(&source.text, span), new_text: to.to_owned() }))
    });
    Ok(edits.collect())
}

/// Can it have another name at all?
pub fn renamable(index: &Index, symbol: &Symbol) -> Result<(), String> {
    if symbol.kind == Kind::Field {
        return Err(format!("`{}` is a column of the list: rename it there, then here", symbol.name));
    }
    if index.definition(symbol).is_none() {
        return Err(format!("`{}` belongs to the language, or is declared nowhere", symbol.name));
    }
    Ok(())
}
