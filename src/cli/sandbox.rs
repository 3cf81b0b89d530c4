//! `engine sandbox`: the pretend postpress on its own.

use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::house::SANDBOX_KEY;
use crate::cli::render;
use crate::runtime::clock::{Anchor, ScaledClock, wall_now};
use crate::sim::faults::{Faults, FaultsFault};
use crate::sim::http::serve;
use crate::sim::people::directory::{ContactSeed, Directory};
use crate::sim::people::file::{PeopleFault, read};
use crate::sim::postpress::account::AccountSeed;
use crate::sim::postpress::ledger::{LedgerFault, anchor};
use crate::sim::postpress::{Settings, World};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Flags of `engine sandbox` (INTERFACE.md §1).
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct SandboxOptions {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Who lives in it and how they behave (CSV or JSON); without it a default world
    #[arg(long, value_name = "FILE")]
    pub people: Option<PathBuf>,
    /// Virtual seconds a second
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub speed: u32,
    /// The seed of all chance
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Where every effect is written down, one JSON line each; an existing file is gone on with
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// What goes wrong, where and when (JSON)
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// The key every request must carry
    #[arg(long, value_name = "KEY", default_value = "sandbox")]
    pub key: String,
}

/// Why the sandbox does not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SandboxFault {
    #[error(transparent)]
    People(#[from] PeopleFault),
    #[error(transparent)]
    Faults(#[from] FaultsFault),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    #[error("cannot listen on {listen}: {source}; name another address with `--listen`")]
    Listen { listen: SocketAddr, source: std::io::Error },
    #[error("the sandbox stopped: {0}")]
    Stopped(std::io::Error),
}

/// Serves until `shutdown` ends. `say` is told once where, when requests are answered from then on.
///
/// # Errors
/// When a file is refused, the address is taken, or the listener breaks.
pub async fn run(
    options: SandboxOptions,
    shutdown: impl Future<Output = ()>,
    say: impl FnOnce(SocketAddr),
) -> Result<(), SandboxFault> {
    let world = Arc::new(open(&options)?);
    let listen = |source| SandboxFault::Listen { listen: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    say(listener.local_addr().map_err(listen)?);
    serve(listener, world, shutdown).await.map_err(SandboxFault::Stopped)
}

/// The world these options describe. Its time goes on from the first line of the ledger, if there is one.
///
/// # Errors
/// When a file is refused.
pub fn open(options: &SandboxOptions) -> Result<World, SandboxFault> {
    let people = match &options.people {
        Some(path) => read(path, options.seed)?,
        None => Directory::default_world(options.seed),
    };
    let faults = match &options.faults {
        Some(path) => Faults::read(path, options.seed)?,
        None => Faults::default(),
    };
    let now = wall_now();
    let began =
        options.ledger.as_deref().and_then(anchor).map(|(wall, virtual_at)| Anchor { wall, virtual_at, speed: options.speed });
    let clock = ScaledClock::since(began.unwrap_or(Anchor { wall: now, virtual_at: now, speed: options.speed }));
    let settings = Settings {
        people,
        accounts: AccountSeed::default_world(),
        key: options.key.clone(),
        clock: Arc::new(clock),
        ledger: options.ledger.clone(),
        faults,
    };
    Ok(World::open(settings)?)
}

/// The world of `engine run --sandbox`: the workspace's accounts, the campaigns' contacts, the engine's own clock.
///
/// # Errors
/// When the ledger is refused.
pub fn open_for_run(
    accounts: Vec<AccountSeed>,
    contacts: Vec<ContactSeed>,
    (seed, faults): (u64, Faults),
    key: String,
    clock: Arc<dyn crate::runtime::clock::Clock>,
    ledger: PathBuf,
) -> Result<World, SandboxFault> {
    let people = Directory::default_world(seed).with_contacts(contacts);
    Ok(World::open(Settings { people, accounts, key, clock, ledger: Some(ledger), faults })?)
}

/// The verb: serves until interrupted.
pub fn serve_alone(options: SandboxOptions) -> Done {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let threads = threads.map_err(|fault| Ending::new(FAILED, format!("cannot start threads: {fault}")))?;
    let speed = options.speed;
    let say = move |address: SocketAddr| {
        render::talk(&format!("sandbox on http://{address}/v1, {speed} virtual seconds a second"));
        render::talk(&format!(
            "  POSTPRESS_URL=http://{address}/v1 POSTPRESS_API_KEY={SANDBOX_KEY} engine run campaigns/ --speed {speed}"
        ));
    };
    let interrupted = async {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
            return std::future::pending().await;
        };
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    };
    let served = threads.block_on(run(options, interrupted, say));
    threads.shutdown_timeout(std::time::Duration::from_millis(200));
    served.map(|()| Ending::done()).map_err(|fault| {
        let code = match fault {
            SandboxFault::People(_) | SandboxFault::Faults(_) => WRONG,
            SandboxFault::Ledger(_) | SandboxFault::Listen { .. } | SandboxFault::Stopped(_) => FAILED,
        };
        Ending::new(code, fault.to_string())
    })
}
