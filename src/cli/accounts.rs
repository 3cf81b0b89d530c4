//! `engine accounts`: the accounts of the key. A running engine answers with usage and free slots; without one,
//! postpress is asked how they are.

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::{far, house, render};
use crate::connector::contract::{AccountRow, Connector, Refusal};
use crate::connector::postpress::client::Postpress;
use crate::model::account::{Channel, InmailApi, Tier};
use crate::runtime::clock::wall_now;
use crate::server::socket::{self, AskFault};
use serde_json::{Value, json};

/// Arguments of `engine accounts`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct AccountsOptions {}

/// An account as postpress tells of it now.
struct Found {
    row: AccountRow,
    /// InMail credits by the api they travel by; only those subscribed to.
    credits: Vec<(InmailApi, u32)>,
}

/// Runs the command.
///
/// # Errors
/// Missing settings; a refusal of postpress; a running engine that does not answer.
pub fn run(_options: &AccountsOptions, context: &Context) -> Done {
    if let Some(answer) = running(context)? {
        if context.is_json {
            render::data(&answer.to_string());
        } else {
            show_running(&answer, context.color);
        }
        return Ok(Ending::done());
    }
    let postpress = house::postpress(context)?;
    let found = far::wait(find(&postpress))??;
    if context.is_json {
        let accounts: Vec<Value> = found.iter().map(account_json).collect();
        let document = json!({"schema": "engine.accounts/1", "time": wall_now().iso_ms(), "accounts": accounts});
        render::data(&document.to_string());
    } else {
        show(&found, context.color);
    }
    Ok(Ending::done())
}

/// What an engine that runs knows of them; none: none runs, or it has nothing to say of accounts.
fn running(context: &Context) -> Result<Option<Value>, Ending> {
    match socket::ask(&context.data, "accounts", json!({})) {
        Ok(answer) => Ok(answer),
        Err(AskFault::Refused(_)) => Ok(None),
        Err(fault @ (AskFault::Silent(_) | AskFault::Garbled)) => {
            Err(Ending::new(FAILED, fault.to_string()).help("stop it, and start it again"))
        }
    }
}

async fn find(postpress: &Postpress) -> Result<Vec<Found>, Refusal> {
    let mut found = Vec::new();
    for row in far::accounts(postpress).await? {
        let mut credits = Vec::new();
        if row.channel == Some(Channel::Linkedin) && row.status.is_ok() {
            for api in apis(&row.tiers) {
                // Credits are worth a question, not a failure of the whole list.
                if let Ok(Some(count)) = postpress.inmail_balance(row.id.clone(), api).await {
                    credits.push((api, count));
                }
            }
        }
        found.push(Found { row, credits });
    }
    Ok(found)
}

/// Each InMail api the tiers open, once.
fn apis(tiers: &[Tier]) -> Vec<InmailApi> {
    let mut apis = Vec::new();
    for tier in tiers {
        if *tier != Tier::Classic && !apis.contains(&tier.inmail_api()) {
            apis.push(tier.inmail_api());
        }
    }
    apis
}

fn account_json(found: &Found) -> Value {
    let Found { row, credits } = found;
    let tiers: Vec<&str> = row.tiers.iter().map(|tier| tier.word()).collect();
    let credits: serde_json::Map<String, Value> =
        credits.iter().map(|(api, count)| (api.word().to_owned(), json!(count))).collect();
    json!({
        "id": row.id, "name": row.name, "channel": row.channel.map(Channel::word), "own_id": row.own_id, "tiers": tiers,
        "status": row.status.as_ref().map_or_else(String::as_str, |()| "OK"), "inmail_credits": credits,
    })
}

fn show(found: &[Found], color: bool) {
    let cells = |found: &Found| {
        let Found { row, credits } = found;
        let tiers: Vec<&str> = row.tiers.iter().filter(|tier| **tier != Tier::Classic).map(|tier| tier.word()).collect();
        let credits: Vec<String> = credits.iter().map(|(api, count)| format!("{count} {}", api.word())).collect();
        let status = row.status.as_ref().map_or_else(String::as_str, |()| "OK").to_owned();
        let channel = row.channel.map_or("other", Channel::word).to_owned();
        vec![row.name.clone(), row.id.to_string(), channel, status, tiers.join(" "), credits.join(", ")]
    };
    render::table(&["NAME", "ID", "CHANNEL", "STATUS", "PREMIUM", "INMAIL CREDITS"], found.iter().map(cells).collect(), color);
    if found.iter().any(|found| found.row.status.is_err()) {
        render::talk("an account that is not OK has to be connected again at postpress; nothing is sent from it until then");
    }
    if found.is_empty() {
        render::talk("the key has no accounts; connect one at postpress");
    }
}

/// What a running engine answered: one line an account, its fields as they are.
fn show_running(answer: &Value, color: bool) {
    let accounts = answer.get("accounts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |account: &Value, key: &str| match account.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let rows = accounts
        .iter()
        .map(|account| ["name", "id", "channel", "status", "usage", "next_free"].map(|key| text(account, key)).to_vec());
    render::table(&["NAME", "ID", "CHANNEL", "STATUS", "USAGE", "NEXT FREE"], rows.collect(), color);
}
