//! Parts: shared statements that `do NAME` stands for. Which are in sight, how large they are, and which call themselves.

use crate::lang::check::shape;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{Name, Part, Statement, StatementKind};
use std::collections::{BTreeMap, BTreeSet};

/// Deepest nesting of parts in parts: as deep as blocks.
pub const PARTS_DEEP_MAX: usize = 64;

/// The parts a campaign sees: its own, then those of the folder.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    known: BTreeMap<&'a str, &'a Part>,
    /// Steps and statements each stands for, all `do` in it followed.
    sizes: BTreeMap<&'a str, Size>,
    /// Those that call themselves, or lie too deep: told of, and left out.
    cut: BTreeSet<&'a str>,
}

/// What a part stands for.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    steps: u32,
    statements: usize,
    deep: usize,
}

impl<'a> Parts<'a> {
    /// Looks at all parts in sight; tells of those that call themselves.
    pub fn new(parts: impl Iterator<Item = &'a Part>, diagnostics: &mut Diagnostics) -> Self {
        let mut all = Self::default();
        for part in parts {
            all.known.entry(part.name.value.as_str()).or_insert(part);
        }
        for name in all.known.keys().copied().collect::<Vec<_>>() {
            all.visit(name, &mut Vec::new(), diagnostics);
        }
        all
    }

    /// The part of that name, unless it was left out.
    pub fn get(&self, name: &Name) -> Option<&'a Part> {
        let name = name.value.as_str();
        self.known.get(name).copied().filter(|_| !self.cut.contains(name))
    }

    /// Is there such a part, be it one that was left out?
    pub fn has(&self, name: &Name) -> bool {
        self.known.contains_key(name.value.as_str())
    }

    /// The names in sight.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.known.keys().copied()
    }

    /// How many steps a part stands for.
    pub fn steps(&self, name: &Name) -> u32 {
        self.size(name).steps
    }

    /// How many statements these are, parts written out.
    pub fn count(&self, statements: &[Statement]) -> usize {
        let own = shape::count_statements(statements);
        let mut calls = Vec::new();
        calls_in(statements, &mut calls);
        calls.iter().fold(own, |sum, (name, _)| sum.saturating_add(self.size(name).statements))
    }

    fn size(&self, name: &Name) -> Size {
        self.get(name).and_then(|_| self.sizes.get(name.value.as_str())).copied().unwrap_or_default()
    }

    /// Sizes a part after those it calls. `way`: the parts being visited, each with the `do` that goes on from it.
    fn visit(&mut self, name: &'a str, way: &mut Vec<(&'a str, Span)>, diagnostics: &mut Diagnostics) {
        let Some(part) = self.known.get(name).copied() else { return };
        if self.sizes.contains_key(name) || self.cut.contains(name) {
            return;
        }
        let mut calls = Vec::new();
        calls_in(&part.body.statements, &mut calls);
        let mut deep = 0;
        for (called, span) in &calls {
            let called = called.value.as_str();
            way.push((name, *span));
            if let Some(at) = way.iter().position(|(known, _)| *known == called) {
                let circle = way.get(at..).unwrap_or_default();
                tell_once(diagnostics, calls_itself(circle));
                self.cut.extend(circle.iter().map(|(name, _)| *name));
            } else if way.len() >= PARTS_DEEP_MAX {
                tell_once(diagnostics, too_deep(*span));
                self.cut.insert(name);
            } else {
                self.visit(called, way, diagnostics);
                deep = deep.max(self.sizes.get(called).map_or(0, |size| size.deep));
                if deep >= PARTS_DEEP_MAX {
                    tell_once(diagnostics, too_deep(*span));
                    self.cut.insert(name);
                }
            }
            way.pop();
        }
        if !self.cut.contains(name) {
            let (steps, statements) = (super::steps::size(self, &part.body.statements), self.count(&part.body.statements));
            self.sizes.insert(name, Size { steps, statements, deep: deep + 1 });
        }
    }
}

/// Every `do` in these statements, in the order of the text.
fn calls_in<'a>(statements: &'a [Statement], calls: &mut Vec<(&'a Name, Span)>) {
    for statement in statements {
        if let StatementKind::Do(name) = &statement.kind {
            calls.push((name, statement.span));
        }
        shape::bodies(&statement.kind).for_each(|body| calls_in(body, calls));
    }
}

/// The same part may be in sight of many campaigns.
fn tell_once(diagnostics: &mut Diagnostics, fault: Diagnostic) {
    if !diagnostics.iter().any(|known| known.code == fault.code && known.span == fault.span) {
        diagnostics.push(fault);
    }
}

/// `circle`: each part of it, with the `do` in it that leads to the next; the last leads to the first.
fn calls_itself(circle: &[(&str, Span)]) -> Diagnostic {
    let first = circle.first().map_or("", |(name, _)| *name);
    let span = circle.last().map(|(_, span)| *span).unwrap_or_default();
    let way: Vec<String> = circle.iter().map(|(name, _)| *name).chain([first]).map(|name| format!("`{name}`")).collect();
    let message = format!("the part `{first}` calls itself: {}", way.join(" → "));
    let help = "write what is to be done again as `repeat up to N times, D apart`; every campaign ends";
    let fault = Diagnostic::new(Code::RecursivePart, span, message, help);
    let others = circle.iter().zip(circle.iter().skip(1));
    others.take(4).fold(fault, |fault, ((from, at), (to, _))| fault.label(*at, format!("`{from}` does `{to}` here")))
}

fn too_deep(span: Span) -> Diagnostic {
    let message = format!("parts within parts more than {PARTS_DEEP_MAX} deep");
    Diagnostic::new(Code::TooLarge, span, message, "write some of them out where they are done")
}
