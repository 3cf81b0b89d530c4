//! Completion, hover, format.

use crate::lsp::editor::{CAMPAIGN, Editor, labels};
use serde_json::json;

fn offered(needle: &str, replacement: &str, ahead: usize) -> Vec<String> {
    let text = CAMPAIGN.replacen(needle, replacement, 1);
    let mut editor = Editor::open(&text);
    labels(&editor.ask_at("textDocument/completion", ("hello.camp", &text), replacement, ahead))
}

fn has(offered: &[String], words: &[&str]) {
    for word in words {
        assert!(offered.iter().any(|label| label == word), "no {word} in {offered:?}");
    }
}

#[test]
fn messages_and_channels_behind_send() {
    has(&offered("send intro", "send ", 5), &["intro", "inmail", "whatsapp"]);
}

#[test]
fn outcomes_behind_stop_as() {
    has(&offered("stop as keen", "stop as ", 8), &["keen", "no_answer", "replied", "opted_out"]);
}

#[test]
fn classes_behind_reply_is() {
    has(&offered("reply is interested", "reply is ", 9), &["interested", "opt_out", "out_of_office"]);
}

#[test]
fn fields_and_the_sender_in_a_variable() {
    has(&offered("{{ first_name }}", "{{ ", 3), &["first_name", "company", "sender.first_name"]);
}

#[test]
fn filters_behind_a_bar() {
    has(&offered("{{ first_name }}", "{{ first_name | ", 16), &["title", "truncate", "first_word"]);
}

#[test]
fn statements_in_steps_and_clauses_in_contacts() {
    has(&offered("    connect: invite\n", "    \n", 4), &["invite", "send", "wait up to", "stop as", "end"]);
    has(&offered("    may have company\n", "    \n", 4), &["need", "may have", "skip when", "enter once"]);
}

#[test]
fn events_behind_when_and_nothing_in_a_text() {
    has(&offered("when accepted", "when ", 5), &["accepted", "replied", "reply is"]);
    assert_eq!(offered("Hi {{ first_name }}", "Hi ", 3), Vec::<String>::new());
}

#[test]
fn hover_reads_a_message_as_the_first_contact_would() {
    let mut editor = Editor::open(CAMPAIGN);
    let said = editor.ask_at("textDocument/hover", ("hello.camp", CAMPAIGN), "send intro", 6);
    assert!(said["contents"]["value"].as_str().unwrap().contains("Hi Ada, how are things at Acme?"), "{said}");
}

#[test]
fn hover_says_a_wait_in_dates() {
    let mut editor = Editor::open(CAMPAIGN);
    let said = editor.ask_at("textDocument/hover", ("hello.camp", CAMPAIGN), "wait 2 days", 2);
    let said = said["contents"]["value"].as_str().unwrap();
    assert!(said.contains("ends Sat 9 Jan 2027, 11:00") && said.contains("Mon 11 Jan 2027, 09:00"), "{said}");
}

#[test]
fn hover_counts_the_values_of_a_field() {
    let mut editor = Editor::open(CAMPAIGN);
    let said = editor.ask_at("textDocument/hover", ("hello.camp", CAMPAIGN), "may have company", 10);
    assert!(said["contents"]["value"].as_str().unwrap().contains("1 of 2 rows have a value: `Acme`"), "{said}");
}

#[test]
fn format_lays_the_file_out() {
    let untidy = CAMPAIGN.replace("    connect: invite", "connect:   invite");
    let mut editor = Editor::open(&untidy);
    let document = json!({"uri": editor.uri("hello.camp")});
    let params = json!({"textDocument": document, "options": {"tabSize": 2, "insertSpaces": true}});
    let edits = editor.ask("textDocument/formatting", params);
    assert!(edits[0]["newText"].as_str().unwrap().contains("\n    connect: invite\n"), "{edits}");
}
