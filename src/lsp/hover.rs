//! What the editor says of the thing under the pointer: a message as the first contact would read it, a wait in dates, a
//! field with its first values, a word of the language in a sentence.

use crate::lang::check::names::campaigns;
use crate::lang::source::{Source, SourceId};
use crate::lang::syntax::{self, Block, Item, StatementKind, Until};
use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::lsp::dates::{self, Moment};
use crate::lsp::project::Folder;
use crate::lsp::statements;
use crate::lsp::symbol::{Index, Kind, Occurrence, Symbol};
use crate::lsp::words;
use crate::model::account::SenderProfile;
use crate::model::campaign::{Campaign, Message};
use crate::model::program::RosterRow;
use crate::model::time::Timestamp;
use std::path::Path;

/// Values shown of a field.
const VALUES_SHOWN: usize = 3;

/// What is said of a byte of a file, as Markdown, and of which bytes.
pub fn hover(folder: &Folder, index: &Index, (id, source): (SourceId, &Source), offset: u32, now: Timestamp) -> Option<String> {
    if let Some(occurrence) = index.at(id, offset) {
        return said_of_name(folder, occurrence);
    }
    let file = folder.compiled.files.get(id.0 as usize)?;
    let statement = blocks(file).into_iter().find_map(|block| statements::at(block, offset, id));
    if let Some(said) = statement.and_then(|statement| said_of_wait(folder, file, &statement.kind, now)) {
        return Some(said);
    }
    let text = &source.text;
    let start = text.get(..offset as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..)?.lines().next()?.trim_start();
    let body = line.split_once(": ").filter(|(label, _)| !label.contains([' ', '"'])).map_or(line, |(_, body)| body.trim_start());
    words::said_of(body).map(|phrase| format!("**{}**\n\n{}", phrase.words, phrase.says))
}

fn blocks(file: &syntax::File) -> Vec<&Block> {
    file.items.iter().flat_map(blocks_of).collect()
}

fn blocks_of(item: &Item) -> Vec<&Block> {
    match item {
        Item::Campaign(campaign) => {
            let handlers = campaign.handlers.iter().filter_map(|handler| handler.body.as_ref());
            let parts = campaign.parts.iter().map(|part| &part.body);
            campaign.steps.iter().chain(handlers).chain(parts).collect()
        }
        Item::Workspace(workspace) => workspace.parts.iter().map(|part| &part.body).collect(),
        Item::Part(part) => vec![&part.body],
        Item::Message(_) | Item::Class(_) | Item::Test(_) => Vec::new(),
    }
}

fn said_of_name(folder: &Folder, occurrence: &Occurrence) -> Option<String> {
    let symbol = &occurrence.symbol;
    let heading = format!("**{}** `{}`", symbol.kind.word(), symbol.name);
    let body = match symbol.kind {
        Kind::Message => said_of_message(folder, symbol),
        Kind::Field => said_of_field(folder, symbol),
        Kind::Outcome => said_of_outcome(folder, symbol),
        Kind::Account => said_of_account(folder, symbol),
        Kind::Campaign => campaign(folder, &symbol.name).map(|campaign| campaign.bound.sentence.clone()),
        Kind::Class => said_of_class(folder, symbol),
        Kind::Label => said_of_label(folder, symbol),
        Kind::Part | Kind::Pool | Kind::Person => None,
    };
    Some(body.map_or_else(|| heading.clone(), |body| format!("{heading}\n\n{body}")))
}

fn campaign<'a>(folder: &'a Folder, name: &str) -> Option<&'a Campaign> {
    folder.compiled.program.campaigns.iter().find(|campaign| campaign.name == name)
}

/// The campaign of a symbol, else the first that has such a message; with its first contact.
fn said_of_message(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let program = &folder.compiled.program;
    let has = |campaign: &Campaign| campaign.messages.iter().any(|message| message.name == symbol.name);
    let is_it = |campaign: &Campaign| has(campaign) && symbol.campaign.as_ref().is_none_or(|own| *own == campaign.name);
    let at = program.campaigns.iter().position(is_it)?;
    let (campaign, roster) = (program.campaigns.get(at)?, program.rosters.get(at)?);
    let message = campaign.messages.iter().find(|message| message.name == symbol.name)?;
    let Some(first) = roster.rows.first() else {
        return Some("no contact to show it for: the list is empty".to_owned());
    };
    Some(as_read(&folder.root, campaign, message, first))
}

