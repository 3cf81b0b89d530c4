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
    refused_steps("  - tag: \"two\\n  lines\"\n", &["3:10 wrong-type `tag` takes a text of one line"]);
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
fn statements_of_every_kind() {
    refused_steps("  - visit_profil\n", &["3:5 unknown-keyword `visit_profil` begins no statement"]);
    refused_steps("  - follow: them\n", &["3:13 wrong-type `follow` takes no value, not a text"]);
    refused_steps("  - comment_latest_post\n", &["3:5 unexpected `comment_latest_post` does not stand alone"]);
    refused_steps("  - comment_latest_post: Well said\n", &["3:26 wrong-type a message written in place stands under `text`"]);
    refused_steps("  - endorse: [rust]\n", &["3:14 wrong-type `endorse` takes a text, not a list"]);
    refused_steps("  - ask: {text: \"x\"}\n", &["3:10 unexpected `ask` needs `who`"]);
    refused_steps("  - ask: {who: owner, text: \"x\", message: m}\n", &["3:43 unexpected `ask` has a text and a message"]);
    refused_steps("  - do_part: Bumps\n", &["3:14 bad-name `Bumps` is not a lower_case name"]);
    refused_steps(
        "  - {start_group: s, with: [a]}\n  - {start_group: s, saying: m}\n  - {start_group: s, with: [A B], saying: m}\n",
        &[
            "3:6 unexpected `start_group` needs `saying`",
            "4:6 unexpected `start_group` needs `with`",
            "5:31 unexpected `B` does not fit here",
        ],
    );
    refused_steps(
        "  - {send_inmail: a, via: premium}\n  - {send: a, via: recruiter}\n",
        &["3:27 unexpected `premium` is nothing that `via` knows", "4:15 unknown-key `send` has no key `via`"],
    );
    refused_steps(
        "  - {send: a, late: 2 days}\n  - {send: a, late: {within: 2 days}}\n  - {wait: 2 days, late: {within: 1 day, else: skip}}\n",
        &[
            "3:21 wrong-type `late` takes a map of keys, not a text",
            "4:15 unexpected `late` needs `else`",
            "5:20 unknown-key `wait` has no key `late`",
        ],
    );
    refused_steps(
        "  - {send: a, late: {within: 2 dais, else: wait}}\n",
        &["3:30 bad-duration `2 dais` is no length of time", "3:44 unexpected `wait` is nothing that `else` knows"],
    );
    refused_steps(
        "  - wait_until: {crom: \"0 9 * * 1\"}\n  - wait_until: {cron: 9}\n  - wait_until: 'cron \"0 9 * * 1\"'\n",
        &[
            "3:18 unknown-key a moment has no key `crom`",
            "3:17 unexpected a moment needs `cron`",
            "4:24 wrong-type `cron` takes a cron expression, not a number",
            "5:18 wrong-type a cron expression stands under a key of its own",
        ],
    );
    refused_steps("  - one: {label: two, invite: a}\n", &["3:11 unexpected `one` is a label already"]);
}

#[test]
fn clauses_of_every_kind() {
    refused(
        "campaign: c\ngoal: {reached_when: replied}\nwhen_reply: ignored\nreport: {to: owner}\n",
        &[
            "2:1 unexpected a goal needs `text`",
            "3:13 wrong-type `when_reply` takes a list of statements, not a text",
            "4:9 unexpected a report needs `cron`",
        ],
    );
    refused(
        "campaign: c\nwhen_event:\n  - {event: a, then: [], of: b}\n  - {then: []}\n  - {event: a}\n",
        &[
            "3:26 unknown-key an event's handler has no key `of`",
            "4:5 unexpected an event's handler needs `event`",
            "5:5 unexpected an event's handler needs `then`",
        ],
    );
    refused("campaign: c\nwhen_event: a\n", &["2:13 wrong-type `when_event` takes a map of names and statements, not a text"]);
    refused(
        "campaign: c\nmigrate: {from: 1, at: {a: go, b: {go: x}, c: {go_to: x, finish_on: 1}, d: {}}, anyone_else: 3}\n",
        &[
            "2:28 unexpected `go` is nothing that `a` knows",
            "2:36 unknown-key where people go has no key `go`",
            "2:35 unexpected where people go needs `go_to`",
            "2:47 unexpected people go to one place",
            "2:76 unexpected where people go needs `go_to`",
            "2:94 wrong-type `anyone_else` takes a text, not a number",
        ],
    );
    refused(
        "campaign: c\nmigrate:\n  - {at: {a: stay}}\n  - {from: 2, in_place: true, at: {a: stay}}\n",
        &["2:1 unexpected `migrate` needs `from`", "4:31 unexpected `at` stands beside `in_place`"],
    );
    refused(
        "campaign: c\ncontacts: {from: a, at_most_per_company: two, one_campaign_at_a_time: yes, refresh: 7}\n",
        &[
            "2:42 wrong-type `at_most_per_company` takes a whole number, not a text",
            "2:71 wrong-type `one_campaign_at_a_time` takes true or false, not a text",
            "2:85 wrong-type `refresh` takes a cron expression, not a number",
        ],
    );
    refused(
        "campaign: c\nmessages:\n  m: {text: \"a\", voise: a.m4a}\n  n: {en: {text: \"a\", voice: a.m4a}}\n",
        &["3:18 unknown-key a message has no key `voise`", "4:23 unknown-key a language of a message has no key `voice`"],
    );
    refused("messages: {m: \"a\"}\nsteps: []\n", &["2:1 unknown-key a file without a campaign has no key `steps`"]);
}

