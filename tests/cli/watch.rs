//! `engine check --watch`: again whenever something changes, until a signal ends it.

use crate::cli::desk::Desk;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than any check of a small folder takes on a machine under load.
const PATIENCE: Duration = Duration::from_secs(60);

/// A check that goes on; its lines come as they are written.
struct Watching {
    child: Child,
    data: Receiver<String>,
    talk: Receiver<String>,
}

impl Watching {
    fn new(desk: &Desk, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
        command.current_dir(desk.folder.path()).args(words).env_clear().env("HOME", desk.folder.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (data, talk) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Self { child, data, talk }
    }

    /// Talk up to a line that holds these words; that line.
    #[track_caller]
    fn until(&self, words: &str) -> String {
        let mut heard = Vec::new();
        loop {
            let line = self.talk.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("never said `{words}`: {heard:#?}"));
            if line.contains(words) {
                return line;
            }
            heard.push(line);
        }
    }

    #[track_caller]
    fn object(&self) -> Value {
        serde_json::from_str(&self.data.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// Its exit code after that signal, and what it still wrote to stdout.
    fn end(mut self, signal: &str) -> (Option<i32>, Vec<String>) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let code = self.child.wait().unwrap().code();
        (code, self.data.iter().collect())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
    receive
}

#[test]
fn a_watch_checks_again_whatever_changes() {
    let desk = Desk::new();
    let campaign = std::fs::read_to_string(desk.path("campaigns/hello.camp")).unwrap();
    let watching = Watching::new(&desk, &["check", "campaigns", "--watch"]);
    watching.until("nothing is wrong in 2 files");
    watching.until("Ctrl-C ends");
    assert!(watching.data.recv_timeout(PATIENCE).unwrap().starts_with("hello v1: at most"));

    desk.write("campaigns/hello.camp", &format!("{campaign}\nnonsense\n"));
    assert_eq!(watching.until("changed: "), "changed: campaigns/hello.camp");
    watching.until("1 error in 2 files");
    desk.write("campaigns/hello.camp", &campaign);
    watching.until("changed: campaigns/hello.camp");
    watching.until("nothing is wrong");

    desk.write("campaigns/deep/second.camp", &campaign.replace("campaign hello", "campaign second"));
    watching.until("changed: new: campaigns/deep/second.camp");
    watching.until("there is no file `lists/");
    std::fs::remove_file(desk.path("campaigns/deep/second.camp")).unwrap();
    watching.until("changed: gone: campaigns/deep/second.camp");
    watching.until("nothing is wrong");
    assert_eq!(watching.end("INT").0, Some(0));
}

#[test]
fn a_watch_looks_at_what_campaigns_read_and_at_settings() {
    let desk = Desk::new();
    let list = std::fs::read_dir(desk.path("campaigns/lists")).unwrap().next().unwrap().unwrap().file_name();
    let list = format!("campaigns/lists/{}", list.to_string_lossy());
    let people = std::fs::read_to_string(desk.path(&list)).unwrap();
    let paths = ["campaigns/hello.camp", "campaigns/workspace.camp"];
    let watching = Watching::new(&desk, &["check", paths[0], paths[1], "--watch", "--format", "json"]);
    watching.until("Ctrl-C ends");

    std::fs::remove_file(desk.path(&list)).unwrap();
    watching.until(&format!("changed: gone: {list}"));
    let fault = watching.object();
    assert_eq!((&fault["code"], &fault["file"]), (&Value::from("file-missing"), &Value::from(paths[0])));
    desk.write(&list, &people);
    watching.until(&format!("changed: new: {list}"));
    watching.until("nothing is wrong");

    desk.write("engine.toml", "data = 7");
    watching.until("changed: new: engine.toml");
    watching.until("cannot use");
    desk.write("engine.toml", "");
    watching.until("changed: engine.toml");
    watching.until("nothing is wrong");
    std::fs::rename(desk.path("campaigns"), desk.path("away")).unwrap();
    watching.until("changed: gone: campaigns/hello.camp");
    watching.until("error: there is no `campaigns/hello.camp`");
    std::fs::rename(desk.path("away"), desk.path("campaigns")).unwrap();
    watching.until("changed: new: campaigns/hello.camp");
    watching.until("nothing is wrong");
    let (code, data) = watching.end("TERM");
    assert_eq!(code, Some(0));
    assert!(data.iter().all(|line| serde_json::from_str::<Value>(line).unwrap()["code"].is_string()), "{data:?}");
}

#[test]
fn a_watch_that_makes_no_sense_ends_at_once() {
    let desk = Desk::new();
    for (words, says) in [
        (["check", "campaigns", "--watch", "--format", "sarif"].as_slice(), "a SARIF file is one document"),
        (["check", "nowhere", "--watch"].as_slice(), "there is no `nowhere`"),
    ] {
        let said = desk.engine(words);
        assert!(said.code == 2 && said.talk.contains(says), "{words:?}: {said:?}");
    }
}
