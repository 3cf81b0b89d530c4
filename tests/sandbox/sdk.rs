//! The public Node SDK drives the sandbox, with its response validation on. Needs node and npm; says so when they lack.

use crate::sandbox::Sandbox;
use crate::sandbox::http::Served;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGE: &str = "unipile-node-sdk@1.9.3";

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A folder from which the SDK can be required: made once, kept with the other build products.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node-sdk");
    if !folder.join("node_modules/unipile-node-sdk/package.json").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\": true}\n").unwrap();
        let output =
            Command::new("npm").args(["install", "--no-audit", "--no-fund", PACKAGE]).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "npm install failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_node_sdk_finds_every_answer_valid() {
    if !is_there("node") || !is_there("npm") {
        println!("skipped: node or npm is not installed");
        return;
    }
    let served = Served::start(Sandbox::new()).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sandbox/sdk.mjs");
    let run = move || {
        Command::new("node").arg(script).args([served.base.as_str(), "sandbox"]).current_dir(installed()).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{faults}");
    assert!(said.ends_with("done\n"), "{said}");
}
