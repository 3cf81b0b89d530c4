//! Who is called what in a folder: what campaigns share, names given twice, names nobody uses, and near misses.

use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{AccountBlock, Campaign, Class, File, Item, Message, Name, Part, Person, Pool, Workspace};
use crate::lang::words::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// Reply classes every campaign has (LANGUAGE.md §5).
pub const BUILT_IN_CLASSES: [&str; 2] = ["opt_out", "out_of_office"];

/// What the campaigns of a folder share. The first of two equal names counts.
#[derive(Default)]
pub struct Shared<'a> {
    pub workspace: Option<&'a Workspace>,
    pub messages: BTreeMap<&'a str, &'a Message>,
    /// The workspace's first, then in the order of the files.
    pub classes: Vec<&'a Class>,
    /// In the order declared.
    pub accounts: Vec<&'a AccountBlock>,
    pub pools: Vec<&'a Pool>,
    pub people: Vec<&'a Person>,
    /// The workspace's first, then in the order of the files.
    pub parts: Vec<&'a Part>,
}

/// Which shared names were used, by any campaign.
#[derive(Default)]
pub struct Uses {
    pub messages: BTreeSet<String>,
    pub classes: BTreeSet<String>,
    pub pools: BTreeSet<String>,
    pub parts: BTreeSet<String>,
    /// Kinds of names of which one is unknown somewhere: an unused one of that kind may only be misspelt there.
    pub unknown: BTreeSet<&'static str>,
}

/// Gathers what is shared and reports names given twice across the folder, and second workspaces.
pub fn collect<'a>(files: &'a [File], diagnostics: &mut Diagnostics) -> Shared<'a> {
    let mut shared = Shared::default();
    let items = || files.iter().flat_map(|file| &file.items);
    for workspace in items().filter_map(|item| if let Item::Workspace(workspace) = item { Some(workspace) } else { None }) {
        if let Some(first) = shared.workspace {
            diagnostics.push(crate::lang::check::shape::two_workspaces(workspace, first));
        } else {
            shared.workspace = Some(workspace);
        }
    }
    let mut messages: Vec<&Message> = Vec::new();
    if let Some(workspace) = shared.workspace {
        shared.classes.extend(&workspace.classes);
        shared.accounts.extend(&workspace.accounts);
        shared.pools.extend(workspace.pools.iter().map(|line| &line.value));
        shared.people.extend(workspace.people.iter().map(|line| &line.value));
        shared.parts.extend(&workspace.parts);
        messages.extend(&workspace.messages);
    }
    for item in items() {
        match item {
            Item::Message(message) => messages.push(message),
            Item::Class(class) => shared.classes.push(class),
            Item::Part(part) => shared.parts.push(part),
            Item::Campaign(_) | Item::Workspace(_) | Item::Test(_) => {}
        }
    }
    once("message", messages.iter().map(|message| &message.name), diagnostics);
    once("class", shared.classes.iter().map(|class| &class.name), diagnostics);
    once("account", shared.accounts.iter().map(|account| &account.name), diagnostics);
    once("pool", shared.pools.iter().map(|pool| &pool.name), diagnostics);
    once("part", shared.parts.iter().map(|part| &part.name), diagnostics);
    once("person", shared.people.iter().map(|person| &person.name), diagnostics);
    once("campaign", campaigns(files).map(|campaign| &campaign.name), diagnostics);
    for class in shared.classes.iter().filter(|class| BUILT_IN_CLASSES.contains(&class.name.value.as_str())) {
        diagnostics.push(built_in_class(&class.name));
    }
    for message in messages {
        shared.messages.entry(message.name.value.as_str()).or_insert(message);
    }
    shared
}

/// The folder's campaigns, in the order of the files.
pub fn campaigns(files: &[File]) -> impl Iterator<Item = &Campaign> {
    files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
        Item::Campaign(campaign) => Some(campaign.as_ref()),
        Item::Workspace(_) | Item::Message(_) | Item::Class(_) | Item::Part(_) | Item::Test(_) => None,
    })
}

