//! The reports that programs read: JSON, one object a test, and JUnit.

use crate::cli::test::Tested;
use crate::cli::test::people;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

/// One test as an object (`engine.test/1`).
pub(super) fn json(one: &Tested) -> Value {
    let failure = one.played.failure.as_ref().map(|failure| {
        json!({
            "line": failure.line, "written": one.written(failure.line), "expected": failure.expected,
            "instead": failure.instead,
        })
    });
    let transcript = one.played.transcript.iter().map(|told| {
        let entry = &told.scene.entry;
        let detail: serde_json::Map<String, Value> =
            entry.detail.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect();
        json!({
            "day": told.day, "clock": told.clock, "at": told.at.iso_ms(), "kind": entry.kind, "step": entry.step,
            "detail": detail, "subject": told.scene.subject, "text": told.scene.text,
        })
    });
    json!({
        "schema": "engine.test/1", "test": one.script.title, "campaign": one.script.campaign, "file": one.file(),
        "line": one.script.line, "passed": one.played.failure.is_none(), "failure": failure,
        "transcript": transcript.collect::<Vec<_>>(),
    })
}

/// Every test as a test case of its file's suite.
///
/// # Errors
/// The report cannot be written as XML.
pub(super) fn junit(tested: &[Tested]) -> Result<String, String> {
    let mut report = Report::new("engine test");
    for one in tested {
        let file = one.file();
        let status = match &one.played.failure {
            None => TestCaseStatus::success(),
            Some(failure) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let story: Vec<String> = one.played.transcript.iter().filter_map(people::told).collect();
                let place = format!("{file}:{}: {}", failure.line, one.written(failure.line));
                let lines =
                    [place, format!("expected: {}", failure.expected), format!("instead: {}", failure.instead.join("; "))];
                status.set_message(format!(
                    "expected {}; {}",
                    failure.expected,
                    failure.instead.first().map_or("", String::as_str)
                ));
                status.set_type("expectation");
                status.set_description(lines.into_iter().chain(story).collect::<Vec<_>>().join("\n"));
                status
            }
        };
        let mut case = TestCase::new(one.script.title.clone(), status);
        case.set_classname(one.script.campaign.clone());
        case.extra.insert("file".into(), file.clone().into());
        case.extra.insert("line".into(), one.script.line.to_string().into());
        match report.test_suites.iter_mut().find(|suite| suite.name.as_str() == file) {
            Some(suite) => {
                suite.add_test_case(case);
            }
            None => {
                let mut suite = TestSuite::new(file);
                suite.add_test_case(case);
                report.add_test_suite(suite);
            }
        }
    }
    report.tests = report.test_suites.iter().map(|suite| suite.tests).sum();
    report.failures = report.test_suites.iter().map(|suite| suite.failures).sum();
    report.to_string().map_err(|fault| format!("the report cannot be written: {fault}"))
}
