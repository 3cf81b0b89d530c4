//! Any condition, where a campaign has one.
#![no_main]

use campaign_engine::lang::source::Notation;
use libfuzzer_sys::fuzz_target;

#[path = "shared/folder.rs"]
mod folder;

fuzz_target!(|condition: &str| {
    let condition = condition.replace(['\n', '\r'], " ");
    let text = format!(
        "campaign fuzz\n  contacts from \"people.csv\"\n    need linkedin, age: number\n    may have company, due: date\n  end\n  \
         steps\n    if {condition}\n      stop as replied\n    end\n    stop as stopped\n  end\nend\n"
    );
    folder::compiled("campaigns/fuzz.camp", Notation::Camp, &text);
});
