//! What `engine check` costs: folders of generated campaign files, compiled whole, and one campaign with a long list whose
//! texts are measured for everybody.
//!
//! Prints the time of each, and how much a doubling costs (2.0 is linear).
//! `cargo bench --bench check [-- FILES [CONTACTS]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::Source;
use std::time::Instant;

fn main() {
    let mut numbers = folder::arguments().map(|number| number.parse::<usize>().unwrap());
    let files = numbers.next().unwrap_or(1_000);
    let contacts = numbers.next().unwrap_or(100_000);
    folders(files);
    texts(contacts);
}

/// A folder of so many campaigns, and of fewer.
fn folders(files: usize) {
    let mut before: Option<f64> = None;
    for files in [files / 8, files / 4, files / 2, files] {
        let sources: Vec<Source> = std::iter::once(folder::source("workspace.camp", folder::WORKSPACE))
            .chain((0..files).map(|nth| folder::source(&format!("campaign_{nth}.camp"), &campaign(nth))))
            .collect();
        let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
        let lists = (0..files).fold(MemoryFiles::new(""), |lists, nth| {
            let people = format!("linkedin,first_name,company\nada-{nth},Ada,Acme\ngrace-{nth},Grace,Navy\n");
            lists.with(&format!("people_{nth}.csv"), people)
        });
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

/// A campaign of five messages in three languages, with spintax, for so many contacts, and for fewer. Two of the messages are
/// as long as may be, so that people with long names are looked at one by one; the last one is too long for some.
fn texts(contacts: usize) {
    for is_too_long in [false, true] {
        let mut before: Option<f64> = None;
        for contacts in [contacts / 4, contacts / 2, contacts] {
            let sources = [folder::source("workspace.camp", folder::WORKSPACE), folder::source("long.camp", &wordy(is_too_long))];
            let lists = MemoryFiles::new("").with("people.csv", people(contacts));
            // The best of some: the first time memory is asked for costs more than the looking.
            let seconds = (0..5).map(|_| seconds_of_texts(&sources, &lists, is_too_long)).fold(f64::MAX, f64::min);
            let doubling = before.map_or(String::new(), |before| format!(", {:.2} x the half", seconds / before));
            let what = if is_too_long { "some too long" } else { "all fit" };
            println!("{contacts:>6} contacts x 5 messages x 3 languages, {what}: {seconds:.3} s{doubling}");
            before = Some(seconds);
        }
    }
}

fn seconds_of_texts(sources: &[Source], lists: &MemoryFiles, is_too_long: bool) -> f64 {
    let begin = Instant::now();
    let compiled = compile(sources, lists);
    let seconds = begin.elapsed().as_secs_f64();
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|fault| fault.code.word()).collect();
    assert_eq!(codes.contains(&"text-too-long"), is_too_long, "{codes:?}");
    seconds
}

fn people(contacts: usize) -> String {
    let mut list = String::from("linkedin,first_name,company,pain,language\n");
    for nth in 0..contacts {
        let name = ["Ada", "Maximiliane", "Jo\u{e3}o", "Bj\u{f6}rn"][nth % 4];
        let company = if nth % 1_000 == 7 { "Acme Consolidated Machines of the North and South" } else { "Acme" };
        let pain = if nth % 3 == 0 { "idle machines" } else { "" };
        let language = ["en", "fr", "de"][nth % 3];
        list.push_str(&format!("person-{nth:07},{name} {nth},{company},{pain},{language}\n"));
    }
    list
}

fn wordy(is_too_long: bool) -> String {
    let filler = |units: usize| "word ".repeat(units / 5);
    let text = |units: usize| {
        format!(
            "{{Hi|Hello|Good day}} {{{{ first_name | title }}}}, {{% if pain %}}you spoke of {{{{ pain }}}}{{% else %}}most \
             {{teams|firms}} overpay{{% endif %}} at {{{{ company }}}}. {}",
            filler(units)
        )
    };
    let note = if is_too_long { 140 } else { 50 };
    let mut out = String::from(
        "campaign long\n  accounts from lina\n  outcomes neutral done\n  contacts from \"people.csv\"\n    need linkedin, first_name, \
         company\n    may have pain, language\n  end\n",
    );
    for (nth, units) in [note, 7_800, 2_000, 400, 7_800].into_iter().enumerate() {
        out.push_str(&format!("  message m{nth}\n"));
        for language in ["en", "fr", "de"] {
            out.push_str(&format!("    [{language}] \"{}\"\n", text(units).trim_end()));
        }
        out.push_str("  end\n");
    }
    out.push_str("  steps\n    invite with m0\n    wait up to 14 days for accepted or stop as done\n");
    (1..5).for_each(|nth| out.push_str(&format!("    wait 2 days\n    send m{nth}\n")));
    out + "    stop as done\n  end\nend\n"
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
  contacts from "people_{nth}.csv"
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
