//! Two campaigns that say the same words to the same person, while it is not known what became of the first.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::program::Program;
use serde_json::json;
use std::path::PathBuf;

const QUIET: &str = "
  steps
    wait 40 days
    stop as no_answer
  end";

fn twins() -> Program {
    let workspace = "workspace acme\n  account lina\n    id \"acc_lina\"\n    channel linkedin\n  end\n  pool sdrs lina\n  schedule\n    send monday to sunday 00:00-24:00\n    timezone \"UTC\"\n    gap 1 minute\n  end\nend\n".to_owned();
    let campaign = |name: &str| {
        format!(
            "campaign {name}\n  accounts from pool sdrs\n  outcomes neutral no_answer\n  contacts from \"list.csv\"\n    need first_name, linkedin\n  end\n  steps\n    if connected\n      send \"Good morning, {{{{ first_name }}}}.\"\n    end\n    wait 3 days\n    stop as no_answer\n  end\nend\n"
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
    town.house.as_mut().unwrap().partition.install(&twins()).unwrap();
    town.live(20);
    let keys = town.ledger().into_iter().filter_map(|line| line.idempotency_key);
    let mut whose: Vec<String> = keys.map(|key| key.split('.').next().unwrap().to_owned()).collect();
    whose.sort();
    assert_eq!(whose, ["2", "3"], "each said it once");
}
