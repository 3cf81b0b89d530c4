//! What is wrong, as one types.

use crate::lsp::editor::{CAMPAIGN, Editor};

#[test]
fn a_good_file_has_no_findings() {
    assert_eq!(Editor::open(CAMPAIGN).findings("hello.camp"), Vec::<serde_json::Value>::new());
}

#[test]
fn a_fault_stands_at_its_place_with_its_help_and_goes_when_mended() {
    let mut editor = Editor::open(CAMPAIGN);
    editor.findings("hello.camp");
    editor.change("hello.camp", &CAMPAIGN.replace("send intro", "send intor"));
    let found = editor.findings("hello.camp");
    let fault = found.iter().find(|fault| fault["code"] == "unknown-name").unwrap();
    assert_eq!(fault["range"]["start"], crate::lsp::editor::place(CAMPAIGN, "send intro", 5));
    assert_eq!(fault["message"], "there is no message called `intor`\ndid you mean `intro`?");
    editor.change("hello.camp", CAMPAIGN);
    assert!(editor.findings("hello.camp").is_empty());
}

#[test]
fn the_path_to_a_fault_of_the_flow_is_shown() {
    let mut editor = Editor::open(CAMPAIGN);
    editor.findings("hello.camp");
    editor.change("hello.camp", &CAMPAIGN.replace("      on timeout\n", "      on timeout\n        send intro\n"));
    let found = editor.findings("hello.camp");
    let fault = found.iter().find(|fault| fault["code"] == "not-a-relation").unwrap();
    assert!(fault["relatedInformation"].as_array().unwrap().len() >= 2, "{fault}");
}

#[test]
fn a_change_in_one_file_is_seen_in_another() {
    let mut editor = Editor::open(CAMPAIGN);
    editor.findings("hello.camp");
    let workspace = crate::lsp::editor::WORKSPACE.replace("pool sdrs", "pool others");
    editor.show("workspace.camp", &workspace);
    let found = editor.findings("hello.camp");
    assert!(found.iter().any(|fault| fault["code"] == "unknown-name"), "{found:?}");
}

#[test]
fn a_fix_is_offered_for_a_near_miss() {
    let text = CAMPAIGN.replace("send intro", "send intor");
    let mut editor = Editor::open(&text);
    let start = crate::lsp::editor::place(&text, "intor", 0);
    let document = serde_json::json!({"uri": editor.uri("hello.camp")});
    let params =
        serde_json::json!({"textDocument": document, "range": {"start": start, "end": start}, "context": {"diagnostics": []}});
    let offered = editor.ask("textDocument/codeAction", params);
    assert_eq!(offered[0]["title"], "write `intro`", "{offered}");
    assert_eq!(offered[0]["edit"]["changes"][editor.uri("hello.camp")][0]["newText"], "intro");
}
