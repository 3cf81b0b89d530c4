//! A file in the YAML notation, with one order of keys and one layout (LANGUAGE.md §8).
//!
//! `doc` is what is printed, `write` where it breaks into lines; the other rooms say what becomes of each block.

mod doc;
mod handlers;
mod messages;
mod migrate;
mod schedule;
mod shared;
mod steps;
mod test;
mod tops;
mod workspace;
mod write;

use crate::lang::syntax::{Class, File, Item, Message, Part, Test};

/// Has the file a form in YAML? It holds one campaign or workspace, or what campaigns share; a campaign's may hold tests
/// beside it. Anything else is told in a sentence.
pub fn can_print(file: &File) -> Result<(), String> {
    let tops = file.items.iter().filter(|item| matches!(item, Item::Campaign(_) | Item::Workspace(_))).count();
    let has_workspace = file.items.iter().any(|item| matches!(item, Item::Workspace(_)));
    let has_shared = file.items.iter().any(|item| matches!(item, Item::Message(_) | Item::Class(_) | Item::Part(_)));
    let holds = Contents::of(file);
    let shape = match (tops, file.items.len()) {
        (_, 0) => Err("the file is empty; a YAML file holds one campaign or one workspace".to_owned()),
        (0, _) => Ok(()),
        (1, 1) => Ok(()),
        (1, _) if !has_workspace && !has_shared => Ok(()),
        (1, _) if !holds.tests.is_empty() && !has_shared => {
            Err("a test stands beside the workspace: move it into the file of its campaign".to_owned())
        }
        (1, _) => {
            Err("messages, classes and parts stand beside a campaign or workspace: give them a file of their own".to_owned())
        }
        (_, _) => Err("a YAML file holds one campaign or one workspace: give each block a file of its own".to_owned()),
    };
    shape?;
    match doc::twice(&entries(file)) {
        Some(key) => Err(format!("`{key}` stands twice, which no map of YAML can: give one of the two another name")),
        None => Ok(()),
    }
}

/// What campaigns share, by kind.
struct Contents<'f> {
    messages: Vec<&'f Message>,
    classes: Vec<&'f Class>,
    parts: Vec<&'f Part>,
    tests: Vec<&'f Test>,
}

impl<'f> Contents<'f> {
    fn of(file: &'f File) -> Self {
        let mut contents = Self { messages: Vec::new(), classes: Vec::new(), parts: Vec::new(), tests: Vec::new() };
        for item in &file.items {
            match item {
                Item::Campaign(_) | Item::Workspace(_) => {}
                Item::Message(message) => contents.messages.push(message),
                Item::Class(class) => contents.classes.push(class),
                Item::Part(part) => contents.parts.push(part),
                Item::Test(test) => contents.tests.push(test),
            }
        }
        contents
    }
}

/// The file in YAML. Ask `can_print` first: of several campaigns and workspaces only the first has a form.
pub fn print(file: &File) -> String {
    write::file(&entries(file), &file.tail)
}

/// The keys of the top.
fn entries(file: &File) -> Vec<doc::Entry> {
    let holds = Contents::of(file);
    let top = file.items.iter().find(|item| matches!(item, Item::Campaign(_) | Item::Workspace(_)));
    match top {
        Some(Item::Campaign(campaign)) => tops::campaign(campaign, holds.tests),
        Some(Item::Workspace(block)) => vec![workspace::workspace(block)],
        Some(Item::Message(_) | Item::Class(_) | Item::Part(_) | Item::Test(_)) | None => {
            let mut entries: Vec<_> = messages::messages(holds.messages).into_iter().collect();
            entries.extend(shared::classes(holds.classes));
            entries.extend(shared::parts(holds.parts));
            entries.extend(test::tests(holds.tests, None));
            entries
        }
    }
}

/// The file with its blocks and handlers in the order in which YAML has them; what order they stand in means nothing.
pub fn ordered(file: &File) -> File {
    let mut file = file.clone();
    file.items.sort_by_key(|item| match item {
        Item::Campaign(_) | Item::Workspace(_) => 0,
        Item::Message(_) => 1,
        Item::Class(_) => 2,
        Item::Part(_) => 3,
        Item::Test(_) => 4,
    });
    for item in &mut file.items {
        if let Item::Campaign(campaign) = item {
            campaign.handlers.sort_by_key(|handler| handlers::rank(&handler.kind));
        }
    }
    file
}
