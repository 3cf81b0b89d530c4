//! `engine webhooks`: what is registered at postpress for this engine.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending, UNSAFE, WRONG};
use crate::cli::status::read;
use crate::cli::times::short_moment;
use crate::cli::{far, house, render};
use crate::connector::contract::WebhookRow;
use crate::connector::postpress::webhooks::{self, Plan, SetUp};
use crate::runtime::query::unrouted::Unrouted;
use crate::server::secrets::{Secrets, newest};
use crate::server::webhooks::PATH;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

/// Columns of a body.
const BODY_COLUMNS: usize = 60;

/// Arguments of `engine webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct WebhooksOptions {
    #[command(subcommand)]
    pub verb: WebhooksVerb,
}

/// What to do with them.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum WebhooksVerb {
    /// Register what is missing, delete what is double; repeating it changes nothing
    Setup {
        /// Where postpress can reach this engine; else `ENGINE_PUBLIC_URL`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Register all anew: after the secret was changed
        #[arg(long)]
        rotate: bool,
    },
    /// Show all webhooks of the key, ours marked
    List {
        /// Where postpress can reach this engine; else `ENGINE_PUBLIC_URL`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Show what came in and concerns nobody in a campaign: strangers who wrote, forms nobody knows
    Unrouted,
    /// Delete ours
    Remove {
        /// Where postpress can reach this engine; else `ENGINE_PUBLIC_URL`
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// Missing settings; a refusal of postpress.
pub fn run(options: &WebhooksOptions, context: &Context) -> Done {
    match &options.verb {
        WebhooksVerb::Setup { url, rotate } => set_up(context, url.clone(), *rotate),
        WebhooksVerb::List { url } => list(context, url.clone()),
        WebhooksVerb::Unrouted => unrouted(context),
        WebhooksVerb::Remove { url } => remove(context, url.clone()),
    }
}

fn set_up(context: &Context, url: Option<String>, is_rotation: bool) -> Done {
    let url = delivery_url(context, url)?;
    let plan = Plan { url: url.clone(), secret: secret(context)?, is_rotation };
    let postpress = house::postpress(context)?;
    let done = far::wait(webhooks::set_up(&postpress, &plan))?.map_err(Ending::from)?;
    if context.is_json {
        render::data(&set_up_json(&url, &done).to_string());
        return Ok(Ending::done());
    }
    for row in &done.kept {
        render::data(&format!("kept     {}  {}", row.id, row.name.as_deref().unwrap_or("unnamed")));
    }
    for (name, id) in &done.created {
        render::data(&format!("created  {id}  {name}"));
    }
    for id in &done.deleted {
        render::data(&format!("deleted  {id}"));
    }
    render::talk(&format!("postpress delivers to {url}"));
    Ok(Ending::done())
}

fn set_up_json(url: &str, done: &SetUp) -> Value {
    let kept: Vec<&str> = done.kept.iter().map(|row| row.id.as_str()).collect();
    let created: Vec<&str> = done.created.iter().map(|(_, id)| id.as_str()).collect();
    json!({"schema": "engine.webhooks.setup/1", "url": url, "kept": kept, "created": created, "deleted": done.deleted})
}

fn list(context: &Context, url: Option<String>) -> Done {
    let url = if url.is_some() || context.public_url().is_some() { Some(delivery_url(context, url)?) } else { None };
    let postpress = house::postpress(context)?;
    let rows = far::wait(webhooks::list(&postpress))?.map_err(Ending::from)?;
    let missing = url.as_deref().map(|url| webhooks::missing(&rows, url)).unwrap_or_default();
    let is_ours = |row: &WebhookRow| url.as_deref().is_some_and(|url| webhooks::is_ours(row, url));
    if context.is_json {
        let rows: Vec<Value> = rows.iter().map(|row| row_json(row, is_ours(row))).collect();
        render::data(&json!({"schema": "engine.webhooks/1", "url": url, "webhooks": rows, "missing": missing}).to_string());
        return Ok(Ending::done());
    }
    let word = |row: &WebhookRow| if is_ours(row) { "ours" } else { "" }.to_owned();
    let on = |row: &WebhookRow| if row.is_enabled { "on" } else { "off" }.to_owned();
    let cells = |row: &WebhookRow| {
        vec![row.id.clone(), word(row), on(row), row.name.clone().unwrap_or_default(), row.url.clone(), row.events.join(" ")]
    };
    render::table(&["ID", "", "", "NAME", "URL", "EVENTS"], rows.iter().map(cells).collect(), context.color);
    for name in missing {
        render::talk(&format!("missing: {name}; `engine webhooks setup` registers it"));
    }
    Ok(Ending::done())
}

fn row_json(row: &WebhookRow, is_ours: bool) -> Value {
    json!({"id": row.id, "name": row.name, "url": row.url, "events": row.events, "enabled": row.is_enabled, "ours": is_ours})
}

fn unrouted(context: &Context) -> Done {
    let answer = ask(context, "unrouted", Value::Null)?;
    if context.is_json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let unrouted: Unrouted = read(answer)?;
    if unrouted.rows.is_empty() {
        render::talk("all that came in concerned somebody");
        return Ok(Ending::done());
    }
    let rows = unrouted.rows.iter().map(|row| {
        let body = render::shortened(&render::plain(&row.body.to_string()), BODY_COLUMNS);
        vec![short_moment(&row.at, context.time), render::plain(&row.what), render::plain(&row.account), body]
    });
    render::table(&["AT", "WHAT", "ACCOUNT", "BODY"], rows.collect(), context.color);
    if unrouted.more > 0 && !context.is_quiet {
        render::talk(&format!("and {} more, older; `--json` has whole bodies of those above", unrouted.more));
    }
    Ok(Ending::done())
}

fn remove(context: &Context, url: Option<String>) -> Done {
    let url = delivery_url(context, url)?;
    let postpress = house::postpress(context)?;
    let deleted = far::wait(webhooks::remove(&postpress, &url))?.map_err(Ending::from)?;
    if context.is_json {
        render::data(&json!({"schema": "engine.webhooks.remove/1", "url": url, "deleted": deleted}).to_string());
        return Ok(Ending::done());
    }
    for id in &deleted {
        render::data(&format!("deleted  {id}"));
    }
    if deleted.is_empty() {
        render::talk(&format!("nothing of ours is registered for {url}"));
    }
    Ok(Ending::done())
}

/// Where deliveries go: the public URL and the receiver's path, unless it is written already.
///
/// # Errors
/// No URL, or one that postpress could not or should not deliver to.
pub fn delivery_url(context: &Context, flag: Option<String>) -> Result<String, Ending> {
    let Some(written) = flag.or_else(|| context.public_url()) else {
        let fault = Ending::new(WRONG, "nobody has said where postpress can reach this engine");
        return Err(fault.help("set `ENGINE_PUBLIC_URL`, or give `--url https://…`; it has to lead to the address of `--listen`"));
    };
    let bad = |why: &str| Ending::new(WRONG, format!("`{written}` is no address for webhooks: {why}"));
    let mut url =
        Url::parse(written.trim()).map_err(|fault| bad(&fault.to_string()).help("write it as `https://engine.example.com`"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("it must begin with `https://`"));
    }
    // A sandbox on this machine has no secrets to lose.
    let is_pretend = house::is_loopback(&context.postpress_url());
    if url.scheme() == "http" && !house::is_loopback(url.as_str()) && !is_pretend {
        let fault = bad("plain `http://` would show the secret to everybody on the way");
        return Err(Ending { code: UNSAFE, ..fault }.help("put a server with a certificate in front, and use `https://`"));
    }
    if !url.path().ends_with(PATH) {
        let path = format!("{}{PATH}", url.path().trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url.to_string())
}

/// The secret to register: the first of those that are valid.
///
/// # Errors
/// None is set, or it cannot be sent.
pub fn secret(context: &Context) -> Result<SecretString, Ending> {
    let help = "set it in the environment or in `.env`: any long random word, such as `openssl rand -hex 32` prints";
    let Some(written) = context.webhook_secret() else {
        return Err(Ending::new(UNSAFE, "`ENGINE_WEBHOOK_SECRET` is not set").help(help));
    };
    Secrets::parse(&written).map_err(|bad| Ending::new(UNSAFE, bad.to_string()).help(help))?;
    newest(&written).ok_or_else(|| Ending::new(UNSAFE, "`ENGINE_WEBHOOK_SECRET` is empty").help(help))
}
