//! The top of a file: one campaign, one workspace, or what campaigns share.

use crate::lang::code::Code;
use crate::lang::source::Span;
use crate::lang::syntax::{File, Item};
use crate::lang::yaml::reader::Reader;
use crate::lang::yaml::tree::{Document, Entry, Node};
use crate::lang::yaml::{campaign, message, shared, test, workspace};

/// What a file without a campaign or workspace may hold.
const SHARED: &[&str] = &["messages", "classes", "parts", "tests"];

/// Reads a document as what it holds.
pub fn file(reader: &mut Reader, document: &Document) -> File {
    let mut file = File::default();
    let Some(root) = &document.root else {
        let place = Span { source: reader.source, start: 0, end: 0 };
        if !document.is_truncated {
            reader.fault(Code::Unexpected, place, "the file says nothing", "begin it with `campaign: NAME` or `workspace:`");
        }
        return file;
    };
    let Some(entries) = reader.map(root, "a campaign file", "keys") else { return file };
    let top = |key: &str| entries.iter().find(|entry| entry.key == key);
    match (top("campaign"), top("workspace")) {
        (Some(campaign), None) => file.items = campaign::campaign(reader, root, campaign, document.is_truncated),
        (None, Some(workspace)) => file.items.extend(only_workspace(reader, entries, workspace)),
        (Some(campaign), Some(workspace)) => {
            let second = if campaign.span.start < workspace.span.start { workspace } else { campaign };
            let help = "move it into a file of its own; the files of a folder are one program";
            reader.fault(Code::Unexpected, second.span, "one file holds a campaign and a workspace", help);
        }
        (None, None) if entries.iter().any(|entry| SHARED.contains(&entry.key.as_str())) => {
            file.items = only_shared(reader, entries, document.is_truncated);
        }
        (None, None) if document.is_truncated => {}
        (None, None) => headless(reader, root, entries),
    }
    file.tail = reader.notes(0);
    file
}

/// Neither `campaign` nor `workspace`: a misspelt key is told as one.
fn headless(reader: &mut Reader, root: &Node, entries: &[Entry]) {
    let near = |entry: &&Entry| crate::lang::yaml::keys::nearest(&entry.key, ["campaign", "workspace"]).is_some();
    match entries.iter().find(near) {
        Some(entry) => reader.unknown_key(entry, "a campaign file", ["campaign", "workspace"].into_iter()),
        None => {
            let help = "begin it with `campaign: NAME`, or `workspace:` for accounts, schedule and limits";
            let place = entries.first().map_or(root.place(), |entry| entry.span);
            reader.fault(Code::Unexpected, place, "the file names no campaign and no workspace", help);
        }
    }
}

/// Keys of the top of such a file, and those that make it another.
fn top() -> impl Iterator<Item = &'static str> + Clone {
    SHARED.iter().chain(&["campaign", "workspace"]).copied()
}

/// `messages`, `classes`, `parts` and `tests` of the whole folder.
fn only_shared(reader: &mut Reader, entries: &[Entry], is_truncated: bool) -> Vec<Item> {
    reader.depth = 1;
    let mut items = Vec::new();
    let near = |entry: &Entry| crate::lang::yaml::keys::nearest(&entry.key, top()).is_some();
    let mut is_told = false;
    for entry in entries {
        match entry.key.as_str() {
            "messages" => items.extend(message::messages(reader, entry).into_iter().map(Item::Message)),
            "classes" => items.extend(shared::classes(reader, entry).into_iter().map(Item::Class)),
            "parts" => items.extend(shared::parts(reader, entry).into_iter().map(Item::Part)),
            "tests" => items.extend(test::tests(reader, entry, None).into_iter().map(Item::Test)),
            // What belongs into a campaign or workspace lacks one line above it, told of with the first.
            _ if is_told && !near(entry) => {}
            _ => {
                is_told |= !near(entry);
                reader.unknown_key(entry, "a file without a campaign", top());
            }
        }
    }
    reader.depth = 0;
    if is_truncated { Vec::new() } else { items }
}

fn only_workspace(reader: &mut Reader, entries: &[Entry], entry: &Entry) -> Option<Item> {
    for other in entries.iter().filter(|other| other.key != "workspace") {
        reader.unknown_key(other, "a workspace file", ["workspace"].into_iter());
    }
    workspace::workspace(reader, entry).map(|workspace| Item::Workspace(Box::new(workspace)))
}
