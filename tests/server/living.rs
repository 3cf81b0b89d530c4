//! A day at the dashboard: a real browser over a running engine in the sandbox, and somebody who has a keyboard only. Needs node,
//! npm and Chromium; says so when they lack.

use crate::cli::desk::Desk;
use crate::server::browser::{browser, drive};
use crate::server::serving::Serving;
use serde_json::json;

/// Somebody of ours is asked about everybody.
const ASK: &str = "campaign calls version 1
  accounts from pool us, one per contact
  outcomes neutral met, unmet

  contacts from \"lists/contacts.csv\"
    need first_name, company, linkedin
    enter once
  end

  steps
    asked: ask owner to \"Look at {{ first_name }}\"
    wait up to 300 days
      when approved
        wait 300 days
        stop as met
      when rejected
        stop as unmet
      on timeout
        stop as unmet
    end
  end
end
";

#[test]
fn a_keyboard_is_enough_while_an_engine_runs() {
    let Some(browser) = browser() else { return };
    let desk = Desk::new();
    desk.write("campaigns/ask.camp", ASK);
    // Whether the first invitation went out is never known.
    let faults = json!([
        { "at_call": 1, "route": "POST /users/invite", "kind": "504-after" },
        { "route": "GET /users/invite/sent", "kind": "500-before" },
    ]);
    desk.write("faults.json", &faults.to_string());
    let serving = Serving::with(desk, &["--faults", "faults.json", "--speed", "20000"]);
    let visit = json!({
        "base": format!("http://{}", serving.address),
        "token": serving.token,
        "engine": env!("CARGO_BIN_EXE_engine"),
        "folder": serving.desk.folder.path(),
    });
    let seen = drive("living.mjs", browser, &visit);
    for what in ["faults", "dialogs", "refused", "barriers"] {
        assert_eq!(seen[what], json!([]), "{what}: {seen}");
    }
    let done: Vec<&str> = seen["done"].as_array().unwrap().iter().filter_map(|what| what.as_str()).collect();
    let last = "the page has the numbers of the command";
    assert!(
        done.contains(&"a reply appears") && done.contains(&"the task is approved") && done.last() == Some(&last),
        "{done:?}"
    );
}
