//! Small files that would become large, deep or slow are refused in words.

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use std::path::PathBuf;

/// The words of the diagnostics' codes.
fn codes(notation: Notation, text: String) -> Vec<String> {
    let name = if notation == Notation::Camp { "x.camp" } else { "x.yaml" };
    let source = Source { path: PathBuf::from(name), notation, text: text.into() };
    let compiled = compile(&[source], &MemoryFiles::new(""));
    compiled.diagnostics.iter().map(|found| found.code.word().to_owned()).collect()
}

fn camp(steps: &str) -> String {
    format!("campaign x version 1\n  contacts from \"a.csv\"\n    need first_name\n  end\n  steps\n{steps}\n  end\nend\n")
}

#[test]
fn each_is_refused() {
    let laughs = {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (one, other) in ["a", "b", "c", "d", "e", "f", "g", "h"].iter().zip(["b", "c", "d", "e", "f", "g", "h", "i"]) {
            text.push_str(&format!(
                "{other}: &{other} [*{one}, *{one}, *{one}, *{one}, *{one}, *{one}, *{one}, *{one}, *{one}]\n"
            ));
        }
        text
    };
    let nested = format!("{}{}", "    if replied\n".repeat(5_000), "    end\n".repeat(5_000));
    let bombs: Vec<(Notation, String)> = vec![
        (Notation::Yaml, laughs),
        (Notation::Yaml, format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000))),
        (Notation::Yaml, format!("{}x", "- ".repeat(20_000))),
        (Notation::Yaml, format!("a: {}\n", "{a: ".repeat(20_000))),
        (Notation::Yaml, "a: &a\n  b: *a\n".to_owned()),
        (Notation::Yaml, format!("x: \"{}\"\n", "y".repeat(2 << 20))),
        (Notation::Yaml, (0..60_000).map(|nth| format!("k{nth}: 1\n")).collect()),
        (Notation::Camp, "x".repeat(2 << 20)),
        (Notation::Camp, camp(&nested)),
        (Notation::Camp, camp(&"    wait 1 day\n".repeat(10_001))),
        (Notation::Camp, camp(&format!("    if {}replied{}\n    end\n", "(".repeat(20_000), ")".repeat(20_000)))),
        (Notation::Camp, camp(&format!("    if {}replied\n    end\n", "not ".repeat(20_000)))),
        (Notation::Camp, camp("    if reply matches \"(a{1000}){1000}\"\n    end\n")),
        (Notation::Camp, camp(&format!("    if reply matches \"{}\"\n    end\n", "(a*)*".repeat(5_000)))),
        (Notation::Camp, camp(&format!("    send \"{}x\"\n", "{{ ".repeat(5_000)))),
        (Notation::Camp, camp(&format!("    send \"{}\"\n", "{a|".repeat(5_000)))),
        (Notation::Camp, format!("campaign x version 1\n{}", "  message m\n    \"x\n".repeat(5_000))),
    ];
    for (nth, (notation, text)) in bombs.into_iter().enumerate() {
        let start: String = text.chars().take(40).collect();
        assert!(!codes(notation, text).is_empty(), "bomb {nth} ({start:?}) is taken for a campaign");
    }
}
