//! Broken files: the code, line and column of all that is told of them.

use crate::language::yaml::{read_yaml, told};

/// A broken file and all that is told of it.
#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let (_, faults) = read_yaml(text);
    assert_eq!(told(text, &faults), expected, "\n{text}");
}

/// A campaign whose statements are broken; lines count from its first, which is the third of the file.
#[track_caller]
fn refused_steps(steps: &str, expected: &[&str]) {
    refused(&format!("campaign: c\nsteps:\n{steps}"), expected);
}

#[test]
fn text_that_is_no_yaml() {
    refused("campaign: c\noutcomes: {won: [a, b\nsteps:\n  - stop: a\n", &["2:17 yaml-syntax this `[` is never closed"]);
    refused("campaign: c\naccounts: {pool: p\nsteps: []\n", &["2:11 yaml-syntax this `{` is never closed"]);
    refused("campaign: c\naccounts: [a,\n", &["2:11 yaml-syntax this `[` is never closed"]);
    refused("campaign: c\ngoal: \"A call\nsteps:\n  - stop: a\n", &["2:7 yaml-syntax this quote is never closed"]);
    refused("campaign: c\ngoal: \"A call\n  with\n", &["2:7 yaml-syntax this quote is never closed"]);
    refused("campaign: c\ngoal: 'it's'\n", &["2:11 yaml-syntax the text has ended, and more follows on the line"]);
    refused("campaign: c\ngoal: first: second\n", &["2:12 yaml-syntax a second `:` on one line"]);
    refused("campaign: c\nsteps:\n\t- stop: a\n", &["3:2 yaml-syntax a tab stands in the indentation"]);
    refused("campaign: c\ngoal: @home\n", &["2:7 yaml-syntax a text cannot begin with `@`"]);
    refused("campaign: c\naccounts: {pool: p]\n", &["2:11 yaml-syntax this `{` is closed by `]`"]);
    refused("campaign: c\naccounts: [p]]\n", &["2:14 yaml-syntax this bracket closes nothing"]);
    refused("campaign: c\ngoal: \"a \\q\"\n", &["2:7 yaml-syntax an escape YAML does not know in this text"]);
    refused("campaign: c\nsteps:\n  - stop: a\n - stop: b\n", &["4:2 yaml-syntax this line fits into no map or list above it"]);
    refused("campaign: c\n---\ncampaign: d\n", &["2:1 yaml-syntax a second document in one file"]);
    refused("campaign: c\ngoal: \"a\"\ngoal: \"b\"\n", &["3:1 yaml-syntax the key `goal` stands here twice"]);
}

#[test]
fn a_fault_of_yaml_hides_no_fault_before_it() {
    refused(
        "campaign: c\nversoin: 2\naccounts: {pool: 3}\nsteps: [{stop: a}\n",
        &[
            "4:8 yaml-syntax this `[` is never closed",
            "2:1 unknown-key a campaign has no key `versoin`",
            "3:18 wrong-type `pool` takes a text, not a number",
        ],
    );
}

#[test]
fn anchors_aliases_merge_keys_and_tags() {
    refused("campaign: c\ngoal: &g \"x\"\n", &["2:7 yaml-alias `&g` is an anchor"]);
    refused("campaign: c\ngoal: *g\n", &["2:7 yaml-alias `*g` is an alias"]);
    refused("campaign: c\ngoal: !!str x\n", &["2:7 yaml-alias `!!str` is a tag"]);
    refused("campaign: c\naccounts:\n  <<: *base\n  pool: p\n", &["3:3 yaml-alias `<<` is a merge key"]);
}