/// The message as that contact would read it.
fn as_read(root: &Path, campaign: &Campaign, message: &Message, row: &RosterRow) -> String {
    let fields = fields_with_defaults(campaign, &row.fields());
    let placeholder = |name: &str| Some(format!("‹sender.{name}›"));
    let sender = SenderProfile {
        provider_id: None,
        first_name: placeholder("first_name"),
        last_name: placeholder("last_name"),
        headline: placeholder("headline"),
    };
    let scope = Scope {
        campaign: &campaign.name,
        contact_key: row.key(),
        fields: &fields,
        sender: &sender,
        reply_text: Some("‹reply.text›"),
    };
    match render(message, &scope) {
        Ok(rendered) => {
            let subject = rendered.subject.map(|subject| format!("Subject: {subject}\n\n")).unwrap_or_default();
            let list = Path::new(row.file()).strip_prefix(root).unwrap_or(Path::new(row.file()));
            let units = rendered.text.encode_utf16().count();
            format!(
                "as `{}` ({} row {}) would read it, {units} characters:\n\n```text\n{subject}{}\n```",
                row.key(),
                list.display(),
                row.number(),
                rendered.text
            )
        }
        Err(fault) => fault.to_string(),
    }
}

fn said_of_field(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let program = &folder.compiled.program;
    let at = program.campaigns.iter().position(|campaign| Some(&campaign.name) == symbol.campaign.as_ref())?;
    let (campaign, roster) = (program.campaigns.get(at)?, program.rosters.get(at)?);
    let field = campaign.fields.iter().find(|field| field.name == symbol.name)?;
    let presence = if field.is_required { "needed in every row" } else { "may be empty" };
    let default = field.default.as_ref().map(|default| format!(", `{default}` where it is")).unwrap_or_default();
    let filled = roster.rows.iter().filter_map(|row| row.get(&field.name));
    let values: Vec<String> = filled.clone().take(VALUES_SHOWN).map(|value| format!("`{value}`")).collect();
    let seen = if values.is_empty() {
        "no row has a value".to_owned()
    } else {
        format!("{} of {} rows have a value: {} …", filled.count(), roster.rows.len(), values.join(", "))
    };
    Some(format!("{presence}{default}\n\n{seen}"))
}

fn said_of_outcome(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let campaign = campaign(folder, symbol.campaign.as_deref()?)?;
    let outcome = campaign.outcomes.iter().find(|outcome| outcome.name == symbol.name)?;
    Some(format!("counts as {}", format!("{:?}", outcome.kind).to_lowercase()))
}

fn said_of_account(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let accounts = &folder.compiled.program.workspace.accounts;
    let account = accounts.iter().find(|account| account.name == symbol.name)?;
    let zone = account.timezone.as_deref().unwrap_or("the schedule's zone");
    Some(format!("`{}` on {}, {zone}", account.provider_account, account.channel))
}

fn said_of_class(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let classes = folder.compiled.program.campaigns.iter().flat_map(|campaign| &campaign.classes);
    let class = classes.into_iter().find(|class| class.name == symbol.name)?;
    Some(format!("replies that match `/{}/`", class.pattern.source))
}

fn said_of_label(folder: &Folder, symbol: &Symbol) -> Option<String> {
    let campaign = campaign(folder, symbol.campaign.as_deref()?)?;
    let step = campaign.step_labelled(&symbol.name).map(|id| campaign.step(id))?;
    Some(format!("a step of kind `{}`: what `status`, tests and migrations call it", step.action.kind()))
}

fn said_of_wait(folder: &Folder, file: &syntax::File, kind: &StatementKind, now: Timestamp) -> Option<String> {
    let own = campaigns(std::slice::from_ref(file)).next();
    let calendar = own
        .and_then(|own| campaign(folder, &own.name.value))
        .map_or(&folder.compiled.program.workspace.calendar, |campaign| &campaign.calendar);
    let moment = Moment { calendar, now };
    match kind {
        StatementKind::Wait(delay) => Some(dates::delay(&moment, delay.value)),
        StatementKind::WaitUpTo { up_to, .. } | StatementKind::WaitFor { up_to, .. } => {
            Some(dates::deadline(&moment, up_to.value))
        }
        StatementKind::Repeat { times, apart, .. } => {
            Some(dates::repeat(&moment, times.as_ref().map_or(1, |times| times.value), apart.value))
        }
        StatementKind::WaitUntil(until) | StatementKind::PauseUntil(until) => match &until.value {
            Until::Weekday { weekday, minute } => Some(dates::weekday(&moment, *weekday, *minute)),
            Until::Delay(delay) => Some(dates::delay(&moment, *delay)),
            Until::Cron(expression) => dates::cron(&moment, &expression.value),
            Until::Field { .. } => None,
        },
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
        | StatementKind::If { .. }
        | StatementKind::Split { .. }
        | StatementKind::Stop { .. } => None,
    }
}
