//! A file in the YAML notation, with one order of keys and one layout (LANGUAGE.md §8).
//!
//! `doc` is what is printed, `write` where it breaks into lines; the other rooms say what becomes of each block.

mod doc;
mod steps;
mod tops;
mod workspace;
mod write;

use crate::lang::syntax::{Block, File, Handler, Item, Message, Statement, StatementKind};
use crate::lang::yaml::keys;

/// Has the file a form in YAML? One campaign or workspace a file has; anything else is told in a sentence.
pub fn can_print(file: &File) -> Result<(), String> {
    match file.items.as_slice() {
        [Item::Campaign(campaign)] => {
            campaign.messages.iter().try_for_each(message)?;
            let handlers = campaign.handlers.iter().filter_map(|Handler { body, .. }| body.as_ref());
            campaign.steps.iter().chain(handlers).try_for_each(block)
        }
        [Item::Workspace(workspace)] => workspace.messages.iter().try_for_each(message),
        [] => Err("the file is empty; a YAML file holds one campaign or one workspace".to_owned()),
        [Item::Message(_) | Item::Class(_) | Item::Part(_)] => {
            Err("a message, class or part of its own has no place in YAML: move it into the workspace".to_owned())
        }
        [Item::Test(_)] => Err("a test of its own has no place in YAML: move it into the file of its campaign".to_owned()),
        [_, _, ..] => Err("a YAML file holds one campaign or one workspace: give each block a file of its own".to_owned()),
    }
}

fn message(message: &Message) -> Result<(), String> {
    let mut languages = message.variants.iter().filter_map(|variant| variant.language.as_ref());
    match languages.find(|language| !keys::is_language(&language.value)) {
        Some(odd) => Err(format!("the language `{}` has no form in YAML: use its code, such as `en`", odd.value)),
        None => Ok(()),
    }
}

fn block(block: &Block) -> Result<(), String> {
    block.statements.iter().try_for_each(statement)
}

fn statement(statement: &Statement) -> Result<(), String> {
    if let Some(label) = statement.label.as_ref().filter(|label| keys::is_statement(&label.value)) {
        return Err(format!("the label `{}` is a key of the YAML notation: give it another name", label.value));
    }
    bodies(&statement.kind).into_iter().try_for_each(block)
}

fn bodies(kind: &StatementKind) -> Vec<&Block> {
    match kind {
        StatementKind::WaitUpTo { arms, timeout, .. } => arms.iter().map(|arm| &arm.body).chain(timeout).collect(),
        StatementKind::If { branches, otherwise } => branches.iter().map(|branch| &branch.body).chain(otherwise).collect(),
        StatementKind::Repeat { body, .. } => vec![body],
        StatementKind::Split { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
        StatementKind::Invite { .. }
        | StatementKind::WithdrawInvite
        | StatementKind::Send { .. }
        | StatementKind::SendInmail { .. }
        | StatementKind::StartGroup { .. }
        | StatementKind::VisitProfile
        | StatementKind::Follow
        | StatementKind::LikeLatestPost
        | StatementKind::CommentLatestPost(_)
        | StatementKind::Endorse(_)
        | StatementKind::React(_)
        | StatementKind::CallWebhook(_)
        | StatementKind::Ask { .. }
        | StatementKind::Do(_)
        | StatementKind::Tag(_)
        | StatementKind::Untag(_)
        | StatementKind::Set { .. }
        | StatementKind::Notify { .. }
        | StatementKind::SuppressContact { .. }
        | StatementKind::PauseUntil(_)
        | StatementKind::Wait(_)
        | StatementKind::WaitUntil(_)
        | StatementKind::WaitFor { .. }
        | StatementKind::Stop { .. } => Vec::new(),
    }
}

/// The file in YAML. Ask `can_print` first: of several blocks only the first has a form.
pub fn print(file: &File) -> String {
    let entries = match file.items.first() {
        Some(Item::Campaign(campaign)) => tops::campaign(campaign),
        Some(Item::Workspace(block)) => vec![workspace::workspace(block)],
        Some(Item::Message(_) | Item::Class(_) | Item::Part(_) | Item::Test(_)) | None => Vec::new(),
    };
    write::file(&entries, &file.tail)
}
