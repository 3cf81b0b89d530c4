//! Every test of the shipped campaigns passes, and each guards something: break that in a copy, and it alone fails.

use crate::campaigns::shipped;
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::has_errors;
use campaign_engine::lang::disk::DiskFiles;
use campaign_engine::lang::source::Source;
use campaign_engine::model::script::Script;
use campaign_engine::sim::script::play;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A test, and the edit of its campaign's file that it alone notices.
struct Guard {
    test: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
}

const fn guard(file: &'static str, test: &'static str, from: &'static str, to: &'static str) -> Guard {
    Guard { test, file, from, to }
}

const CTO: &str = "cto_intro.camp";
const EVENT: &str = "event_followup.camp";
const COMMUNITY: &str = "community_followup.camp";
const PLATFORM: &str = "platform_inmail.yaml";

/// The arms of the split, as they are.
const EVEN: &str = "      50% as with_note\n        connect: invite with note\n      50%";

const GUARDS: [Guard; 34] = [
    guard(CTO, "connects, hears the question and two nudges, says nothing", "repeat up to 2 times", "repeat up to 1 times"),
    guard(CTO, "hears what was said before, if something was", "You mentioned {{ pain }}.", "You said {{ pain }}."),
    guard(CTO, "is asked in French", "ce trimestre ?", "cette année ?"),
    guard(
        CTO,
        "answers the first nudge with a yes",
        "at {{ company }} wants to talk\"\n      stop as interested\n    else",
        "at {{ company }} wants to talk\"\n      if connected\n        stop as replied\n      else\n        stop as interested\n      end\n    else",
    ),
    guard(
        CTO,
        "asks something: a person has to answer",
        "then mark the contact\"\n      stop as replied",
        "then mark the contact\"\n      stop as no_answer",
    ),
    guard(
        CTO,
        "does not want to be written to",
        "suppress contact\n      stop as opted_out",
        "suppress contact\n      stop as replied",
    ),
    guard(CTO, "is away until a date, and hears nothing before", "pause until reply.return_date or 4 days", "pause until 4 days"),
    guard(
        CTO,
        "is away for nobody knows how long",
        "pause until reply.return_date or 4 days",
        "pause until reply.return_date or 9 days",
    ),
    guard(
        CTO,
        "lina writes by hand: the campaign keeps quiet",
        "  on reply\n",
        "  on takeover\n    tag \"by hand\"\n  end\n\n  on reply\n",
    ),
    guard(
        CTO,
        "never accepts, and there is no credit for an InMail",
        "        withdraw invite\n        if open",
        "        withdraw invite\n        wait 2 days\n        if open",
    ),
    guard(CTO, "never accepts, but there is a credit", "wait 6 days", "wait 9 days"),
    guard(
        CTO,
        "is connected already: no invitation, the question at once",
        "    connect: invite with hello\n",
        "    if connected\n      stop as unreachable\n    end\n    connect: invite with hello\n",
    ),
    guard(
        CTO,
        "answers weeks after the end: it counts all the same",
        "at {{ company }} wants to talk\"\n      stop as interested\n    else",
        "at {{ company }} wants to talk\"\n      if connected\n        stop as interested\n      else\n        stop as replied\n      end\n    else",
    ),
    guard(EVENT, "is invited with a note", EVEN, "      1% as with_note\n        connect: invite with note\n      99%"),
    guard(EVENT, "is invited without one", EVEN, "      99% as with_note\n        connect: invite with note\n      1%"),
    guard(
        EVENT,
        "wants the slides before anything else",
        "wants the slides\"\n      stop as interested",
        "wants the slides\"\n      stop as replied",
    ),
    guard(
        EVENT,
        "gets the slides, and wants to talk",
        "and wants to talk\"\n            stop as interested",
        "and wants to talk\"\n            stop as replied",
    ),
    guard(
        EVENT,
        "books a meeting from the slides",
        "event \"meeting.booked\"\n            stop",
        "event \"meeting.made\"\n            stop",
    ),
    guard(EVENT, "gets the slides, and that is all", "answer: wait up to 5 days", "answer: wait up to 8 days"),
    guard(EVENT, "does not connect, but left a number", "shall I send them here?", "may I?"),
    guard(EVENT, "does not connect and left no number", "accept: wait up to 4 days", "accept: wait up to 5 days"),
    guard(
        EVENT,
        "the account is signed out for two days, and the slides go when it is back",
        "  on reply\n",
        "  on account lost\n    stop as no_answer\n  end\n\n  on reply\n",
    ),
    guard(COMMUNITY, "counts herself in", "s[iì]|count me in", "s[iì]"),
    guard(COMMUNITY, "is asked in Portuguese, and answers so", "yes|sim|s[iì]", "yes|s[iì]"),
    guard(
        COMMUNITY,
        "likes the news, and hears the last call on Instagram two days sooner",
        "        tag \"meetup_maybe\"\n",
        "        wait 3 days\n",
    ),
    guard(
        COMMUNITY,
        "hears the last call where there is no Instagram, and never answers",
        "or stop as no_answer",
        "or stop as replied",
    ),
    guard(COMMUNITY, "says yes to the last call", "for reply is interested or", "for reply is out_of_office or"),
    guard(
        COMMUNITY,
        "wants no more of it",
        "suppress contact\n      stop as opted_out",
        "suppress contact\n      stop as replied",
    ),
    guard(PLATFORM, "gets one InMail, says nothing, and gets no other", "wait_up_to: 8 days", "wait_up_to: 12 days"),
    guard(PLATFORM, "is answered with interest", "- stop: interested", "- stop: replied"),
    guard(PLATFORM, "is not written to without a credit", "stop: {as: no_credit", "stop: {as: no_answer"),
    guard(PLATFORM, "has too few machines to enter", "machines < 20", "machines < 10"),
    guard(PLATFORM, "asks something in return", "else: [{stop: replied}]", "else: [{stop: no_answer}]"),
    guard(PLATFORM, "does not want to be written to", "{stop: opted_out}", "{stop: replied}"),
];

