//! The house put together: store, clock, far side, sandbox. Used by `run` and by commands that open the store themselves.

use crate::cli::context::Context;
use crate::cli::ending::{Ending, FAILED, UNAUTHORISED, UNSAFE, WRONG};
use crate::cli::sandbox::open_for_run;
use crate::connector::postpress::client::{BadSettings, Postpress, Settings};
use crate::model::account::Channel;
use crate::model::journal::{Key, Meta, MetaKey, Record};
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::clock::{Anchor, Clock, ScaledClock, wall_now};
use crate::sim::faults::Faults;
use crate::sim::http;
use crate::sim::people::directory::ContactSeed;
use crate::sim::postpress::World;
use crate::sim::postpress::account::AccountSeed;
use crate::store::contract::Store;
use crate::store::journaled::JournaledStore;
use crate::store::start::Options;
use secrecy::SecretString;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The sandbox's pace when nobody says otherwise: a day in ten seconds.
pub const SANDBOX_SPEED: u32 = 8_640;
/// The sandbox's key when nobody says otherwise.
pub const SANDBOX_KEY: &str = "sandbox";
/// Seed of the people in `run --sandbox`: the same at every run.
const SANDBOX_SEED: u64 = 7;

/// What is made from here on is its owner's alone: sled takes the umask's word for its files.
pub fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Opens the store, alone.
pub fn open_store(context: &Context) -> Result<Arc<dyn Store>, Ending> {
    keep_private();
    Ok(Arc::new(JournaledStore::open(context.data_directory()?, Options::default())?))
}

/// The clock of a store at that pace.
pub fn clock(store: &dyn Store, speed: u32) -> Result<Arc<ScaledClock>, Ending> {
    let anchor = Anchor::of_store(store, speed)?;
    Ok(Arc::new(if anchor.is_real() { ScaledClock::real() } else { ScaledClock::since(anchor) }))
}

/// Data whose time ran faster than the wall's holds pretend people and dates that are still to come: never used for real.
pub fn refuse_pretend_data(store: &dyn Store, context: &Context) -> Result<(), Ending> {
    let is_pretend = Anchor::known(store)?.is_some_and(|anchor| !anchor.is_real());
    if !is_pretend || is_loopback(&context.postpress_url()) {
        return Ok(());
    }
    Err(Ending::new(
        UNSAFE,
        format!(
            "the data in {} was made in the sandbox: its people are pretended and its clock is ahead",
            context.data.display()
        ),
    )
    .help("name another directory with `--data`, or remove this one if it is not needed any more"))
}

/// How far the machine's clock may be behind the data before a run is refused, in milliseconds: more than clocks that are
/// set by the network differ, less than a sending window.
const BEHIND_MS_MAX: i64 = 3_600_000;

/// A clock that stands before the last sign of life would send at wrong hours, and count days that have not been.
pub fn refuse_clock_behind(store: &dyn Store, now: Timestamp) -> Result<(), Ending> {
    if Anchor::known(store)?.is_some_and(|anchor| !anchor.is_real()) {
        return Ok(());
    }
    match store.get(&Key::Meta(MetaKey::Alive))? {
        Some(Record::Meta(Meta::Alive { at })) if at.since_ms(now) > BEHIND_MS_MAX => Err(Ending::new(
            UNSAFE,
            format!(
                "this machine's clock says {}, but the engine last ran at {}: the clock is behind the data",
                now.iso_ms(),
                at.iso_ms()
            ),
        )
        .help(
            "set the clock by the network (`timedatectl set-ntp true`); if the clock was wrong then, restore a backup of before",
        )),
        _ => Ok(()),
    }
}

/// The clock of a store as it last ran: for commands that only look.
pub fn looking_clock(store: &dyn Store) -> Result<Arc<dyn Clock>, Ending> {
    Ok(match Anchor::known(store)? {
        Some(anchor) if !anchor.is_real() => Arc::new(ScaledClock::since(anchor)),
        Some(_) | None => Arc::new(ScaledClock::real()),
    })
}

