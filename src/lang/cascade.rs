//! One slip is told of three times at most (LANGUAGE.md §9), though many checks meet what follows from it.
//!
//! Most checks keep quiet by themselves about what was told; here is what only shows when all of them are done.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostics;
use crate::lang::source::SourceId;
use std::collections::{BTreeMap, BTreeSet};

/// Places that are enough to see one fault.
const PLACES_MAX: usize = 3;

/// Leaves out what only repeats: a name that is missed wherever it stands, and the other fields that went with one line of
/// the contacts. Expects the order of the places.
pub fn shorten(diagnostics: &mut Diagnostics) {
    let mut places: BTreeMap<(Code, SourceId, String), usize> = BTreeMap::new();
    diagnostics.retain(|fault| {
        let is_name = matches!(fault.code, Code::UnknownField | Code::UnknownName);
        let told = places.entry((fault.code, fault.span.source, fault.message.clone())).or_default();
        *told += 1;
        !is_name || *told <= PLACES_MAX
    });
    let mut fields: BTreeMap<SourceId, usize> = BTreeMap::new();
    for fault in diagnostics.iter().filter(|fault| fault.code == Code::UnknownField) {
        *fields.entry(fault.span.source).or_default() += 1;
    }
    let mut named: BTreeMap<SourceId, BTreeSet<String>> = BTreeMap::new();
    diagnostics.retain(|fault| {
        let is_many = fault.code == Code::UnknownField && fields.get(&fault.span.source).is_some_and(|told| *told > PLACES_MAX);
        let named = named.entry(fault.span.source).or_default();
        !is_many || (named.len() < PLACES_MAX && named.insert(fault.message.clone()))
    });
}
