//! `migrate from N`: where people of earlier versions go. What the earlier version's labels were, the store knows; here
//! only this version's are bound.

use crate::lang::check::names;
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lower::builder::Builder;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Migrate, MigrateTarget, Name};
use crate::model::campaign::{Destination, Migration};
use crate::model::id::StepId;
use std::collections::BTreeMap;

/// The campaign's migrations, bound to its own labels. The steps must be lowered.
pub fn migrations(builder: &mut Builder) -> Vec<Migration> {
    let campaign = builder.campaign;
    let version = campaign.version.as_ref().map_or(1, |version| version.value);
    let mut migrations: Vec<Migration> = Vec::new();
    for (at, written) in campaign.migrations.iter().enumerate() {
        if let Some(first) = campaign.migrations.iter().take(at).find(|first| first.from.value == written.from.value) {
            let message = format!("a second `migrate from {}`", written.from.value);
            let fault = Diagnostic::new(Code::DuplicateName, written.span, message, "write both in one block");
            builder.tell(fault.label(first.span, "the first one"));
            continue;
        }
        if written.from.value >= version {
            let message = format!("`migrate from {}` in version {version}: nobody comes from there", written.from.value);
            let help = "people migrate from an earlier version: raise `version`, or name an earlier one";
            builder.tell(Diagnostic::new(Code::Unexpected, written.from.span, message, help));
        }
        migrations.push(one(builder, written));
    }
    migrations
}

fn one(builder: &mut Builder, written: &Migrate) -> Migration {
    names::once("rule for a label", written.rules.iter().map(|rule| &rule.value.label), builder.diagnostics);
    let mut rules = BTreeMap::new();
    for rule in &written.rules {
        let (label, target) = (&rule.value.label, &rule.value.target);
        let destination = destination(builder, written, target, Some(label));
        rules.entry(label.value.clone()).or_insert(destination);
    }
    let otherwise = written.otherwise.as_ref().map(|line| destination(builder, written, &line.value, None));
    Migration { from: written.from.value, in_place: written.in_place, rules, otherwise }
}

/// A faulty target leaves people on their version.
fn destination(builder: &mut Builder, written: &Migrate, target: &MigrateTarget, at: Option<&Name>) -> Destination {
    match target {
        MigrateTarget::Stay => {
            if let Some(label) = at {
                step(builder, label);
            }
            Destination::Stay
        }
        MigrateTarget::GoTo(label) => step(builder, label).map_or(Destination::Finish, Destination::GoTo),
        MigrateTarget::Finish(version) => {
            finish(builder, &written.from, version);
            Destination::Finish
        }
    }
}

/// People finish on the version they began with, and on no other.
fn finish(builder: &mut Builder, from: &Spanned<u32>, on: &Spanned<u32>) {
    if from.value != on.value {
        let message = format!("people of version {} cannot finish on version {}", from.value, on.value);
        let help = format!("write `finish on version {}`", from.value);
        builder.tell(Diagnostic::new(Code::Unexpected, on.span, message, help).label(from.span, "they come from here"));
    }
}

/// The step of that label in this version.
fn step(builder: &mut Builder, label: &Name) -> Option<StepId> {
    let found = builder.steps.iter().position(|step| step.label == label.value);
    if found.is_none() {
        let known: Vec<String> = builder.steps.iter().filter(|step| step.is_named).map(|step| step.label.clone()).collect();
        let fault = names::unknown("label in this version", label, known.iter().map(String::as_str));
        builder.tell_unknown("label", fault);
    }
    found.map(|at| StepId(at as u32))
}