/// The real far side, by the environment.
pub fn postpress(context: &Context) -> Result<Postpress, Ending> {
    connect(&context.postpress_url(), key(context)?, Arc::new(wall_now))
}

/// The key, or what to do without one.
pub fn key(context: &Context) -> Result<SecretString, Ending> {
    context.key().ok_or_else(|| {
        Ending::new(UNAUTHORISED, "there is no key for postpress")
            .help("set POSTPRESS_API_KEY in the environment or in .env, or try the campaigns with `--sandbox` first")
    })
}

/// A client of that URL. `now`: the time its clock is compared with.
pub fn connect(
    url: &str,
    key: SecretString,
    now: Arc<dyn Fn() -> crate::model::time::Timestamp + Send + Sync>,
) -> Result<Postpress, Ending> {
    Postpress::new(Settings::new(url, key, now)).map_err(|fault| {
        let code = match fault {
            BadSettings::Url { .. } => WRONG,
            BadSettings::Plain { .. } => UNSAFE,
            BadSettings::Key => UNAUTHORISED,
            BadSettings::Client { .. } => FAILED,
        };
        Ending::new(code, fault.to_string())
    })
}

/// Does the URL point at this machine?
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Speeding time up is for pretend worlds only.
pub fn refuse_fast_reality(speed: u32, url: &str) -> Result<(), Ending> {
    if speed == 1 || is_loopback(url) {
        return Ok(());
    }
    Err(Ending::new(UNSAFE, format!("`--speed {speed}` against {url}: real people would get a month's messages in minutes"))
        .help("point POSTPRESS_URL at a sandbox on this machine (`engine sandbox`), or leave `--speed` out"))
}

/// A built-in sandbox that serves.
pub struct Sandbox {
    pub url: String,
    pub world: Arc<World>,
}

/// Starts the built-in sandbox with the workspace's accounts and the campaigns' contacts; its ledger lies beside the store.
/// `faults`: a file of what goes wrong.
pub async fn start_sandbox(
    data: &Path,
    program: &Program,
    clock: Arc<dyn Clock>,
    faults: Option<&Path>,
) -> Result<Sandbox, Ending> {
    let faults = faults.map(|path| Faults::read(path, SANDBOX_SEED)).transpose();
    let faults = faults.map_err(|fault| Ending::new(WRONG, fault.to_string()))?.unwrap_or_default();
    let failed = |what: &str, fault: &dyn std::fmt::Display| Ending::new(FAILED, format!("the sandbox cannot {what}: {fault}"));
    let accounts = program.workspace.accounts.iter();
    let accounts =
        accounts.map(|spec| AccountSeed::new(&spec.provider_account.0, spec.channel, spec.tier, &title(&spec.name))).collect();
    let ledger = data.join("sandbox.jsonl");
    let world = open_for_run(accounts, seeds(program), (SANDBOX_SEED, faults), SANDBOX_KEY.to_owned(), clock, ledger);
    let world = Arc::new(world.map_err(|fault| failed("start", &fault))?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|fault| failed("listen", &fault))?;
    let address = listener.local_addr().map_err(|fault| failed("listen", &fault))?;
    let served = Arc::clone(&world);
    tokio::spawn(async move {
        // It serves as long as the engine runs; a broken listener shows as an unreachable postpress.
        drop(http::serve(listener, served, std::future::pending()).await);
    });
    Ok(Sandbox { url: format!("http://{address}/v1"), world })
}

fn seeds(program: &Program) -> Vec<ContactSeed> {
    let mut seeds = Vec::new();
    for row in program.rosters.iter().flat_map(|roster| &roster.rows) {
        for channel in Channel::ALL {
            let Some(identifier) = row.get(channel.word()) else { continue };
            let field = |name: &str| row.get(name).map(str::to_owned);
            let (first_name, last_name, company) = (field("first_name"), field("last_name"), field("company"));
            seeds.push(ContactSeed { channel, identifier: identifier.to_owned(), first_name, last_name, company });
        }
    }
    seeds
}

fn title(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
