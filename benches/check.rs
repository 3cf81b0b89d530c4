//! What `engine check` costs: folders of generated campaign files, compiled whole.
//!
//! Prints the time of each folder, and how much a doubling costs (2.0 is linear).
//! `cargo bench --bench check [-- FILES]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::Source;
use std::time::Instant;

const PEOPLE: &str = "linkedin,first_name,company\nada,Ada,Acme\ngrace,Grace,Navy\n";

fn main() {
    let files: usize = folder::arguments().next().and_then(|files| files.parse().ok()).unwrap_or(1_000);
    let mut before: Option<f64> = None;
    for files in [files / 8, files / 4, files / 2, files] {
        let sources: Vec<Source> = std::iter::once(folder::source("workspace.camp", folder::WORKSPACE))
            .chain((0..files).map(|nth| folder::source(&format!("campaign_{nth}.camp"), &campaign(nth))))
            .collect();
        let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
        let lists = MemoryFiles::new("").with("people.csv", PEOPLE);
        let seconds = (0..3).map(|_| seconds_of(&sources, &lists, files)).fold(f64::MAX, f64::min);
        let doubling = before.map_or(String::new(), |before| format!(", {:.2} x the half", seconds / before));
        println!(
            "{files:>5} files, {:>4} KiB: {seconds:.3} s, {:.0} files a second{doubling}",
            bytes >> 10,
            files as f64 / seconds
        );
        before = Some(seconds);
    }
}

fn seconds_of(sources: &[Source], lists: &MemoryFiles, files: usize) -> f64 {
    let begin = Instant::now();
    let compiled = compile(sources, lists);
    let seconds = begin.elapsed().as_secs_f64();
    let faults: Vec<String> = compiled.diagnostics.iter().map(|fault| fault.message.clone()).collect();
    assert!(compiled.program.campaigns.len() == files, "the campaigns do not compile: {faults:?}");
    seconds
}

/// A campaign as people write them: two messages, a race, a loop, a condition, a handler.
fn campaign(nth: usize) -> String {
    format!(
        r#"campaign bench_{nth} version 1
  goal "A talk about bench {nth}"
  accounts from lina
  outcomes won interested; neutral no_answer
  contacts from "people.csv"
    need first_name, company, linkedin
    skip when company contains "test {nth}"
    enter once
    start 40 a day
  end
  message hello_{nth}
    "Hi {{{{ first_name }}}}, shall we connect about bench {nth}?"
  end
  message intro_{nth}
    "{{Thanks|Good to meet you}}, {{{{ first_name }}}}. Is bench {nth} on your list at {{{{ company }}}} this quarter?"
  end
  steps
    invite with hello_{nth}
    wait up to 14 days
      when accepted
        wait 2 to 20 hours
        send intro_{nth}
        repeat up to 2 times, 3 days apart
          send intro_{nth}
        end
        wait 5 working days
        stop as no_answer
      on timeout
        withdraw invite
        if company is "Acme {nth}"
          tag "late"
        end
        stop as no_answer
    end
  end
  on reply
    if reply.text matches /yes|call/i
      stop as interested
    else
      stop as replied
    end
  end
end
"#
    )
}
