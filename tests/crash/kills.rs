//! `engine run` killed at any moment, and started again: everything that was sent is claimed once, and nothing else.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// People on the list.
const PEOPLE: usize = 12;
/// Kills before the run is left alone.
const KILLS: u64 = 6;

const WORKSPACE: &str = "workspace acme
  account lina
    id \"acc_lina\"
    channel linkedin
    tier sales_navigator
    owner \"lina@acme.example\"
  end
  pool sdrs lina
  schedule
    send monday to sunday 00:00-24:00
    timezone \"UTC\"
    gap 4 to 11 minutes
  end
end
";

const CAMPAIGN: &str = "campaign intro version 1
  accounts from pool sdrs
  outcomes neutral no_answer, unreachable
  contacts from \"a.csv\"
    need first_name, linkedin
    enter once
  end
  message hello
    \"Hi {{ first_name }}, shall we connect?\"
  end
  message hi
    \"Good to meet you, {{ first_name }}.\"
  end
  message cold
    subject \"A question\"
    \"{{ first_name }}, one question?\"
  end
  steps
    connect: invite with hello
    accept: wait up to 3 days
      when accepted
        wait 2 to 20 hours
        first: send hi
        wait 1 day
        stop as no_answer
      on timeout
        withdraw invite
        if open profile or account has inmail credit
          mail: send inmail cold
          wait 1 day
          stop as no_answer
        else
          stop as unreachable
        end
    end
  end
end
";

fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut list = "first_name,linkedin\n".to_owned();
    (0..PEOPLE).for_each(|n| list.push_str(&format!("P{n},https://www.linkedin.com/in/p-{n}/\n")));
    for (name, text) in [("workspace.camp", WORKSPACE), ("intro.camp", CAMPAIGN), ("a.csv", list.as_str())] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn engine(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
    command.current_dir(folder).env_clear();
    command
}

fn start(folder: &Path) -> Child {
    let log = || File::options().create(true).append(true).open(folder.join("run.log")).unwrap();
    let mut command = engine(folder);
    command.args(["run", ".", "--sandbox", "--speed", "40000", "--until-idle", "--yes"]);
    command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn().unwrap()
}

/// Waits so long; the exit code, or none when it was killed then.
fn run_for(folder: &Path, most: Duration) -> Option<i32> {
    let mut child = start(folder);
    let (tell, told) = channel::<()>();
    // Nobody tells: it is a wait that ends early only with the test.
    let mut left = most;
    let step = Duration::from_millis(10);
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if left.is_zero() {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        assert!(matches!(told.recv_timeout(step.min(left)), Err(RecvTimeoutError::Timeout)));
        left = left.saturating_sub(step);
    };
    drop(tell);
    ended
}

fn json_lines(text: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(text).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn asked(folder: &Path, words: &[&str]) -> Vec<Value> {
    let output = engine(folder).args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    json_lines(&output.stdout)
}

/// Ids of what the far side performed, and of what the timelines say was sent; each with how often.
fn books(folder: &Path) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let (mut performed, mut claimed, mut invited) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for line in json_lines(&std::fs::read(folder.join(".engine/sandbox.jsonl")).unwrap()) {
        let id = line["provider_id"].as_str().unwrap().to_owned();
        if line["kind"] == "invite" {
            // An invitation that was accepted before its answer was found out is known by its person.
            invited.insert(format!("relation:{}", line["recipient_id"].as_str().unwrap()), id.clone());
        }
        if ["invite", "message", "inmail"].contains(&line["kind"].as_str().unwrap()) {
            *performed.entry(id).or_insert(0) += 1;
        }
    }
    for contact in asked(folder, &["status", "--contacts", "--json"]) {
        assert_eq!(contact["status"], "ended", "{contact}");
        for line in asked(folder, &["timeline", contact["contact"].as_str().unwrap(), "--json"]) {
            let kind = line["detail"]["kind"].as_str().unwrap_or_default();
            if line["kind"] == "sent" && kind != "withdraw" {
                let id = line["detail"]["provider_id"].as_str().unwrap();
                *claimed.entry(invited.get(id).map_or(id, String::as_str).to_owned()).or_insert(0) += 1;
            }
        }
    }
    (performed, claimed)
}

#[test]
fn a_run_killed_at_any_moment_sends_nothing_twice_and_loses_nothing() {
    let folder = workspace();
    let mut ended = None;
    for kill in 0..KILLS {
        let drawn = campaign_engine::model::id::draw(&[b"kill", &kill.to_le_bytes()]);
        ended = run_for(folder.path(), Duration::from_millis(60 + drawn % 1_500));
        if ended.is_some() {
            break;
        }
    }
    let code = ended.or_else(|| run_for(folder.path(), Duration::from_secs(45)));
    let log = std::fs::read_to_string(folder.path().join("run.log")).unwrap();
    assert_eq!(code, Some(0), "{log}");
    let (performed, claimed) = books(folder.path());
    assert_eq!(claimed, performed, "claimed on the left, performed on the right");
    assert!(performed.len() >= PEOPLE && performed.values().all(|count| *count == 1), "{performed:?}");
}
