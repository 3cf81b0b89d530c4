//! `engine doctor`: what stands between this machine and a campaign that runs. Each line with its fix; changes nothing
//! at postpress.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{DONE, Done, Ending, FAILED};
use crate::cli::{accounts, exposure, far, house, render, webhooks};
use crate::connector::contract::{AccountRow, Connector, Refusal, WebhookRow};
use crate::connector::postpress::client::Postpress;
use crate::connector::postpress::webhooks as registration;
use crate::model::account::{Budget, Channel};
use crate::runtime::query::accounts::{AccountRow as Known, AccountsReport};
use crate::server::socket::{self, AskFault};
use crate::store::contract::{Store, StoreFault};
use crate::store::disk::free_mib;
use crate::store::journaled::JournaledStore;
use crate::store::start::Options;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Clocks that differ by more make dates of filters and replies doubtful.
const SKEW_DOUBTFUL_MS: i64 = 30_000;
/// By more: windows open and close at the wrong time of day.
const SKEW_BAD_MS: i64 = 300_000;
/// Below this the engine stops sending (RUNTIME.md §3).
const FREE_MIB_BAD: u64 = 200;
/// A journal segment, a checkpoint and a day of replies fit into this.
const FREE_MIB_DOUBTFUL: u64 = 1_024;
/// Connections, segments and sled's files together.
const FILES_MIN: u64 = 1_024;
/// What LinkedIn bears of one account, by budget and window (POSTPRESS.md §3); more risks the account.
const BORNE: [(Budget, &str, u32); 6] = [
    (Budget::Invites, "24h", 100),
    (Budget::Invites, "7d", 200),
    (Budget::Messages, "24h", 100),
    (Budget::Inmails, "24h", 50),
    (Budget::Visits, "24h", 100),
    (Budget::Engagements, "24h", 100),
];

/// Arguments of `engine doctor`.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct DoctorOptions {}

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Good,
    Doubtful,
    Bad,
}

/// One line: what was looked at, how it stands, and what to do.
struct Check {
    name: &'static str,
    mark: Mark,
    says: String,
    fix: Option<String>,
    /// The exit code that tells of it, when it is bad.
    code: u8,
}

impl Check {
    fn good(name: &'static str, says: impl Into<String>) -> Self {
        Self { name, mark: Mark::Good, says: says.into(), fix: None, code: DONE }
    }

    fn doubtful(name: &'static str, says: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, mark: Mark::Doubtful, says: says.into(), fix: Some(fix.into()), code: DONE }
    }

    fn bad(name: &'static str, says: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, mark: Mark::Bad, says: says.into(), fix: Some(fix.into()), code: FAILED }
    }

    fn ended(name: &'static str, ending: Ending) -> Self {
        let says = ending.message.unwrap_or_else(|| "it failed".to_owned());
        Self { code: ending.code, ..Self::bad(name, says, ending.help.unwrap_or_else(|| "try again later".to_owned())) }
    }
}

/// Runs the command. Bad lines make the exit code: the first one's.
///
/// # Errors
/// The system gives no event loop.
pub fn run(_options: &DoctorOptions, context: &Context) -> Done {
    // Looked at first: to open the store closes its directory.
    let exposed = exposed(context);
    let store = store(context);
    let engine = if store.mark == Mark::Bad { None } else { accounts::of_store(context).unwrap_or_default() };
    let mut checks = match house::postpress(context) {
        Ok(postpress) => far::wait(of_postpress(context, &postpress, engine.as_ref()))?,
        Err(ending) => vec![Check::ended("key", ending)],
    };
    checks.extend(restored(context, &store));
    checks.extend([secret(context), secrets_file(context)]);
    checks.extend(exposed);
    checks.extend([disk(context), store, limits(engine.as_ref()), files()]);
    for check in &checks {
        show(check, context);
    }
    Ok(Ending::silent(checks.iter().map(|check| check.code).find(|code| *code != DONE).unwrap_or(DONE)))
}

fn show(check: &Check, context: &Context) {
    if context.is_json {
        let state = match check.mark {
            Mark::Good => "ok",
            Mark::Doubtful => "warning",
            Mark::Bad => "failed",
        };
        let line =
            json!({"schema": "engine.doctor/1", "check": check.name, "state": state, "says": check.says, "fix": check.fix});
        return render::data(&line.to_string());
    }
    let mark = match check.mark {
        Mark::Good => console::style("ok  ").green(),
        Mark::Doubtful => console::style("look").yellow(),
        Mark::Bad => console::style("bad ").red(),
    };
    render::data(&format!("{} {:<9} {}", mark.force_styling(context.color), check.name, render::plain(&check.says)));
    if let Some(fix) = &check.fix {
        render::data(&format!("               fix: {}", render::plain(fix)));
    }
}

