//! Somebody who types what a page of tasks shows, in two terminals; time runs faster, else nothing is added.

use crate::cli::desk::breathe;
use crate::docs::{Block, blocks_of, page};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// Behind `engine run`: a day in four seconds, unless another speed is typed, and no port that others may have.
fn faster(line: &str) -> &'static str {
    if line.contains(" --speed ") { " --dashboard off" } else { " --speed 20000 --dashboard off" }
}

/// How often something that is to come is looked for.
pub const LOOKS: usize = 6_000;
/// Of a task.
const COMMANDS_MAX: usize = 3;

/// Types a task's lines, and looks whether the person has what they wanted.
pub type Task = fn(&mut Person, &[Block], &[&str]);

/// Does every task of the page, in its order.
#[track_caller]
pub fn does(path: &str, tasks: &[Task]) {
    let shown = tasks_of(path);
    assert_eq!(shown.len(), tasks.len(), "{path}");
    let mut person = Person::new();
    for ((title, blocks), task) in shown.iter().zip(tasks) {
        let lines = commands(blocks);
        assert!((1..=COMMANDS_MAX).contains(&lines.len()), "{title}: {lines:?}");
        task(&mut person, blocks, &lines);
    }
}

/// Title and blocks of each task.
fn tasks_of(path: &str) -> Vec<(String, Vec<Block>)> {
    let text = page(path);
    let parts = text.split("\n## ").skip(1);
    parts.map(|part| (part.lines().next().unwrap().to_owned(), blocks_of(path, part))).collect()
}

fn commands(blocks: &[Block]) -> Vec<&str> {
    blocks.iter().filter(|block| block.is("sh")).flat_map(|block| block.text.lines()).collect()
}

/// Somebody who types.
pub struct Person {
    _home: tempfile::TempDir,
    pub place: PathBuf,
    path: String,
    /// What runs in the other terminals, by its data directory.
    running: BTreeMap<String, Child>,
}

/// What a command printed and how it ended.
pub struct Said {
    pub code: i32,
    pub text: String,
}

impl Person {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("bin")).unwrap();
        symlink(env!("CARGO_BIN_EXE_engine"), home.path().join("bin/engine")).unwrap();
        let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
        Self { place: home.path().to_owned(), path, _home: home, running: BTreeMap::new() }
    }

    fn shell(&self, line: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(&self.place).env_clear().env("PATH", &self.path).env("HOME", &self.place);
        shell.stdin(Stdio::null());
        shell
    }

    /// Types a line, in the other terminal if it goes on.
    pub fn types(&mut self, line: &str) -> Said {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.place.push(folder);
            return Said { code: 0, text: String::new() };
        }
        let is_run = line.starts_with("engine run ");
        if is_run && !line.contains("--until-idle") {
            self.starts(line);
            return Said { code: 0, text: String::new() };
        }
        let Output { status, stdout, stderr } =
            self.shell(&format!("{line}{}", if is_run { faster(line) } else { "" })).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        Said { code: status.code().unwrap_or(-1), text }
    }

    fn starts(&mut self, line: &str) {
        let data = line.split_once("--data ").map_or(".engine", |(_, rest)| rest.split(' ').next().unwrap());
        let talk = fs::File::create(self.place.join(format!("{data}.talk"))).unwrap();
        let line = format!("exec {line}{}", faster(line));
        let child = self.shell(&line).stdout(Stdio::null()).stderr(talk).spawn().unwrap();
        self.running.insert(data.to_owned(), child);
        self.until(&format!("engine ping --data {data}"), |said| said.code == 0);
    }

    /// Types Ctrl-C there.
    pub fn stops(&mut self, data: &str) {
        let mut child = self.running.remove(data).unwrap();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }

    /// Types it again until it says so.
    #[track_caller]
    pub fn until(&mut self, line: &str, is_so: impl Fn(&Said) -> bool) -> Said {
        let mut said = self.types(line);
        for _ in 0..LOOKS {
            if is_so(&said) {
                return said;
            }
            breathe();
            said = self.types(line);
        }
        panic!("`{line}` never says it: {}", said.text);
    }

    pub fn status(&mut self) -> Value {
        let said = self.types("engine status --json");
        serde_json::from_str(&said.text).unwrap_or_else(|fault| panic!("{fault}: {}", said.text))
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place.join(name)).unwrap_or_default()
    }

    /// What the pretend provider sent, by kind, recipient and text.
    pub fn sent(&self, data: &str) -> BTreeMap<(String, String, String), usize> {
        let mut sent = BTreeMap::new();
        for line in self.read(&format!("{data}/sandbox.jsonl")).lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            if ["invite", "message", "inmail"].contains(&part("kind").as_str()) {
                *sent.entry((part("kind"), part("recipient"), part("text"))).or_default() += 1;
            }
        }
        sent
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Types a task's commands, in order; all succeed but the one that is named.
#[track_caller]
pub fn all(person: &mut Person, lines: &[&str], fails: Option<usize>) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let said = person.types(line);
        assert_eq!(said.code != 0, fails == Some(at), "`{line}`: {} {}", said.code, said.text);
        texts.push(said.text);
    }
    texts
}
