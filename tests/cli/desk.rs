//! A folder and an `engine` in it, with nothing of this machine's environment.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The pace of runs that have to end within seconds: a day in less than half of one.
pub const SPEED: &str = "200000";

/// A folder to type commands in.
pub struct Desk {
    pub folder: tempfile::TempDir,
}

/// What a command did.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub data: String,
    pub talk: String,
}

impl Desk {
    /// An empty folder.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with the workspace of `engine init`.
    pub fn new() -> Self {
        let desk = Self::empty();
        desk.done(&["init"]);
        desk
    }

    /// The same, run to its end.
    pub fn run_to_the_end() -> Self {
        let desk = Self::new();
        desk.done(&["run", "campaigns", "--sandbox", "--until-idle", "--speed", SPEED]);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn command(&self, words: &[&str], variables: &[(&str, &str)]) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_engine")), words, variables)
    }

    fn command_of(&self, engine: &Path, words: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(engine);
        command.current_dir(self.folder.path()).args(words).env_clear().env("HOME", self.folder.path()).env("COLUMNS", "80");
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null());
        command
    }

    /// `engine WORDS` with these variables and no others.
    pub fn with(&self, words: &[&str], variables: &[(&str, &str)]) -> Said {
        let output = self.command(words, variables).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code().unwrap_or(-1), data: text(output.stdout), talk: text(output.stderr) }
    }

    pub fn engine(&self, words: &[&str]) -> Said {
        self.with(words, &[])
    }

    /// Successful; its stdout.
    #[track_caller]
    pub fn done(&self, words: &[&str]) -> String {
        let said = self.engine(words);
        assert_eq!(said.code, 0, "{words:?}: {said:?}");
        said.data
    }

    /// Successful; its one document.
    #[track_caller]
    pub fn json(&self, words: &[&str]) -> Value {
        let text = self.done(words);
        serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{words:?}: {fault}: {text}"))
    }

    /// Successful; one object a line.
    #[track_caller]
    pub fn lines(&self, words: &[&str]) -> Vec<Value> {
        self.done(words).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// In the background, its talk in a file.
    pub fn start(&self, words: &[&str], talk: &str) -> Running {
        self.start_with(words, talk, &[])
    }

    /// The same with these variables and no others.
    pub fn start_with(&self, words: &[&str], talk: &str, variables: &[(&str, &str)]) -> Running {
        self.start_program(Path::new(env!("CARGO_BIN_EXE_engine")), words, talk, variables)
    }

    /// The same with another engine than the one built.
    pub fn start_program(&self, engine: &Path, words: &[&str], talk: &str, variables: &[(&str, &str)]) -> Running {
        let file = std::fs::File::create(self.path(talk)).unwrap();
        let child = self.command_of(engine, words, variables).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        Running { child, talk: self.path(talk) }
    }
}

/// An engine in the background; it does not outlive the test.
pub struct Running {
    child: Child,
    talk: PathBuf,
}

impl Running {
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.talk).unwrap_or_default()
    }

    /// Waits until it has said these words.
    #[track_caller]
    pub fn until(&mut self, words: &str) {
        for _ in 0..2_000 {
            if self.said().contains(words) {
                return;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "it ended: {}", self.said());
            breathe();
        }
        panic!("never said `{words}`: {}", self.said());
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Its exit code.
    pub fn end(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Lets the other process go on.
pub fn breathe() {
    let (_held, silent) = std::sync::mpsc::channel::<()>();
    assert!(silent.recv_timeout(std::time::Duration::from_millis(10)).is_err());
}