#[test]
fn keys_that_have_no_place() {
    refused("campain: c\n", &["1:1 unknown-key a campaign file has no key `campain`"]);
    refused("goal: \"x\"\n", &["1:1 unexpected the file names no campaign and no workspace"]);
    refused("campaign: c\non: []\n", &["2:1 unknown-key a campaign has no key `on`"]);
    refused("campaign: c\ncontacts:\n  from: a.csv\n  needs: [a]\n", &["4:3 unknown-key `contacts` has no key `needs`"]);
    refused("campaign: c\nworkspace: {name: w}\n", &["2:1 unexpected one file holds a campaign and a workspace"]);
    refused("workspace: {name: w}\nsteps: []\n", &["2:1 unknown-key a workspace file has no key `steps`"]);
    refused("campaign: c\nmessages:\n  m: {txt: \"a\"}\n", &["3:7 unknown-key a message has no key `txt`"]);
    refused_steps("  - sned: intro\n", &["3:5 unknown-key a statement has no key `sned`"]);
    refused_steps("  - connect: {invit: hello}\n", &["3:15 unknown-key a statement has no key `invit`"]);
    refused_steps("  - send: a\n    chanel: whatsapp\n", &["4:5 unknown-key `send` has no key `chanel`"]);
    refused_steps("  - send: a\n    stop: b\n", &["4:5 unknown-key `stop` stands beside `send`"]);
    refused_steps("  - withdraw\n", &["3:5 unknown-keyword `withdraw` begins no statement"]);
}

#[test]
fn values_of_another_kind() {
    refused("campaign: c\nversion: one\n", &["2:10 wrong-type `version` takes a whole number, not a text"]);
    refused("campaign: c\nversion: \"1\"\n", &["2:10 wrong-type `version` takes a whole number, not a text"]);
    refused("campaign: c\nversion: 1.5\n", &["2:10 wrong-type `version` takes a whole number from 0"]);
    refused("campaign: c\nsteps: stop\n", &["2:8 wrong-type `steps` takes a list of statements, not a text"]);
    refused("campaign: c\nsteps:\nversion: 1\n", &["2:1 wrong-type `steps` takes a list of statements, not nothing"]);
    refused("campaign: c\noutcomes: [a]\n", &["2:11 wrong-type `outcomes` takes a map of keys, not a list"]);
    refused(
        "campaign: c\naccounts: {pool: p, one_per_contact: yes}\n",
        &["2:38 wrong-type `one_per_contact` takes true or false, not a text"],
    );
    refused("campaign: c\ngoal: true\n", &["2:7 wrong-type `goal` takes a text, not a true or false"]);
    refused_steps("  - wait: 3\n", &["3:11 wrong-type `wait` takes a length of time, not a number"]);
    refused_steps("  - tag: 2027\n", &["3:10 wrong-type `tag` takes a text, not a number"]);
    refused_steps("  - send: Hello there\n", &["3:11 wrong-type a message written in place stands under `text`"]);
    refused_steps("  - - stop: a\n", &["3:5 wrong-type `a list of statements` takes statements, not a list"]);
}

#[test]
fn the_small_language_inside_strings() {
    refused_steps("  - wait: 3 dais\n", &["3:11 bad-duration `3 dais` is no length of time"]);
    refused_steps("  - wait: \"9 to 2 hours\"\n", &["3:12 bad-duration `9 to 2 hours` runs backwards"]);
    refused_steps(
        "  - if: \"open profile && replied\"\n    then: []\n",
        &["3:23 wrong-operator `&&` is no operator of this language"],
    );
    refused_steps("  - {wait_up_to: 2 days, for: acepted, or_stop: a}\n", &["3:31 unexpected `acepted` does not fit here"]);
    refused_steps(
        "  - wait_up_to: 2 days\n    when: [{reply_matches: /(/, then: []}]\n    on_timeout: []\n",
        &["4:28 bad-regex this pattern cannot be read: unclosed group"],
    );
    refused_steps("  - stop: CamelCase\n", &["3:11 bad-name `CamelCase` is not a lower_case name"]);
    refused_steps("  - wait_until: 3 days\n", &["3:17 unexpected `wait_until` takes a moment, not a length of time"]);
    refused_steps("  - if: >\n      open\n      profil\n    then: []\n", &["5:7 unexpected `profil` does not fit here"]);
}