#[test]
fn lines_of_tests() {
    refused(
        "campaign: c\ntests:\n  - then: []\n  - test: \"a\"\n  - {test: \"a\", then: [], given: [relations]}\n",
        &[
            "3:5 unexpected a test needs `test`",
            "4:5 unexpected a test needs `then`",
            "5:35 unexpected `relations` is nothing that `given` knows",
        ],
    );
    let line =
        |line: &str, expected: &[&str]| refused(&format!("campaign: c\ntests:\n  - test: \"a\"\n    then: [{line}]\n"), expected);
    line("{day: 1}", &["4:12 unexpected a line of a test needs `expect`"]);
    line("{at: \"10:30\", expect: send}", &["4:13 unexpected a line with `at` needs `day`"]);
    line("{day: 1, at: \"25:00\", expect: send}", &["4:26 unexpected `25:00` is no time of day"]);
    line("{day: -1, expect: send}", &["4:18 wrong-type `day` takes a whole number from 0"]);
    line("{contact: accepts, expect: send}", &["4:31 unexpected a line of a test says one thing, and `expect` is a second"]);
    line("{contact: accepts, within: 1 day}", &["4:31 unexpected `within` stands beside `contact`"]);
    line("{contact: acepts}", &["4:22 unexpected `acepts` is nothing that `contact` knows"]);
    line(
        "{contact: {reply: \"x\"}}",
        &["4:23 unknown-key `contact` has no key `reply`", "4:22 unexpected `contact` needs `replies`"],
    );
    line("{expect: {sent: a}}", &["4:22 unknown-key `expect` has no key `sent`", "4:21 unexpected `expect` needs `send`"]);
    line("{expect: {invite: a, containing: \"x\"}}", &["4:33 unexpected `containing` stands beside `invite`"]);
    line("{expect: {send: a, stop: b}}", &["4:31 unexpected `expect` says one thing, and `stop` is a second"]);
    line(
        "{expects: send}",
        &["4:13 unknown-key a line of a test has no key `expects`", "4:12 unexpected a line of a test needs `expect`"],
    );
    refused("tests:\n  - {test: \"a\", then: []}\n", &["2:6 unexpected a test outside its campaign's file needs `of`"]);
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

/// Whatever stands in it by the thousand, a file is read in a time that grows with its length.
#[test]
fn bombs_are_read_through() {
    let many = |count: usize, piece: &dyn Fn(usize) -> String| (0..count).map(piece).collect::<String>();
    let spaces = " ".repeat(200_000);
    for text in [
        format!("campaign: c\ngoal: \"a{spaces}b\"\n"),
        format!("campaign: c\ngoal: a{spaces}b\n"),
        format!("campaign: c\ngoal: \"a{}b\"\n", " \n ".repeat(50_000)),
        format!("campaign: c\ngoal: \"{}\"\n", "\\n".repeat(100_000)),
        format!("campaign: c\ngoal: >\n{}", "  a b\n".repeat(20_000)),
        format!("campaign: c\nmessages:\n{}", many(20_000, &|at| format!("  m{at}: \"a\"  # {at}\n"))),
        format!("campaign: c\n{}", many(20_000, &|at| format!("k{at}: 1\n"))),
        format!("campaign: c\nsteps:\n{}", "  # a comment\n".repeat(10_000)),
        format!("campaign: c\nsteps: [{}]\n", "{stop: a}, ".repeat(9_000)),
        format!("campaign: c\nsteps:\n  - if: {}connected\n    then: []\n", "not ".repeat(20_000)),
        format!("campaign: c\nsteps:\n  - if: {}connected\n    then: []\n", "(".repeat(20_000)),
        format!("campaign: {}\n", "[".repeat(100_000)),
        format!("{}: c\n", "a".repeat(200_000)),
    ] {
        let (_, faults) = read_yaml(&text);
        assert!(faults.iter().all(|fault| fault.span.end as usize <= text.len()));
    }
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