/// Key, accounts, webhooks, clock: what only postpress knows.
async fn of_postpress(context: &Context, postpress: &Postpress, engine: Option<&AccountsReport>) -> Vec<Check> {
    let accounts = match far::accounts(postpress).await {
        Ok(accounts) => accounts,
        Err(refusal) => return vec![Check::ended("key", refusal.into())],
    };
    let known = format!("{} knows the key", context.postpress_url());
    let mut checks = vec![Check::good("key", known), of_accounts(&accounts, engine)];
    checks.push(of_webhooks(context, registration::list(postpress).await));
    let url = context.postpress_url();
    checks.push(if house::is_loopback(&url) {
        Check::good("clock", "a sandbox has its own time")
    } else {
        clock(postpress.clock_ahead_ms())
    });
    checks
}

fn of_accounts(accounts: &[AccountRow], engine: Option<&AccountsReport>) -> Check {
    let lost =
        accounts.iter().filter_map(|row| row.status.as_ref().err().map(|word| format!("{} ({}) is {word}", row.name, row.id)));
    let is_missing = |known: &&Known| known.health != "deleted" && !accounts.iter().any(|row| row.id.as_str() == known.id);
    let known = engine.map(|engine| engine.accounts.as_slice()).unwrap_or_default();
    let missing = known.iter().filter(is_missing).map(|known| format!("{} ({}) is not at postpress", known.name, known.id));
    let unwell: Vec<String> = lost.chain(missing).collect();
    match (accounts.len(), unwell.as_slice()) {
        (0, _) => Check::bad("accounts", "the key has no accounts", "connect one at postpress"),
        (count, []) => Check::good("accounts", format!("{count}, all of them usable")),
        (count, unwell) => {
            let fix = "connect it again at postpress, or correct its id in the workspace; nothing is sent from it until then";
            Check::doubtful("accounts", format!("{count}, but {}", unwell.join(", ")), fix)
        }
    }
}

fn of_webhooks(context: &Context, listed: Result<Vec<WebhookRow>, Refusal>) -> Check {
    let url = match (context.public_url(), webhooks::delivery_url(context, None)) {
        (None, _) => {
            let says = "no public URL: replies are found by asking, minutes later";
            return Check::doubtful("webhooks", says, "set `ENGINE_PUBLIC_URL`, then `engine webhooks setup`");
        }
        (Some(_), Err(fault)) => return Check::ended("webhooks", fault),
        (Some(_), Ok(url)) => url,
    };
    match listed {
        Err(refusal) => Check::ended("webhooks", refusal.into()),
        Ok(rows) => match registration::missing(&rows, &url).as_slice() {
            [] => Check::good("webhooks", format!("all registered for {url}")),
            missing => Check::doubtful(
                "webhooks",
                format!("not registered for {url}: {}", missing.join(", ")),
                "run `engine webhooks setup`",
            ),
        },
    }
}

fn clock(ahead_ms: Option<i64>) -> Check {
    let Some(ahead) = ahead_ms else {
        return Check::doubtful("clock", "postpress does not say what time it is", "compare this machine's clock by hand");
    };
    let seconds = ahead.unsigned_abs() / 1000;
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    let says = format!("this machine is {seconds} s {side} postpress");
    let fix = "set the clock by the network (`timedatectl set-ntp true`)";
    match ahead.saturating_abs() {
        off if off > SKEW_BAD_MS => Check::bad("clock", says, fix),
        off if off > SKEW_DOUBTFUL_MS => Check::doubtful("clock", says, fix),
        _ => Check::good("clock", "agrees with postpress within 30 s"),
    }
}

fn secret(context: &Context) -> Check {
    match webhooks::secret(context) {
        Ok(_) => Check::good("secret", "webhooks are known by a secret"),
        // Without a public URL nobody delivers, and none is needed.
        Err(ending) if context.webhook_secret().is_none() && context.public_url().is_none() => {
            Check { mark: Mark::Doubtful, code: DONE, ..Check::ended("secret", ending) }
        }
        Err(ending) => Check::ended("secret", ending),
    }
}

/// `.env` is for its owner's eyes.
fn secrets_file(context: &Context) -> Check {
    let file = context.directory.join(".env");
    match std::fs::metadata(&file) {
        Err(_) => Check::good("secrets", "no `.env`; the environment alone"),
        Ok(about) if about.permissions().mode() & 0o077 == 0 => Check::good("secrets", "`.env` is for you alone"),
        Ok(_) => Check::doubtful("secrets", "`.env` can be read by other users", "run `chmod 600 .env`"),
    }
}

/// What others could get at, a line each.
fn exposed(context: &Context) -> Vec<Check> {
    let words: Vec<String> = std::env::args().collect();
    let rooms = [
        ("data", exposure::of_data(context)),
        ("backups", exposure::of_backups(context)),
        ("listener", exposure::of_listeners(context)),
        ("arguments", exposure::of_arguments(context, &words)),
    ];
    let mut checks: Vec<Check> = Vec::new();
    for (name, open) in rooms {
        checks.extend(open.into_iter().map(|open| Check::doubtful(name, open.says, open.fix)));
    }
    if checks.is_empty() {
        checks.push(Check::good("exposure", "data, backups, listener and command line are for you alone"));
    }
    checks
}

