//! What so many people cost a running engine: entering, memory, disk, a start after a kill, rest, questions.
//!
//! The binary as it is released, beside `engine sandbox` in a process of its own; everybody waits for a month.
//! `cargo bench --profile release --bench scale [-- PEOPLE]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ENGINE: &str = env!("CARGO_BIN_EXE_engine");
/// Odd, so that there is one in the middle.
const TIMES: usize = 5;
/// An engine that is not ready by then never will be.
const READY_MAX: Duration = Duration::from_secs(1_800);
/// So long it is watched, again and again until it rests.
const REST: Duration = Duration::from_secs(20);
/// The share of a processor that more than rest takes.
const BUSY: f64 = 0.05;
const TICKS_A_SECOND: f64 = 100.0;
/// What is asked of the dashboard and of the API: a page, a filter, a search, and everything that counts.
const PAGES: [&str; 13] = [
    "/contacts",
    "/contacts?status=ended",
    "/contacts?q=person-00000",
    "/",
    "/campaigns/bench",
    "/inbox",
    "/accounts",
    "/errors",
    "/settings",
    "/api/v1/contacts?limit=500",
    "/api/v1/status",
    "/api/v1/report",
    "/metrics",
];
/// More than a `--help` takes, less than one waits for.
const LOOK: Duration = Duration::from_millis(50);

fn main() {
    let people: usize = folder::arguments().next().and_then(|people| people.parse().ok()).unwrap_or(10_000);
    let mib = std::fs::metadata(ENGINE).unwrap().len() as f64 / 1_048_576.0;
    let (help, nothing) = (median(|| run(ENGINE, &["--help"])), median(|| run("true", &[])));
    println!("the binary has {mib:.1} MiB; `--help` takes {help:.1} ms, {:.1} x as long as `true`", help / nothing);
    let site = Site::new(people);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let far = site.start("far", &["sandbox", "--listen", &format!("127.0.0.1:{port}")], &[]);
    let variables = [("POSTPRESS_URL", format!("http://127.0.0.1:{port}/v1")), ("POSTPRESS_API_KEY", "sandbox".to_owned())];
    let words = ["run", "campaigns", "--yes", "--dashboard", "127.0.0.1:0"];
    std::thread::sleep(Duration::from_secs(1));

    let (engine, entered) = site.ready("talk", &words, &variables);
    println!("{people} people enter in {:.1} s; {:.0} MiB then", entered.as_secs_f64(), memory_mib(&engine));
    // Entered is not begun: everybody's first turn comes after it.
    let begun = Instant::now();
    let mut share = busy(&engine);
    while share > BUSY && begun.elapsed() < READY_MAX {
        share = busy(&engine);
    }
    let (seconds, share) = (begun.elapsed().as_secs_f64() - REST.as_secs_f64(), 100.0 * share);
    println!(
        "everybody has begun within {seconds:.0} s more; at rest: {:.0} MiB, {share:.1} % of a processor",
        memory_mib(&engine)
    );
    let bytes = bytes(&site.0.join(".engine"));
    println!("on disk: {:.0} bytes a person", bytes as f64 / people as f64);
    let somebody = format!("person-{:07}", people / 2);
    for (name, words) in [("status", vec!["status", "--json"]), ("why", vec!["why", &somebody, "--json"])] {
        println!("`{name}` takes {:.0} ms", median(|| site.done(&words)));
    }
    for page in PAGES {
        println!("`{page}` takes {:.0} ms", median(|| site.get(page)));
    }
    drop(engine);
    let (engine, again) = site.ready("again", &words, &variables);
    println!("after a kill it is ready in {:.1} s; {:.0} MiB then", again.as_secs_f64(), memory_mib(&engine));
    drop((engine, far));
    std::fs::remove_dir_all(&site.0).unwrap();
}

/// Milliseconds that it takes, the middle of some times.
fn median(mut what: impl FnMut()) -> f64 {
    let mut took: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begin = Instant::now();
            what();
            begin.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[TIMES / 2]
}

fn run(program: &str, words: &[&str]) {
    assert!(Command::new(program).args(words).stdout(Stdio::null()).status().unwrap().success());
}

/// A process that is killed when it is not needed any more, also when the measurement breaks off.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A folder with a campaign, and its data.
struct Site(PathBuf);

impl Site {
    fn new(people: usize) -> Self {
        let dir = folder::fresh_dir("scale");
        std::fs::create_dir(dir.join("campaigns")).unwrap();
        let file = |name: &str, text: &str| std::fs::write(dir.join("campaigns").join(name), text).unwrap();
        let mut list = String::from("linkedin,first_name,company\n");
        (0..people).for_each(|nth| writeln!(list, "person-{nth:07},Person {nth},Company {}", nth % 5_000).unwrap());
        file("people.csv", &list);
        file("workspace.camp", folder::WORKSPACE);
        file(
            "bench.camp",
            "campaign bench version 1\n  accounts from lina\n  outcomes neutral done\n  contacts from \"people.csv\"\n    \
             need first_name, company, linkedin\n    enter once\n  end\n  steps\n    wait 30 days\n    stop as done\n  end\nend\n",
        );
        Self(dir)
    }

    fn start(&self, log: &str, words: &[&str], variables: &[(&str, String)]) -> Running {
        let log = || File::options().create(true).append(true).open(self.0.join(log)).unwrap();
        let mut command = Command::new(ENGINE);
        command.current_dir(&self.0).args(words).envs(variables.iter().map(|(name, value)| (*name, value)));
        Running(command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn().unwrap())
    }

    /// Starts the engine; how long until it takes turns.
    fn ready(&self, log: &str, words: &[&str], variables: &[(&str, String)]) -> (Running, Duration) {
        let begin = Instant::now();
        let mut engine = self.start(log, words, variables);
        loop {
            let mut ping = Command::new(ENGINE);
            ping.current_dir(&self.0).args(["ping", "-q"]).stdout(Stdio::null()).stderr(Stdio::null());
            if ping.status().unwrap().success() {
                return (engine, begin.elapsed());
            }
            let said = || std::fs::read_to_string(self.0.join(log)).unwrap();
            assert!(engine.0.try_wait().unwrap().is_none() && begin.elapsed() < READY_MAX, "it is not ready: {}", said());
            std::thread::sleep(LOOK);
        }
    }

    fn done(&self, words: &[&str]) {
        let status = Command::new(ENGINE).current_dir(&self.0).args(words).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "{words:?}");
    }

    fn get(&self, path: &str) {
        let talk = std::fs::read_to_string(self.0.join("talk")).unwrap();
        let address = talk.split("dashboard: http://").nth(1).unwrap().split('/').next().unwrap();
        let token = std::fs::read_to_string(self.0.join(".engine/dashboard.token")).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n", token.trim()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 200"), "{path}: {answer}");
    }
}

/// Memory of the process that is in use.
fn memory_mib(process: &Running) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.0.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().split(' ').next().unwrap().parse::<f64>().unwrap() / 1_024.0
}

/// The share of a processor that the process takes while it is watched.
fn busy(process: &Running) -> f64 {
    let ticks = || -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.0.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap().split_whitespace();
        after_name.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum()
    };
    let before = ticks();
    std::thread::sleep(REST);
    (ticks() - before) / TICKS_A_SECOND / REST.as_secs_f64()
}

fn bytes(folder: &Path) -> u64 {
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
