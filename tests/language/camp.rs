//! The `.camp` notation: what good files mean, and how broken ones are refused.

use campaign_engine::lang::camp::{parse, parse_bytes};
use campaign_engine::lang::diagnostic::Diagnostics;
use campaign_engine::lang::format::convert;
use campaign_engine::lang::source::{Notation, Source, SourceId};
use campaign_engine::lang::syntax::{File, Item, Text};
use std::path::Path;

/// `code line:column` of each fault, in order.
fn told(text: &str, faults: &Diagnostics) -> String {
    let source = Source { path: "x.camp".into(), notation: Notation::Camp, text: text.into() };
    let place = |offset| source.position(offset);
    let lines = faults.iter().map(|fault| {
        let at = place(fault.span.start);
        format!("{} {}:{}", fault.code.word(), at.line, at.column)
    });
    lines.collect::<Vec<_>>().join(", ")
}

fn check(text: &str, expected: &str) {
    let (_, faults) = parse(SourceId(0), text);
    assert_eq!(told(text, &faults), expected, "{text}\n{faults:#?}");
}

/// Each fixture says on its first line what is wrong with it, and where.
#[test]
fn each_broken_file_is_refused_where_it_is_broken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language/fixtures/camp/broken");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let expected = text.lines().next().unwrap().trim_start_matches("# ").to_owned();
        let (_, faults) = parse(SourceId(0), &text);
        if told(&text, &faults) != expected {
            wrong.push(format!("{}: wanted {expected}, got {}", path.display(), told(&text, &faults)));
        }
        let is_kind = |sentence: &str| !sentence.is_empty() && !sentence.contains('\n') && !sentence.ends_with('.');
        if let Some(fault) = faults.iter().find(|fault| !is_kind(&fault.message) || !is_kind(&fault.help)) {
            wrong.push(format!("{}: not a sentence of the house: {fault:?}", path.display()));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 45, "only {count} fixtures");
}

#[test]
fn the_language_pages_own_example_is_read_without_a_fault() {
    for text in [include_str!("fixtures/camp/cto_intro.camp"), include_str!("fixtures/camp/workspace.camp")] {
        check(text, "");
    }
}

#[test]
fn columns_count_characters_and_not_the_mark_of_utf8() {
    check("\u{feff}campain a\nend\n", "unknown-keyword 1:1, extra-end 2:1");
    check("campaign a\r\n\tsteps\r\n\t\tstop as Ünder\r\n\tend\r\nend\r\n", "bad-name 3:11");
    check("message a\n  \"é\" x\nend\n", "unexpected 2:7");
}

#[test]
fn a_file_that_is_no_utf8_has_one_fault() {
    let (file, faults) = parse_bytes(SourceId(0), b"campaign \xff\nend\n");
    assert_eq!(file, File::default());
    assert_eq!((faults.len(), faults[0].code.word(), faults[0].span.start), (1, "unexpected", 9));
}

#[test]
fn spaces_continuations_and_order_do_not_matter() {
    let one = "campaign a\n  goal \"x\"\n  accounts from lina, marc\n  steps\n    wait up to 3 days for accepted or stop as replied\n    stop as replied\n  end\nend\n";
    let other = "\u{feff}campaign\ta\r\naccounts   from lina,\\\r\n   marc\r\nsteps\r\nwait  up \\ \r\n to 3 days for accepted or stop\tas replied\r\nstop as replied # why\r\nend steps\r\ngoal \"x\"\r\nend a";
    check(one, "");
    check(other, "");
    assert_eq!(parse(SourceId(0), one).0, parse(SourceId(0), other).0);
}

fn only_text(source: &str) -> Text {
    let (file, faults) = parse(SourceId(0), source);
    assert_eq!(faults, vec![], "{source}");
    match file.items.first() {
        Some(Item::Message(message)) => message.variants[0].text.clone(),
        other => panic!("no message: {other:?}"),
    }
}

#[test]
fn a_text_says_what_stands_between_its_quotes() {
    let cases = [
        (r#""plain""#, "plain"),
        (r#""a \"quote\" and \\ that""#, "a \"quote\" and \\ that"),
        (r#""{{ pain or "cost" }}""#, r#"{{ pain or "cost" }}"#),
        (r#""{% if a is "b" %}x{% endif %}""#, r#"{% if a is "b" %}x{% endif %}"#),
        (r#""\{a\|b\}""#, r"\{a\|b\}"),
        (r##""a # b""##, "a # b"),
        ("\"\"\"\n    Hi,\n\n      there\n    you\n  \"\"\"", "Hi,\n\n  there\nyou"),
        ("\"\"\"\r\n    Hi\r\n    you\r\n  \"\"\"", "Hi\nyou"),
        ("\"\"\"one line\"\"\"", "one line"),
        ("\"\"\"\n    say \"hi\" # no comment\n    end\n  \"\"\"", "say \"hi\" # no comment\nend"),
    ];
    for (written, value) in cases {
        assert_eq!(only_text(&format!("message a\n  {written}  # c\nend\n")).value, value, "{written}");
    }
}

#[test]
fn a_place_in_a_text_is_a_place_in_the_file() {
    let source = "message a\n  [en] \"\"\"\n    é \\\"x\\\" one\n      two {{ field }}\n  \"\"\"\nend\n";
    let text = only_text(source);
    for word in ["one", "two", "field"] {
        let at = text.value.find(word).unwrap();
        let place = text.place(at, at + word.len());
        assert_eq!(&source[place.start as usize..place.end as usize], word);
    }
}

#[test]
fn subjects_belong_to_their_texts() {
    let read = |body: &str| {
        let (file, faults) = parse(SourceId(0), &format!("message a\n{body}\nend\n"));
        assert_eq!(faults, vec![], "{body}");
        let Some(Item::Message(message)) = file.items.into_iter().next() else { panic!("no message") };
        message.variants.into_iter().map(|one| one.subject.map(|subject| subject.value)).collect::<Vec<_>>()
    };
    let some = |word: &str| Some(word.to_owned());
    assert_eq!(read("subject \"s\"\n\"a\""), vec![some("s")]);
    assert_eq!(read("subject \"s\"\n[en] \"a\"\n[fr] \"b\""), vec![some("s"), some("s")]);
    assert_eq!(read("[en] subject \"s\"\n[en] \"a\"\n[fr] \"b\""), vec![some("s"), None]);
    assert_eq!(read("subject \"s\"\n[en] \"a\"\nsubject \"t\"\n[fr] \"b\""), vec![some("s"), some("t")]);
}

#[test]
fn formatting_keeps_every_comment_and_changes_nothing_twice() {
    for (source, formatted) in [
        (include_str!("fixtures/camp/commented.camp"), include_str!("fixtures/camp/commented.formatted")),
        (include_str!("fixtures/camp/every_construct.camp"), include_str!("fixtures/camp/every_construct.formatted")),
    ] {
        check(source, "");
        let once = convert(source, Notation::Camp, Notation::Camp).unwrap();
        assert_eq!(convert(&once, Notation::Camp, Notation::Camp).unwrap(), once);
        assert_eq!(once, formatted);
        for number in 1..=source.matches("# c").count() {
            assert!(once.contains(&format!("# c{number}\n")), "comment {number} is lost:\n{once}");
        }
    }
}

#[test]
fn what_the_language_page_shows_is_formatted_already() {
    let example = include_str!("fixtures/camp/cto_intro.camp");
    let spaces = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(spaces(&convert(example, Notation::Camp, Notation::Camp).unwrap()), spaces(example));
}