#[test]
fn what_this_version_does_not_run() {
    refused(
        "campaign: c\ntests: []\nwhen_send_failed: []\nwhen_reply: ignore\n",
        &[
            "2:1 not-yet `tests` is not available in this version yet",
            "3:1 not-yet `when_send_failed` is not available in this version yet",
            "4:13 not-yet `when_reply: ignore` is not available in this version yet",
        ],
    );
    refused_steps(
        "  - visit_profile\n  - ask: {who: owner, text: \"x\"}\n  - {send: a, late: {within: 1 day, else: skip}}\n",
        &[
            "3:5 not-yet `visit_profile` is not available in this version yet",
            "4:5 not-yet `ask` is not available in this version yet",
            "5:15 not-yet `late` is not available in this version yet",
        ],
    );
    refused_steps(
        "  - wait_until: {cron: \"0 9 * * 1\"}\n  - {send_inmail: a, via: recruiter}\n  - x: {do_part: b}\n",
        &[
            "3:18 not-yet `cron` is not available in this version yet",
            "4:22 not-yet `via` is not available in this version yet",
            "5:9 not-yet `do_part` is not available in this version yet",
        ],
    );
    refused(
        "campaign: c\nmessages:\n  m: {text: \"a\", voice: a.m4a}\ncontacts: {from: a, refresh: \"0 7 * * *\"}\n",
        &[
            "3:18 not-yet `voice` is not available in this version yet",
            "4:21 not-yet `refresh` is not available in this version yet",
        ],
    );
}

#[test]
fn parts_that_are_missing() {
    refused_steps("  - if: replied\n", &["3:5 unexpected `if` needs `then`"]);
    refused_steps("  - {repeat: {times: 2}, do: []}\n", &["3:6 unexpected `repeat` needs `apart`"]);
    refused_steps(
        "  - {split: s}\n  - {split: s, arms: {a: {do: []}}}\n",
        &["3:6 unexpected `split` needs `arms`", "4:23 unexpected an arm of a split needs `share`"],
    );
    refused_steps("  - {wait_up_to: 2 days, for: replied}\n", &["3:6 unexpected `wait_up_to` with `for` needs `or_stop`"]);
    refused_steps(
        "  - notify: {text: \"x\"}\n  - stop: {because: \"x\"}\n  - set: {}\n",
        &["3:13 unexpected `notify` needs `who`", "4:11 unexpected `stop` needs `as`", "5:10 unexpected `set` takes one field"],
    );
    refused(
        "campaign: c\ncontacts: {need: [a]}\nmessages: {m: {subject: \"a\"}}\n",
        &["2:1 unexpected `contacts` needs `from`", "3:12 unexpected the message `m` needs `text`"],
    );
    refused("", &["1:1 unexpected the file says nothing"]);
    refused("# nothing\n", &["1:1 unexpected the file says nothing"]);
}

#[test]
fn more_than_the_tool_takes() {
    let (mut deep, mut indent) = (String::new(), 2);
    for _ in 0..70 {
        let by = " ".repeat(indent);
        deep.push_str(&format!("{by}- if: replied\n{by}  then:\n"));
        indent += 4;
    }
    deep.push_str(&format!("{}- stop: a\n", " ".repeat(indent)));
    refused_steps(&deep, &["128:253 too-large blocks stand more than 64 deep here"]);
    refused(
        &format!("campaign: {}c{}\n", "[".repeat(400), "]".repeat(400)),
        &["1:331 too-large lists and maps are nested too deeply here"],
    );
    refused_steps(&"  - invite\n".repeat(10_001), &["10003:5 too-large the file has more than 10000 statements"]);
    refused(&" ".repeat((1 << 20) + 1), &["1:1 too-large the file is 1048577 bytes long"]);
}

/// Anything at all is read without a panic, and what is told has a place inside it.
#[test]
fn hostile_texts_are_told_and_do_not_break_the_reader() {
    let pieces = [
        "campaign: c\n",
        "steps:\n",
        "  - ",
        "[",
        "{",
        "]",
        "}",
        "\"",
        "'",
        "&a ",
        "*a",
        "!t ",
        "|\n",
        ": ",
        "- ",
        "# x\n",
        "\u{feff}",
        "é",
        "\t",
        "\r\n",
        "? ",
        "---\n",
        "wait: 3 days",
        "if: ",
        "then",
        "\u{0}",
    ];
    let mut seed = 7u32;
    for _ in 0..3_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        let (_, faults) = read_yaml(&text);
        assert!(
            faults.iter().all(|fault| fault.span.start <= fault.span.end && fault.span.end as usize <= text.len()),
            "{text:?} {faults:?}"
        );
    }
}
