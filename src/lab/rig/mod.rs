//! The real engine in a process of its own, the sandbox in another, and the lab on the wire between them.
//!
//! The lab's own binary is the engine when it is called `engine`: the same code, built once. What goes over the wire is
//! written down (`wire`), and nothing but loopback is spoken to. Start at [`Rig::start`].

pub mod books;
pub mod hooks;
pub mod process;
pub mod scene;
pub mod wire;

use crate::cli::house::SANDBOX_KEY;
use crate::lab::LabFault;
use crate::model::id::draw;
use process::Process;
use scene::Scene;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;

/// Virtual seconds a second, in both processes.
pub const SPEED: u32 = 10_000;
/// Ports are drawn from here on: below those the kernel gives to outgoing calls, so that none of them takes one.
const PORT_FIRST: u16 = 20_000;
const PORTS: u64 = 10_000;
const PORT_TRIES: u64 = 200;
/// An engine or a sandbox that does not answer after this long never will.
const READY_MAX: Duration = Duration::from_secs(30);
/// Between two looks at a process.
const LOOK: Duration = Duration::from_millis(1);

/// A world: a workspace in a folder, a sandbox that lives, and an engine whenever one is started.
pub struct Rig {
    pub folder: PathBuf,
    /// What the engine asked of the far side.
    pub wire: wire::Wire,
    /// What the far side told the engine.
    pub hooks: hooks::Hooks,
    sandbox: Process,
    listen: SocketAddr,
    url: String,
    speed: u32,
}

/// How an engine came up.
pub enum Started {
    /// It takes turns.
    Ready,
    /// It ended before, with that code.
    Ended(i32),
    /// It was not there in time.
    Silent,
}

impl Rig {
    /// Writes the scene into the folder, starts the sandbox and the wire; all chance comes of the seed.
    ///
    /// # Errors
    /// When a file cannot be written, no port is free, or the sandbox does not answer.
    pub async fn start(folder: &Path, scene: &Scene, seed: u64) -> Result<Self, LabFault> {
        Self::start_at(folder, scene, seed, SPEED).await
    }

    /// The same at another pace.
    ///
    /// # Errors
    /// As `start`.
    pub async fn start_at(folder: &Path, scene: &Scene, seed: u64, speed: u32) -> Result<Self, LabFault> {
        scene.write(folder)?;
        let [sandbox_at, api_at, hooks_at, listen] = ports(seed)?;
        let mut words: Vec<String> = ["sandbox", "--people", "people.csv", "--ledger", "ledger.jsonl"].map(str::to_owned).into();
        words.extend(["--listen".to_owned(), sandbox_at.to_string(), "--seed".to_owned(), seed.to_string()]);
        words.extend(["--speed".to_owned(), speed.to_string()]);
        if scene.has_faults() {
            words.extend(["--faults".to_owned(), "faults.json".to_owned()]);
        }
        let sandbox = Process::start(folder, "sandbox.log", &words, &[])?;
        let wire = wire::Wire::start(api_at, sandbox_at, seed).await?;
        let hooks = hooks::Hooks::start(hooks_at, listen).await?;
        let mut rig =
            Self { folder: folder.to_path_buf(), wire, hooks, sandbox, listen, url: format!("http://{api_at}/v1"), speed };
        let mut waited = Duration::ZERO;
        while tokio::net::TcpStream::connect(sandbox_at).await.is_err() {
            if waited >= READY_MAX || rig.sandbox.ended()?.is_some() {
                return Err(LabFault(format!("the sandbox does not come up; its log ends: {}", rig.log_end("sandbox.log"))));
            }
            sleep(LOOK * 10).await;
            waited += LOOK * 10;
        }
        Ok(rig)
    }

    /// Where the store lies.
    pub fn data(&self) -> PathBuf {
        self.folder.join(".engine")
    }

    /// Where the engine listens for webhooks.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// The sandbox's process id.
    pub fn sandbox_pid(&self) -> u32 {
        self.sandbox.pid()
    }

    /// Starts the engine on the world; with `more` words on its command line.
    ///
    /// # Errors
    /// When no process can be made.
    pub fn engine(&self, more: &[&str]) -> Result<Process, LabFault> {
        let mut words: Vec<String> = ["run", ".", "--yes", "--dashboard", "off", "--listen"].map(str::to_owned).into();
        words.extend([self.listen.to_string(), "--speed".to_owned(), self.speed.to_string()]);
        words.extend(more.iter().map(|word| (*word).to_owned()));
        Process::start(&self.folder, "engine.log", &words, &self.environment())
    }

    /// What the engine finds in its environment.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("POSTPRESS_URL", self.url.clone()),
            ("POSTPRESS_API_KEY", SANDBOX_KEY.to_owned()),
            ("ENGINE_WEBHOOK_SECRET", hooks::SECRET.to_owned()),
            ("ENGINE_PUBLIC_URL", self.hooks.url()),
        ]
    }

    /// Waits until the engine takes turns: the last thing it opens is its socket.
    ///
    /// # Errors
    /// When the process cannot be looked at.
    pub async fn ready(&self, engine: &mut Process) -> Result<Started, LabFault> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(code) = engine.ended()? {
                return Ok(Started::Ended(code));
            }
            if UnixStream::connect(self.data().join("engine.sock")).is_ok() {
                return Ok(Started::Ready);
            }
            if waited >= READY_MAX {
                return Ok(Started::Silent);
            }
            sleep(LOOK).await;
            waited += LOOK;
        }
    }

    /// The last lines of a log.
    pub fn log_end(&self, name: &str) -> String {
        let text = std::fs::read(self.folder.join(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut lines: Vec<&str> = text.lines().rev().take(4).collect();
        lines.reverse();
        lines.join(" | ")
    }
}

/// Four ports of loopback that are free.
fn ports(seed: u64) -> Result<[SocketAddr; 4], LabFault> {
    let mut held: Vec<(SocketAddr, TcpListener)> = Vec::new();
    for nth in 0..PORT_TRIES {
        // Not by the seed alone: another lab may play the same one beside this, and the engine's port is free between lives.
        let drawn = draw(&[b"port", &std::process::id().to_le_bytes(), &seed.to_le_bytes(), &nth.to_le_bytes()]) % PORTS;
        let port = PORT_FIRST + u16::try_from(drawn).unwrap_or_default();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        held.extend(TcpListener::bind(address).ok().map(|listener| (address, listener)));
        if let [one, two, three, four] = held.as_slice() {
            return Ok([one.0, two.0, three.0, four.0]);
        }
    }
    Err(LabFault("no ports are free on loopback".to_owned()))
}

/// Says what could not be done.
pub fn told<F: std::fmt::Display>(what: impl std::fmt::Display) -> impl FnOnce(F) -> LabFault {
    move |fault| LabFault(format!("{what}: {fault}"))
}