/// Names given twice inside a campaign, and those that hide a shared one: nothing shadows anything.
pub fn check_campaign(campaign: &Campaign, shared: &Shared, diagnostics: &mut Diagnostics) {
    once("message", campaign.messages.iter().map(|message| &message.name), diagnostics);
    once("class", campaign.classes.iter().map(|class| &class.name), diagnostics);
    once("part", campaign.parts.iter().map(|part| &part.name), diagnostics);
    for part in &campaign.parts {
        if let Some(first) = shared.parts.iter().find(|other| other.name == part.name) {
            diagnostics.push(duplicate("part", &part.name, first.name.span));
        }
    }
    for message in &campaign.messages {
        if let Some(first) = shared.messages.get(message.name.value.as_str()) {
            diagnostics.push(duplicate("message", &message.name, first.name.span));
        }
    }
    for class in &campaign.classes {
        if let Some(first) = shared.classes.iter().find(|other| other.name == class.name) {
            diagnostics.push(duplicate("class", &class.name, first.name.span));
        }
        if BUILT_IN_CLASSES.contains(&class.name.value.as_str()) {
            diagnostics.push(built_in_class(&class.name));
        }
    }
    let outcomes = campaign.outcomes.iter().flat_map(|line| &line.value).flat_map(|group| &group.names);
    once("outcome", outcomes, diagnostics);
    let fields = campaign.contacts.iter().flat_map(|contacts| contacts.need.iter().chain(&contacts.may_have));
    once("field", fields.map(|field| &field.name), diagnostics);
    check_handlers(campaign, diagnostics);
}

fn check_handlers(campaign: &Campaign, diagnostics: &mut Diagnostics) {
    for (at, handler) in campaign.handlers.iter().enumerate() {
        if let Some(first) = campaign.handlers.iter().take(at).find(|first| first.kind == handler.kind) {
            let word = crate::lang::lower::handler_words(&handler.kind);
            let message = format!("a second `{word}` in `{}`", campaign.name.value);
            let help = "write both in one block, with `if` between them";
            diagnostics
                .push(Diagnostic::new(Code::DuplicateName, handler.span, message, help).label(first.span, "the first one"));
        }
    }
}

/// Reports every name but the first of those that are equal.
pub fn once<'a>(kind: &str, names: impl Iterator<Item = &'a Name>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        if let Some(first) = seen.get(name.value.as_str()) {
            diagnostics.push(duplicate(kind, name, *first));
        } else {
            seen.insert(&name.value, name.span);
        }
    }
}

/// A name given twice; `first` is where it was given before.
pub fn duplicate(kind: &str, name: &Name, first: Span) -> Diagnostic {
    let message = format!("a second {kind} called `{}`", name.value);
    Diagnostic::new(Code::DuplicateName, name.span, message, "give one of them another name").label(first, "the first one")
}

fn built_in_class(name: &Name) -> Diagnostic {
    let message = format!("`{}` is a class every campaign has", name.value);
    Diagnostic::new(Code::DuplicateName, name.span, message, "give your class another name")
}

/// A name that nothing has, with the nearest of those that would have done.
pub fn unknown<'a>(kind: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let message = format!("there is no {kind} called `{}`", name.value);
    if let Some(near) = nearest(&name.value, known.iter().copied()) {
        let help = format!("did you mean `{near}`?");
        return Diagnostic::new(Code::UnknownName, name.span, message, help).fix(name.span, near);
    }
    let help = if known.is_empty() {
        format!("declare the {kind} first; none is declared here")
    } else {
        format!("declare it, or take one that exists: {}", listed(&known))
    };
    Diagnostic::new(Code::UnknownName, name.span, message, help)
}

/// `a`, `b` and 3 more.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(SHOWN);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

/// Shared messages, classes, parts and pools that no campaign uses.
pub fn unused(shared: &Shared, uses: &Uses, diagnostics: &mut Diagnostics) {
    let mut tell = |kind: &'static str, names: Vec<&Name>, used: &BTreeSet<String>| {
        let unused = names.into_iter().filter(|name| !uses.unknown.contains(kind) && !used.contains(&name.value));
        diagnostics.extend(unused.map(|name| never_used(kind, name)));
    };
    tell("message", shared.messages.values().map(|message| &message.name).collect(), &uses.messages);
    tell("class", shared.classes.iter().map(|class| &class.name).collect(), &uses.classes);
    tell("part", shared.parts.iter().map(|part| &part.name).collect(), &uses.parts);
    tell("pool", shared.pools.iter().map(|pool| &pool.name).collect(), &uses.pools);
}

/// Something declared that nothing uses.
pub fn never_used(kind: &str, name: &Name) -> Diagnostic {
    let message = format!("nothing uses the {kind} `{}`", name.value);
    Diagnostic::new(Code::Unused, name.span, message, format!("use it, or take the {kind} out"))
}
