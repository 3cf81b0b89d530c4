//! The pictures that README and docs show, of the shipped campaigns in the sandbox. `just pictures` puts them in their place.

use crate::cli::desk::breathe;
use crate::docs::{page, root};
use crate::server::browser::{browser, drive};
use crate::server::serving::Serving;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A reader waits for no picture.
const BYTES_MAX: u64 = 200 * 1024;
/// Days on which something was sent before the dashboard has something to show.
const DAYS_SHOWN: usize = 4;

/// Where a new one is left.
fn made(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures/docs");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

#[track_caller]
fn taken(browser: &str, first: &Value, url: &str, to: &str, height: u64) {
    let to = made(to);
    let shot = json!({ "url": url, "to": to, "width": 1_080, "height": height });
    assert_eq!(drive("picture.mjs", browser, &json!({ "first": first, "shots": [shot] })), json!([]));
    let bytes = std::fs::metadata(&to).unwrap().len();
    assert!(bytes <= BYTES_MAX, "{}: {bytes} bytes", to.display());
}

#[test]
fn the_dashboard_of_a_run_under_way_is_pictured() {
    let Some(browser) = browser() else { return };
    let serving = Serving::under_way();
    let days = || {
        let sparks = serving.json("/api/v1/overview")["sparks"]["cto_intro"].clone();
        sparks.as_array().into_iter().flatten().filter(|sent| sent.as_u64() > Some(0)).count()
    };
    while days() < DAYS_SHOWN {
        breathe();
    }
    let base = format!("http://{}", serving.address);
    taken(browser, &json!(format!("{base}/login?token={}", serving.token)), &base, "dashboard.png", 960);
}

#[test]
fn the_report_of_a_finished_run_is_pictured() {
    let Some(browser) = browser() else { return };
    let serving = Serving::at_the_end();
    let file = serving.desk.path("report.html");
    std::fs::write(&file, serving.desk.done(&["report", "--format", "html"])).unwrap();
    taken(browser, &Value::Null, &format!("file://{}", file.display()), "report.png", 1_120);
}

#[test]
fn every_picture_is_small_and_shown_beside_the_command_that_makes_it() {
    for (name, place) in [("dashboard.png", "README.md"), ("report.png", "docs/operations.md")] {
        let bytes = std::fs::metadata(root().join("docs/pictures").join(name)).unwrap().len();
        assert!(bytes > 0 && bytes <= BYTES_MAX, "{name}: {bytes} bytes");
        let text = page(place);
        assert!(text.contains(&format!("pictures/{name})")) && text.contains("`just pictures`"), "{place} does not show {name}");
    }
}
