//! Everything public says what it is for; every wing says where to start.

use crate::house::{check, pages};

#[test]
fn every_wing_and_room_has_a_face() {
    let faces = pages("src").into_iter().filter(|page| !page.text.starts_with("//!"));
    let faults: Vec<String> = faces.map(|page| page.path).collect();
    check(&faults, "begin the file with `//!`: what it does, what it must never do, where to start");
}

#[test]
fn every_public_item_is_explained() {
    let mut faults = Vec::new();
    for page in pages("src") {
        let lines: Vec<&str> = page.text.lines().collect();
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_public(line)) {
            let above = lines.get(..at).unwrap_or_default().iter().rev();
            let first = above.copied().find(|line| !is_attribute(line));
            if !first.is_some_and(|line| line.trim_start().starts_with("///") || line.trim() == "$(#[$doc])*") {
                faults.push(format!("{}:{}: {}", page.path, at + 1, line.trim()));
            }
        }
    }
    check(&faults, "write `///`: what it does, units, errors, and the next call if it is not plain");
}

fn is_public(line: &str) -> bool {
    let Some(item) = line.trim_start().strip_prefix("pub ") else { return false };
    let kind = item.split_whitespace().find(|word| !matches!(*word, "async" | "unsafe"));
    // `pub const fn` is one, `pub const X` too; names made by a macro are explained where the macro is used.
    let is_item = kind.is_some_and(|kind| matches!(kind, "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static"));
    is_item && !item.contains('$')
}

/// A line of an attribute, also one of many lines.
fn is_attribute(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("#[") || line.ends_with(")]") || line.starts_with("reason = ")
}
