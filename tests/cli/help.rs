//! What a newcomer reads: help, the first workspace, the language's verbs.

use crate::cli::desk::Desk;

#[test]
fn help_fits_a_terminal_and_names_every_verb() {
    let desk = Desk::empty();
    let help = desk.done(&["--help"]);
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    for verb in
        "init check fmt test graph explain schema run status why timeline errors contacts pause resume stop reload resolve event \
                 accounts top ping webhooks doctor store sandbox completions man"
            .split_whitespace()
    {
        assert!(help.lines().any(|line| line.trim_start().starts_with(verb)), "{verb}");
        let own = desk.done(&[verb, "--help"]);
        assert!(own.lines().all(|line| line.chars().count() <= 80), "{own}");
        assert!(own.contains("Usage: engine"), "{own}");
    }
    assert!(help.contains("First steps:\n  engine init hello && cd hello"), "{help}");
    assert!(desk.done(&["--version"]).starts_with("engine "));
}

#[test]
fn a_first_workspace_is_checked_formatted_and_drawn() {
    let desk = Desk::empty();
    for (name, flags) in [("über uns", None), ("yaml", Some("--yaml"))] {
        let words: Vec<&str> = ["init", name].into_iter().chain(flags).collect();
        desk.done(&words);
        assert!(desk.done(&["-C", name, "check", "campaigns", "--strict"]).starts_with("hello v1: at most"));
        assert_eq!(desk.done(&["fmt", "--check", &format!("{name}/campaigns")]), "");
        assert!(desk.done(&["graph", name]).contains("title: hello v1"));
        assert!(desk.done(&["graph", name, "--format", "dot"]).starts_with("digraph"));
        assert!(desk.done(&["graph", name, "--format", "svg"]).contains("<title>hello v1</title>"));
        assert!(desk.done(&["graph", name, "--format", "ascii"]).starts_with("hello v1\n========\n\n"));
        assert!(!desk.engine(&["-C", name, "check", "campaigns", "--color", "never"]).data.contains('\u{1b}'));
    }
    use std::os::unix::fs::PermissionsExt;
    let secrets = std::fs::metadata(desk.path("über uns/.env")).unwrap();
    assert_eq!(secrets.permissions().mode() & 0o777, 0o600);
    assert!(desk.done(&["schema", "yaml"]).contains("\"$schema\""));
    assert!(desk.done(&["explain", "not-a-relation"]).starts_with("# not-a-relation"));
    assert!(desk.done(&["completions", "bash"]).contains("complete"));
    assert!(desk.done(&["man"]).contains(".TH engine 1"));
    desk.done(&["man", "--out", "pages"]);
    assert!(std::fs::read_to_string(desk.path("pages/engine-run.1")).unwrap().contains("\\-\\-sandbox"));
}

#[cfg(not(feature = "top"))]
#[test]
fn what_is_not_built_in_says_how_to_have_it() {
    let said = Desk::empty().engine(&["top"]);
    assert!(said.code == 1 && said.talk.contains("cargo install --locked --path . --features top"), "{said:?}");
}
