//! `migrate` as YAML.

use crate::lang::format::yaml::doc::{self, Entry, Item, Layout, Value};
use crate::lang::format::yaml::shared::{gathered, gathered_list};
use crate::lang::syntax::{Line, Migrate, MigrateRule, MigrateTarget};

/// `migrate`, if there is any: a map, or a list of them.
pub fn migrations(migrations: &[Migrate]) -> Option<Entry> {
    if let [one] = migrations {
        return Some(Entry::new("migrate", migration(one)).with(&one.notes).ending(&one.end_notes));
    }
    let item = |one: &Migrate| Item { value: migration(one), notes: one.notes.clone(), end: one.end_notes.clone() };
    gathered_list("migrate", migrations.iter().map(item).collect())
}

fn migration(migrate: &Migrate) -> Value {
    let mut entries = vec![Entry::new("from", doc::bare(migrate.from.value))];
    if migrate.in_place {
        entries.push(Entry::new("in_place", doc::bare(true)));
    }
    let rule =
        |line: &Line<MigrateRule>| Entry::new(&doc::key(&line.value.label.value), target(&line.value.target)).with(&line.notes);
    entries.extend(gathered("at", migrate.rules.iter().map(rule).collect(), Layout::Fits));
    let otherwise = migrate.otherwise.iter();
    entries.extend(otherwise.map(|line| Entry::new("anyone_else", target(&line.value)).with(&line.notes)));
    Value::Map(entries, if migrate.in_place { Layout::Fits } else { Layout::Lines })
}

fn target(target: &MigrateTarget) -> Value {
    match target {
        MigrateTarget::Stay => doc::word("stay"),
        MigrateTarget::GoTo(label) => doc::single("go_to", doc::word(&label.value)),
        MigrateTarget::Finish(version) => doc::single("finish_on", doc::bare(version.value)),
    }
}
