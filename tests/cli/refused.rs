//! Bad input: the exit code, and a sentence that says what is wrong; nothing is changed by it.

use crate::cli::desk::Desk;

#[track_caller]
fn check(desk: &Desk, words: &[&str], variables: &[(&str, &str)], code: i32, says: &str) {
    let said = desk.with(words, variables);
    assert_eq!(said.code, code, "{words:?}: {said:?}");
    assert!(said.talk.contains(says), "{words:?}: no `{says}` in {said:?}");
    assert!(!said.talk.contains("panicked"), "{words:?}: {said:?}");
    assert_eq!(said.data, "", "{words:?}: {said:?}");
}

const KEY: (&str, &str) = ("POSTPRESS_API_KEY", "k");

#[test]
fn a_wrong_command_line_is_refused() {
    let desk = Desk::new();
    let table: [(&[&str], &str); 22] = [
        (&[], "Usage: engine"),
        (&["stauts"], "similar"),
        (&["check"], "PATHS"),
        (&["check", "nope"], "there is no `nope`"),
        (&["check", "campaigns/lists/contacts.csv"], "no campaign file"),
        (&["fmt", "nope"], "there is no `nope`"),
        (&["graph", "campaigns", "--campaign", "nope"], "no such campaign"),
        (&["explain", "not-a-relatoin"], "did you mean `not-a-relation`?"),
        (&["schema", "nope"], "invalid value"),
        (&["completions", "nope"], "invalid value"),
        (&["init", "."], "nothing was changed"),
        (&["init", "x", "--template", "nope"], "no such template"),
        (&["tasks", "approve", "nope"], "names no task"),
        (&["run", "campaigns", "--speed", "0"], "invalid value"),
        (&["run", "campaigns", "--dashboard", "here"], "127.0.0.1:8081"),
        (&["pause"], "required"),
        (&["pause", "hello", "--all"], "cannot be used with"),
        (&["stop", "--all"], "every contact"),
        (&["resolve", "ines", "perhaps"], "possible values"),
        (&["status", "--where", "a = b"], "not understood"),
        (&["-C", "nope", "status"], "cannot work in nope"),
        (&["--config", "nope.toml", "status"], "nope.toml"),
    ];
    for (words, says) in table {
        check(&desk, words, &[], 2, says);
    }
    assert!(!desk.path(".engine").exists());
}

#[test]
fn unsafe_settings_and_missing_keys_stop_a_run_before_it_begins() {
    let desk = Desk::new();
    let run = ["run", "campaigns", "--yes"];
    check(&desk, &run, &[], 4, "no key");
    check(&desk, &["run", "campaigns"], &[KEY], 2, "say `--yes`");
    check(&desk, &["run", "campaigns", "--yes", "--speed", "10"], &[KEY], 78, "`--speed 10`");
    check(&desk, &["run", "campaigns", "--yes", "--listen", "127.0.0.1:0"], &[KEY], 78, "without a secret");
    check(&desk, &run, &[KEY, ("ENGINE_PUBLIC_URL", "https://e.example")], 78, "without a secret");
    check(&desk, &run, &[KEY, ("ENGINE_NEWS_URL", "https://crm.example/in")], 78, "no key to sign");
    check(&desk, &run, &[KEY, ("POSTPRESS_URL", "http://192.0.2.1/v1")], 78, "`https://`");
    check(&desk, &run, &[KEY, ("POSTPRESS_URL", "nonsense")], 2, "POSTPRESS_URL");
    check(&desk, &run, &[KEY, ("ENGINE_LISTEN", "nonsense")], 2, "ENGINE_LISTEN");
    desk.write("campaigns/bad.camp", "campaign bad\n  version x\n");
    check(&desk, &["run", "campaigns", "--sandbox"], &[], 2, "nothing was started");
    assert!(!desk.path(".engine").exists());
}

#[test]
fn bad_settings_and_bad_data_are_named() {
    let desk = Desk::new();
    check(&desk, &["status"], &[], 1, "nothing has run here yet");
    check(&desk, &["store", "verify"], &[], 1, "nothing has run here yet");
    desk.write("file", "x");
    check(&desk, &["--data", "file", "status"], &[], 2, "`file` is no directory");
    check(&desk, &["status"], &[("ENGINE_DATA", "file")], 2, "`file` is no directory");
    check(&desk, &["run", "campaigns", "--sandbox", "--data", "file"], &[], 2, "`file` is no directory");
    desk.write("engine.toml", "dta = 1\n");
    check(&desk, &["status"], &[], 2, "unknown field `dta`");
    desk.write("engine.toml", "data = [\n");
    check(&desk, &["check", "campaigns"], &[], 2, "engine.toml");
    desk.write("engine.toml", "data = \"else where/ü\"\n");
    check(&desk, &["status"], &[], 1, "else where/ü");
}
