//! Bad luck outside the store: a sentence, a way out, an exit code.

use crate::cli::desk::Desk;
use campaign_engine::cli::handles::HANDLES_MIN;
use campaign_engine::cli::sandbox::{SandboxOptions, run};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use tokio::sync::oneshot;

/// `engine run campaigns` with these words and variables: code, sentence, way out.
#[track_caller]
fn check(words: &[&str], variables: &[(&str, &str)], code: i32, says: &str, help: &str) {
    let desk = Desk::new();
    let said = desk.with(&[&["run", "campaigns", "--yes"], words].concat(), variables);
    assert_eq!(said.code, code, "{words:?}: {said:?}");
    assert!(said.talk.contains(says) && said.talk.contains(help), "{words:?}: {said:?}");
    assert!(!said.talk.contains("panicked"), "{said:?}");
}

#[test]
fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check(&["--sandbox", "--listen", &address], &[], 1, "cannot listen for webhooks", "choose another with `--listen`");
}

#[test]
fn postpress_that_cannot_be_reached() {
    let variables = [("POSTPRESS_API_KEY", "k"), ("POSTPRESS_URL", "http://127.0.0.1:1/v1")];
    check(&[], &variables, 6, "postpress cannot be reached", "check POSTPRESS_URL and the network");
}

/// Serves a sandbox for as long as `asking` takes.
fn beside_a_sandbox(ledger: Option<std::path::PathBuf>, asking: impl FnOnce(&str)) {
    let (off, told) = oneshot::channel::<()>();
    let (tell, address) = std::sync::mpsc::channel();
    let listen = "127.0.0.1:0".parse().unwrap();
    let key = "sandbox".to_owned();
    let options = SandboxOptions { listen, people: None, speed: 1, seed: 1, ledger, faults: None, key };
    let served = std::thread::spawn(move || {
        let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        threads.block_on(run(options, async { drop(told.await) }, |at| tell.send(at).unwrap())).unwrap();
    });
    asking(&format!("http://{}/v1", address.recv().unwrap()));
    drop(off);
    served.join().unwrap();
}

#[test]
fn a_key_that_was_revoked() {
    beside_a_sandbox(None, |url| {
        let variables = [("POSTPRESS_API_KEY", "revoked"), ("POSTPRESS_URL", url)];
        check(&[], &variables, 4, "postpress refused the key", "set POSTPRESS_API_KEY");
    });
}

#[test]
fn a_clock_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger.jsonl");
    let now = jiff::Timestamp::from_millisecond(campaign_engine::runtime::clock::wall_now().0).unwrap();
    let later = now.checked_add(jiff::SignedDuration::from_hours(3)).unwrap();
    let line = serde_json::json!({
        "at": now.to_string(), "virtual_at": later.to_string(), "account": "acc_linkedin_1", "kind": "view",
        "recipient": "person-001", "text": null, "provider_id": "p", "chat_id": null,
    });
    std::fs::write(&ledger, format!("{line}\n")).unwrap();
    beside_a_sandbox(Some(ledger), |url| {
        let desk = Desk::new();
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        // It goes no further than the taken port: what it said before that is looked at.
        let at = taken.local_addr().unwrap().to_string();
        let variables = [("POSTPRESS_API_KEY", "sandbox"), ("POSTPRESS_URL", url), ("ENGINE_WEBHOOK_SECRET", "s")];
        let said = desk.with(&["run", "campaigns", "--listen", &at], &variables);
        // Between the ledger's last line and the answer a minute may turn.
        let is_told = |minutes: u32| said.talk.contains(&format!("clock is {minutes} minutes behind postpress'"));
        assert!(is_told(180) || is_told(179), "{said:?}");
        assert!(said.talk.contains("timedatectl set-ntp true"), "{said:?}");
    });
}

/// `engine run` where no more files may be open than so many, softly or for good.
fn with_handles(flags: &str, count: u64) -> (i32, String) {
    let desk = Desk::new();
    let line = format!("ulimit {flags} {count}; exec \"$0\" run campaigns --sandbox --until-idle --speed 200000");
    let mut command = Command::new("sh");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_engine")]).current_dir(desk.folder.path()).env_clear();
    let output = command.stdin(Stdio::null()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn too_few_files_may_be_open() {
    for count in [20, 64, HANDLES_MIN - 1] {
        let (code, talk) = with_handles("-n", count);
        assert_eq!(code, 1, "{count}: {talk}");
        assert!(talk.contains("files may be open at once") && talk.contains("LimitNOFILE"), "{count}: {talk}");
    }
    let (code, talk) = with_handles("-S -n", 64);
    assert_eq!(code, 0, "a limit that may be raised is raised: {talk}");
}