/// Titles of the tests of one file's campaign that fail.
fn failing(sources: &[Source], files: &DiskFiles, file: &str) -> BTreeSet<String> {
    let compiled = compile(sources, files);
    assert!(!has_errors(&compiled.diagnostics), "{:#?}", compiled.diagnostics);
    let is_of_file = |script: &&Script| sources[script.source as usize].path.ends_with(file);
    let scripts: Vec<&Script> = compiled.scripts.iter().filter(is_of_file).collect();
    assert!(scripts.len() >= 5, "{file} has {} tests", scripts.len());
    let failed = scripts.into_iter().filter(|script| play(&compiled.program, script).unwrap().failure.is_some());
    failed.map(|script| script.title.clone()).collect()
}

/// The folder with one edit, which must change something.
fn edited(sources: &[Source], guard: &Guard) -> Vec<Source> {
    let edit = |source: &Source| {
        let is_here = source.path.ends_with(guard.file);
        // Tests stay as they are: only the campaign before them is edited.
        let (campaign, tests) = match source.text.find("\ntests:").or_else(|| source.text.find("\ntest \"")) {
            Some(at) => source.text.split_at(at),
            None => (&*source.text, ""),
        };
        let text = if is_here { campaign.replacen(guard.from, guard.to, 1) + tests } else { source.text.to_string() };
        assert!(!is_here || text != *source.text, "`{}` is not in {} any more", guard.from, guard.file);
        Source { text: text.into(), ..source.clone() }
    };
    sources.iter().map(edit).collect()
}

#[test]
fn every_test_passes() {
    let (sources, files) = shipped();
    for file in [CTO, EVENT, COMMUNITY, PLATFORM] {
        assert_eq!(failing(&sources, &files, file), BTreeSet::new(), "{file}");
    }
}

#[test]
fn every_test_guards_something() {
    let (sources, files) = shipped();
    let scripts = compile(&sources, &files).scripts;
    let guarded: BTreeSet<(&str, &str)> = GUARDS.iter().map(|guard| (guard.file, guard.test)).collect();
    for script in &scripts {
        let file = sources[script.source as usize].path.file_name().unwrap().to_str().unwrap();
        assert!(guarded.contains(&(file, script.title.as_str())), "what does `{}` of {file} guard?", script.title);
    }
    assert_eq!(guarded.len(), scripts.len());
    assert!(scripts.len() >= 25);
}

#[test]
fn each_broken_copy_fails_its_own_test_alone() {
    let (sources, files) = shipped();
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for half in 0..2 {
            let (sources, files, faults) = (&sources, &files, &faults);
            scope.spawn(move || {
                for guard in GUARDS.iter().skip(half).step_by(2) {
                    let failed = failing(&edited(sources, guard), files, guard.file);
                    if failed != BTreeSet::from([guard.test.to_owned()]) {
                        faults.lock().unwrap().push(format!("{}: {failed:?}", guard.test));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
