//! The OpenAPI document is valid, and a running engine keeps its word against whatever is asked. Needs Python; says so when it
//! lacks.

use crate::server::python::programs;
use crate::server::scene::Scene;
use crate::server::serving::Serving;
use serde_json::Value;
use std::process::Command;

/// Fewer requests have tried too little.
const CASES_MIN: u64 = 2_000;
/// So many of each route, and those that its document alone suggests.
const EXAMPLES_A_ROUTE: &str = "80";
const SEED: &str = "20261123";

/// What it asks may be understood and still not be possible: nobody is called so, nothing of theirs is parked.
const SETTINGS: &str = "[checks.positive_data_acceptance]\nexpected-statuses = [\"2xx\", \"404\", \"422\"]\n";

#[tokio::test]
async fn the_document_is_what_openapi_says_a_document_is() {
    let Some(programs) = programs() else { return };
    let document = Scene::new().json("/openapi.json").await;
    let folder = tempfile::tempdir().unwrap();
    let judged = |document: &Value| {
        let file = folder.path().join("openapi.json");
        std::fs::write(&file, document.to_string()).unwrap();
        let output = Command::new(programs.join("openapi-spec-validator")).arg(&file).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (is_valid, said) = judged(&document);
    assert!(is_valid, "{said}");
    let mut broken = document;
    broken["paths"]["/api/v1/contacts/{id}"]["get"]["parameters"][0]["in"] = "nowhere".into();
    assert!(!judged(&broken).0, "the validator judges nothing");
}

/// Every route but the stream, which does not end: requests that fit the document and requests that do not, one after
/// another and along its links, against an engine in the midst of the shipped campaigns.
#[test]
fn a_running_engine_keeps_the_documents_word() {
    let Some(programs) = programs() else { return };
    let serving = Serving::under_way();
    let desk = &serving.desk;
    desk.write("openapi.json", &serving.get("/openapi.json").body);
    desk.write("schemathesis.toml", SETTINGS);
    let mut command = Command::new(programs.join("st"));
    command.current_dir(desk.folder.path()).args(["run", "openapi.json", "--no-color", "--checks", "all", "--seed", SEED]);
    command.args(["--url", &format!("http://{}", serving.address)]);
    command.args(["--header", &format!("Authorization: Bearer {}", serving.token)]);
    command.args(["--phases", "coverage,fuzzing,stateful", "--max-examples", EXAMPLES_A_ROUTE]);
    command.args(["--exclude-operation-id", "get_events", "--request-timeout", "60"]);
    command.args(["--report", "json", "--report-json-path", "report.json"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&output.stderr), serving.said());
    let report: Value = serde_json::from_str(&std::fs::read_to_string(desk.path("report.json")).unwrap()).unwrap();
    let (routes, cases) = (&report["operations"], &report["test_cases"]);
    assert_eq!(routes["tested"].as_u64(), routes["total"].as_u64().map(|total| total - 1), "{routes}");
    assert!(cases["generated"].as_u64() >= Some(CASES_MIN), "{cases}");
    println!("{cases}");
}
