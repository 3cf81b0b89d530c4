//! Definitions, references, rename.

use crate::lsp::editor::{CAMPAIGN, Editor, WORKSPACE, place};
use serde_json::json;

const HELLO: (&str, &str) = ("hello.camp", CAMPAIGN);

#[test]
fn a_message_is_defined_where_it_is_written() {
    let mut editor = Editor::open(CAMPAIGN);
    let found = editor.ask_at("textDocument/definition", HELLO, "send intro", 6);
    assert_eq!(found["range"]["start"], place(CAMPAIGN, "message intro", 8));
}

#[test]
fn a_pool_is_defined_in_another_file() {
    let mut editor = Editor::open(CAMPAIGN);
    let found = editor.ask_at("textDocument/definition", HELLO, "pool sdrs", 6);
    assert_eq!(found["uri"], editor.uri("workspace.camp"));
    assert_eq!(found["range"]["start"], place(WORKSPACE, "sdrs", 0));
}

#[test]
fn a_field_in_a_text_is_defined_where_it_is_declared() {
    let mut editor = Editor::open(CAMPAIGN);
    let found = editor.ask_at("textDocument/definition", HELLO, "{{ company", 5);
    assert_eq!(found["range"]["start"], place(CAMPAIGN, "may have company", 9));
}

#[test]
fn every_use_of_an_outcome_is_found() {
    let mut editor = Editor::open(CAMPAIGN);
    let found =
        editor.ask_with("textDocument/references", HELLO, "no_answer", 1, json!({"context": {"includeDeclaration": true}}));
    assert_eq!(found.as_array().unwrap().len(), 3, "{found}");
}

#[test]
fn a_rename_reaches_every_file() {
    let mut editor = Editor::open(CAMPAIGN);
    let edit = editor.ask_with("textDocument/rename", HELLO, "pool sdrs", 6, json!({"newName": "emea"}));
    let changed = |file: &str| edit["changes"][editor.uri(file)].as_array().map_or(0, Vec::len);
    assert_eq!((changed("hello.camp"), changed("workspace.camp")), (1, 1), "{edit}");
}

#[test]
fn a_name_that_cannot_be_one_is_refused_with_the_reason() {
    let mut editor = Editor::open(CAMPAIGN);
    let refused = editor.ask_with("textDocument/rename", HELLO, "send intro", 6, json!({"newName": "Send"}));
    assert!(refused["error"]["message"].as_str().unwrap().contains("lower_case"), "{refused}");
    let refused = editor.ask_with("textDocument/rename", HELLO, "{{ company", 5, json!({"newName": "firm"}));
    assert!(refused["error"]["message"].as_str().unwrap().contains("column"), "{refused}");
}
