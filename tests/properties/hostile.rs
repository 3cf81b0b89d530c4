//! Whatever the bytes, a parser returns: no panic, no deep stack, no time that grows faster than the file.

use crate::properties::cases;
use campaign_engine::lang::camp::{FILE_BYTES_MAX, parse, parse_bytes};
use campaign_engine::lang::source::SourceId;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};
use proptest::sample::select;

/// Pieces of the language, in any order.
const PIECES: &[&str] = &[
    "campaign a",
    "steps",
    "end",
    "end a",
    "if connected",
    "else",
    "else if",
    "when accepted",
    "on timeout",
    "on reply",
    "wait up to 3 days",
    "wait",
    "repeat",
    "split x",
    "50% as",
    "message",
    "contacts from",
    "\"",
    "\"\"\"",
    "{{",
    "}}",
    "{%",
    "\\",
    "#",
    "/",
    "“",
    ":",
    "[",
    "]",
    "(",
    ")",
    "not ",
    "or ",
    ",",
    "=",
    "é",
    "\u{feff}",
    "\t",
    "\r",
    "\n",
    "\n",
    "\n  ",
    " ",
    "send",
    "hi",
    "x:",
    "stop as",
    "9",
    "test",
    "migrate",
];

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        parse_bytes(SourceId(0), &bytes);
    }

    #[test]
    fn any_order_of_words_is_read_or_refused(pieces in vec(select(PIECES), 0..80)) {
        let text = pieces.concat();
        let (_, faults) = parse(SourceId(0), &text);
        for fault in faults {
            let (start, end) = (fault.span.start as usize, fault.span.end as usize);
            prop_assert!(text.get(start..end).is_some(), "{:?} in {:?}", fault, text);
            prop_assert!(!fault.help.is_empty() && !fault.message.contains('\n'), "{:?}", fault);
        }
    }
}

/// The codes of a text's faults.
fn codes(text: &str) -> Vec<&'static str> {
    parse(SourceId(0), text).1.iter().map(|fault| fault.code.word()).collect()
}

#[test]
fn a_label_that_goes_on_in_an_empty_line_is_named_in_one() {
    let (_, faults) = parse(SourceId(0), "x:\\\n#");
    let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(messages, ["`x` begins nothing in a file"]);
}

#[test]
fn deep_nesting_is_refused_once() {
    let deep = |levels: usize, opener: &str| {
        let (open, close) = (format!("{opener}\n").repeat(levels), "end\n".repeat(levels));
        format!("campaign a\nsteps\n{open}stop as replied\n{close}end\nend\n")
    };
    assert_eq!(codes(&deep(62, "if connected")), Vec::<&str>::new());
    assert_eq!(codes(&deep(63, "if connected")), ["too-large"]);
    assert_eq!(codes(&deep(60_000, "if replied")), ["too-large"]);
    let brackets = format!("campaign a\nsteps\nif {}connected{}\nend\nend\nend\n", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(codes(&brackets), ["too-large"]);
    let nots = format!("campaign a\nsteps\nif {}connected\nend\nend\nend\n", "not ".repeat(100_000));
    assert_eq!(codes(&nots), ["too-large"]);
}

#[test]
fn a_file_at_its_limits_is_read_in_one_go() {
    let fill_to = |piece: &str, bytes: usize| piece.repeat((bytes - 64) / piece.len());
    let fill = |piece: &str| fill_to(piece, FILE_BYTES_MAX / 16);
    for line in ["{{", "\"x\" ", "/\\", "“"] {
        codes(&fill_to(line, FILE_BYTES_MAX));
    }
    for line in ["{{", "\"a", "\"{{ x", "\"\"\"", "#", "/a", "a ", "(", "a:", "“", "\\\n", "not ", "\"x\" ", ", a", "é"] {
        codes(&format!("campaign a\nsteps\n{}\nend\nend\n", fill(line)));
        codes(&fill(line));
    }
    for line in [
        "end\n",
        "if\n",
        "campaign a\n",
        "message a\n",
        "zzz\n",
        " zzz\n  y\nend\n",
        "\"\"\"\n",
        "x\n \"\"\"\nend\n",
        "\n",
        "#\n",
        "when\n",
        "end a\n",
    ] {
        codes(&fill(line));
    }
    assert_eq!(codes(&"#".repeat(FILE_BYTES_MAX + 1)), ["too-large"]);
}

#[test]
fn ten_thousand_statements_are_enough() {
    let file = |count: usize| format!("campaign a\nsteps\n{}end\nend\n", "withdraw invite\n".repeat(count));
    assert_eq!(codes(&file(10_000)), Vec::<&str>::new());
    assert_eq!(codes(&file(10_001)), ["too-large"]);
}

#[test]
fn an_expression_of_a_template_has_an_end() {
    let template = |words: usize| format!("{{{{ x{} }}}}", " or x".repeat(words));
    assert!(campaign_engine::lang::text::template::parse(&template(100)).is_ok());
    for text in [template(100_000), format!("{{{{ x{} }}}}", " | trim".repeat(100_000))] {
        let faults = campaign_engine::lang::text::template::parse(&text).err().unwrap_or_default();
        assert!(faults.len() == 1, "{faults:?}");
    }
}
