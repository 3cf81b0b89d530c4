//! The workspace as YAML.

use crate::lang::format::yaml::doc::{self, Entry, Layout, Value};
use crate::lang::format::yaml::shared::{self, gathered, lines, path};
use crate::lang::format::yaml::{messages, schedule};
use crate::lang::syntax::{AccountBlock, Workspace};

/// The workspace under its key.
pub fn workspace(workspace: &Workspace) -> Entry {
    let mut entries = vec![Entry::new("name", doc::word(&workspace.name.value))];
    entries.extend(gathered("accounts", workspace.accounts.iter().map(account).collect(), Layout::Lines));
    let pools = workspace.pools.iter().map(|line| {
        let accounts = doc::list(line.value.accounts.iter().map(|name| doc::word(&name.value)));
        Entry::new(&doc::key(&line.value.name.value), accounts).with(&line.notes)
    });
    entries.extend(gathered("pools", pools.collect(), Layout::Lines));
    let people = workspace
        .people
        .iter()
        .map(|line| Entry::new(&doc::key(&line.value.name.value), doc::word(&line.value.address.value)).with(&line.notes));
    entries.extend(gathered("people", people.collect(), Layout::Lines));
    entries.extend(lines("never_contact", &workspace.never_contact, path));
    entries.extend(shared::classes(&workspace.classes));
    entries.extend(messages::messages(&workspace.messages));
    entries.extend(shared::parts(&workspace.parts));
    entries.extend(workspace.schedule.iter().map(schedule::schedule));
    entries.extend(workspace.limits.iter().map(schedule::limits));
    let refresh = workspace.refresh.iter();
    entries.extend(refresh.map(|line| Entry::new("refresh", doc::quoted_text(&line.value.value)).with(&line.notes)));
    entries.extend(shared::reports(&workspace.reports));
    Entry::new("workspace", Value::Map(entries, Layout::Lines)).with(&workspace.notes).ending(&workspace.end_notes)
}

fn account(account: &AccountBlock) -> Entry {
    let [id, channel, tier, timezone, owner] = &account.clause_notes;
    let mut entries = Vec::new();
    entries.extend(account.id.iter().map(|value| Entry::new("id", doc::word(&value.value)).with(id)));
    entries.extend(account.channel.iter().map(|value| Entry::new("channel", doc::word(value.value.word())).with(channel)));
    entries.extend(account.tier.iter().map(|value| Entry::new("tier", doc::word(value.value.word())).with(tier)));
    entries.extend(account.timezone.iter().map(|value| Entry::new("timezone", doc::word(&value.value)).with(timezone)));
    entries.extend(account.owner.iter().map(|value| Entry::new("owner", doc::word(&value.value)).with(owner)));
    Entry::new(&doc::key(&account.name.value), doc::map(entries)).with(&account.notes).ending(&account.end_notes)
}