fn disk(context: &Context) -> Check {
    // The data directory may not be there yet; what it will lie on is.
    let lies_on = context.data.ancestors().find(|at| at.is_dir()).unwrap_or(Path::new("."));
    let fix = "free some, or name another data directory with `--data`";
    match free_mib(lies_on) {
        Err(fault) => Check::bad("disk", fault.to_string(), fix),
        Ok(free) if free < FREE_MIB_BAD => {
            Check::bad("disk", format!("{free} MiB are free; below {FREE_MIB_BAD} nothing is sent"), fix)
        }
        Ok(free) if free < FREE_MIB_DOUBTFUL => Check::doubtful("disk", format!("{free} MiB are free"), fix),
        Ok(free) => Check::good("disk", format!("{} GiB are free", free / 1024)),
    }
}

/// Opens the store as a run would, unless a run has it: then that one knows best.
fn store(context: &Context) -> Check {
    match socket::ask(&context.data, "time", Value::Null) {
        // It answers, if only that it does not know the word.
        Ok(Some(_)) | Err(AskFault::Refused(_)) => return Check::good("store", "an engine is running on it"),
        Ok(None) => {}
        Err(fault @ (AskFault::Silent(_) | AskFault::Garbled)) => {
            return Check::bad("store", fault.to_string(), "stop the engine that runs on it, and start it again");
        }
    }
    if !context.data.is_dir() {
        return Check::good("store", format!("none yet; `engine run` makes it in {}", context.data.display()));
    }
    let opened = JournaledStore::open(&context.data, Options::default()).and_then(|store| {
        let figures = store.figures();
        store.settle()?;
        Ok(figures)
    });
    match opened {
        Ok(figures) if figures.mended.is_empty() => Check::good("store", format!("whole; {} commits", figures.last)),
        Ok(figures) => Check::doubtful(
            "store",
            format!("mended: {}", figures.mended.join("; ")),
            "nothing to do; see that it does not happen again",
        ),
        Err(fault) => {
            let fix = fix_of(&fault);
            Check::ended("store", Ending::from(fault).help(fix))
        }
    }
}

/// Said only of data that was restored and does not send yet.
fn restored(context: &Context, store: &Check) -> Option<Check> {
    if store.mark == Mark::Bad || !context.data.is_dir() {
        return None;
    }
    let status = ask(context, "status", json!({ "campaign": null })).ok()?;
    let sentence = status.get("quarantine")?.get("sentence")?.as_str()?;
    Some(Check::doubtful(
        "restored",
        sentence,
        "nothing to do: `engine run` reads it and goes on; sign in accounts that are signed out",
    ))
}

fn fix_of(fault: &StoreFault) -> &'static str {
    match fault {
        StoreFault::Locked { .. } => "wait until it has started, or stop it",
        StoreFault::Damaged { .. } => "run `engine store rebuild`, or restore a backup",
        StoreFault::Unfinished { .. } | StoreFault::BadBackup { .. } | StoreFault::Occupied { .. } => {
            "run `engine store restore` again"
        }
        StoreFault::Newer { .. } => "use the engine that wrote it, or a newer one",
        StoreFault::DiskFull { .. } => "free some space",
        StoreFault::Exposed { .. } => "close it with `chmod 600`, and ask who could have read it",
        StoreFault::Keyless { .. } => "bring `keys/` back, or restore a backup with `--key FILE`",
        StoreFault::Unsealed { .. } => "run `engine store rebuild`, then delete what it leaves beside the store",
        StoreFault::Io { .. } | StoreFault::Poisoned { .. } | StoreFault::Closed => "see that the directory can be written to",
    }
}

/// What the workspace allows, against what LinkedIn bears.
fn limits(engine: Option<&AccountsReport>) -> Check {
    let Some(engine) = engine else { return Check::good("limits", "none in force yet; `engine check` says if they are loose") };
    let mut loose = Vec::new();
    for account in engine.accounts.iter().filter(|account| account.channel == Channel::Linkedin.word()) {
        for (budget, window, borne) in BORNE {
            let rows = account.budgets.iter().filter(|row| row.budget == budget.word()).flat_map(|row| &row.windows);
            let cap = rows.filter(|row| row.window == window).find_map(|row| row.cap_full);
            if let Some(cap) = cap.filter(|cap| *cap > borne) {
                loose.push(format!("{} allows {cap} {} in {window}, LinkedIn bears about {borne}", account.name, budget.word()));
            }
        }
    }
    if loose.is_empty() {
        return Check::good("limits", "within what LinkedIn bears");
    }
    Check::doubtful("limits", loose.join("; "), "lower them under `limits` of the workspace")
}

fn files() -> Check {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    if allowed < FILES_MIN {
        let says = format!("a process may open {allowed} files");
        return Check::doubtful("files", says, format!("raise it to {FILES_MIN} or more (`ulimit -n 4096`)"));
    }
    Check::good("files", "enough may be open at once")
}
