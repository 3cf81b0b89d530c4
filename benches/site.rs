//! A folder with a campaign, the engine that runs it as it is released, and `engine sandbox` in a process of its own.
#![allow(dead_code, reason = "each measurement uses a part of it")]

use crate::folder;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The binary.
pub const ENGINE: &str = env!("CARGO_BIN_EXE_engine");
/// An engine that is not ready by then never will be.
pub const READY_MAX: Duration = Duration::from_secs(1_800);
/// More than a `--help` takes, less than one waits for.
const LOOK: Duration = Duration::from_millis(50);

/// A process that is killed when it is not needed any more, also when the measurement breaks off.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Running {
    /// Ends it in good order, and waits for it.
    pub fn end(mut self) {
        assert!(Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap().success());
        self.0.wait().unwrap();
    }

    /// Memory that is in use, in MiB.
    pub fn memory_mib(&self) -> f64 {
        self.status_mib("VmRSS:")
    }

    /// The most memory that was ever in use, in MiB.
    pub fn peak_mib(&self) -> f64 {
        self.status_mib("VmHWM:")
    }

    fn status_mib(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().split(' ').next().unwrap().parse::<f64>().unwrap() / 1_024.0
    }

    /// Seconds of processor time it has taken.
    pub fn cpu_seconds(&self) -> f64 {
        const TICKS_A_SECOND: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap().split_whitespace();
        after_name.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS_A_SECOND
    }
}

/// A folder with campaigns, and its data.
pub struct Site {
    pub dir: PathBuf,
    variables: [(&'static str, String); 2],
}

impl Site {
    /// Campaigns of those steps, everybody in one of them: `bench`, `bench2`, and so on.
    pub fn new(name: &str, people: usize, campaigns: usize, steps: &str) -> Self {
        let dir = folder::fresh_dir(name);
        std::fs::create_dir(dir.join("campaigns")).unwrap();
        let file = |name: &str, text: &str| std::fs::write(dir.join("campaigns").join(name), text).unwrap();
        file("workspace.camp", folder::WORKSPACE);
        for nth in 0..campaigns {
            let name = if nth == 0 { "bench".to_owned() } else { format!("bench{}", nth + 1) };
            let mut list = String::from("linkedin,first_name,company\n");
            for nth in (people * nth / campaigns)..(people * (nth + 1) / campaigns) {
                writeln!(list, "person-{nth:07},Person {nth},Company {}", nth % 5_000).unwrap();
            }
            file(&format!("{name}.csv"), &list);
            let text = format!(
                "campaign {name} version 1\n  accounts from lina\n  outcomes neutral done\n  contacts from \"{name}.csv\"\n    \
                 need first_name, company, linkedin\n    enter once\n  end\n  steps\n{steps}    stop as done\n  end\nend\n"
            );
            file(&format!("{name}.camp"), &text);
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let variables = [("POSTPRESS_URL", format!("http://127.0.0.1:{port}/v1")), ("POSTPRESS_API_KEY", "sandbox".to_owned())];
        Self { dir, variables }
    }

    /// The far side, where it is looked for.
    pub fn far_side(&self) -> Running {
        let address = self.variables[0].1.split('/').nth(2).unwrap();
        let far = self.start("far", &["sandbox", "--listen", address]);
        std::thread::sleep(Duration::from_secs(1));
        far
    }

    fn start(&self, log: &str, words: &[&str]) -> Running {
        let log = || File::options().create(true).append(true).open(self.dir.join(log)).unwrap();
        let mut command = Command::new(ENGINE);
        command.current_dir(&self.dir).args(words).envs(self.variables.iter().map(|(name, value)| (*name, value)));
        Running(command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn().unwrap())
    }

    /// Starts the engine; how long until it takes turns.
    pub fn ready(&self, log: &str) -> (Running, Duration) {
        let begin = Instant::now();
        let mut engine = self.start(log, &["run", "campaigns", "--yes", "--dashboard", "127.0.0.1:0"]);
        loop {
            let mut ping = Command::new(ENGINE);
            ping.current_dir(&self.dir).args(["ping", "-q"]).stdout(Stdio::null()).stderr(Stdio::null());
            if ping.status().unwrap().success() {
                return (engine, begin.elapsed());
            }
            let said = || std::fs::read_to_string(self.dir.join(log)).unwrap();
            assert!(engine.0.try_wait().unwrap().is_none() && begin.elapsed() < READY_MAX, "it is not ready: {}", said());
            std::thread::sleep(LOOK);
        }
    }

    /// Does what the words say.
    pub fn done(&self, words: &[&str]) {
        let status = Command::new(ENGINE).current_dir(&self.dir).args(words).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "{words:?}");
    }

    /// Asks the dashboard for a page.
    pub fn get(&self, path: &str) {
        let talk = std::fs::read_to_string(self.dir.join("talk")).unwrap();
        let address = talk.split("dashboard: http://").nth(1).unwrap().split('/').next().unwrap();
        let token = std::fs::read_to_string(self.dir.join(".engine/dashboard.token")).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n", token.trim()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200"), "{path}: {answer}");
    }
}

/// Bytes of all files in it.
pub fn bytes(folder: &Path) -> u64 {
    std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => bytes(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}
