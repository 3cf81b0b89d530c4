//! Two campaigns that say the same words to the same person, while it is not known what became of the first.

use crate::runtime::town::{Town, detail};
use crate::runtime::wish::Wish;
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::program::Program;
use serde_json::json;
use std::path::PathBuf;

const QUIET: &str = "
  steps
    wait 40 days
    stop as no_answer
  end";

/// Says the same twice: to who is connected already.
const GREETS: &str =
    "if connected\n      send \"Good morning, {{ first_name }}.\"\n    end\n    wait 3 days\n    stop as no_answer";
const INVITES: &str = "invite\n    wait up to 6 days for accepted or stop as no_answer\n    wait 1 day\n    stop as no_answer";

fn twins(steps: &str) -> Program {
    let workspace = "workspace acme\n  account lina\n    id \"acc_lina\"\n    channel linkedin\n  end\n  pool sdrs lina\n  schedule\n    send monday to sunday 00:00-24:00\n    timezone \"UTC\"\n    gap 1 minute\n  end\nend\n".to_owned();
    let campaign = |name: &str| {
        format!(
            "campaign {name}\n  accounts from pool sdrs\n  outcomes neutral no_answer\n  contacts from \"list.csv\"\n    need first_name, linkedin\n  end\n  steps\n    {steps}\n  end\nend\n"
        )
    };
    let texts = [("workspace.camp", workspace), ("one.camp", campaign("one")), ("two.camp", campaign("two"))];
    let source = |(path, text): (&str, String)| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
    let sources: Vec<Source> = texts.into_iter().map(source).collect();
    let compiled = compile(&sources, &MemoryFiles::new("").with("list.csv", "first_name,linkedin\nAda,ada\n"));
    assert_eq!(compiled.program.campaigns.len(), 2, "{:#?}", compiled.diagnostics);
    compiled.program
}

#[test]
fn neither_takes_the_others_message_for_its_own() {
    // The first call is not performed, the second is; of neither does anybody hear what became of it.
    let faults = json!([
        {"at_call": 1, "route": "POST /chats", "kind": "504-before"},
        {"at_call": 2, "route": "POST /chats", "kind": "504-after"},
    ]);
    let mut town = Town::new(Wish { body: QUIET, people: vec!["ada,,,,yes,"], faults, hears: false, ..Wish::default() });
    town.house.as_mut().unwrap().partition.install(&twins(GREETS)).unwrap();
    town.live(20);
    let keys = town.ledger().into_iter().filter_map(|line| line.idempotency_key);
    let mut whose: Vec<String> = keys.map(|key| key.split('.').next().unwrap().to_owned()).collect();
    whose.sort();
    assert_eq!(whose, ["2", "3"], "each said it once");
}

/// The second campaign's invitation never arrives; that the person is connected comes of the first's.
#[test]
fn neither_takes_the_others_acceptance_for_its_own() {
    let lost: Vec<_> = (2..40).map(|nth| json!({"at_call": nth, "route": "POST /users/invite", "kind": "504-before"})).collect();
    let people = vec!["ada,100m,,,,"];
    let mut town = Town::new(Wish { body: QUIET, people, faults: json!(lost), hears: false, ..Wish::default() });
    town.house.as_mut().unwrap().partition.install(&twins(INVITES)).unwrap();
    town.live(20);
    town.judge();
    assert_eq!(town.ledger().len(), 1, "one invitation was performed");
    let skipped = town.lines(EntryKind::Skipped);
    let why: Vec<&str> = skipped.iter().map(|(_, entry)| detail(entry, "why")).collect();
    assert_eq!(why, ["already connected"]);
}
