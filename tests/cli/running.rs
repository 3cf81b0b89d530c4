//! An engine that runs: others ask it, signals steer it, a second one stays out.

use crate::cli::desk::Desk;

#[test]
fn others_ask_it_and_signals_steer_it() {
    let desk = Desk::new();
    let mut running = desk.start(&["run", "campaigns", "--sandbox", "--speed", "60", "--dashboard", "127.0.0.1:0"], "talk");
    running.until("at most 1 invitation");
    let socket = desk.path(".engine/engine.sock");
    while !socket.exists() {
        running.until("hello v1");
    }
    assert!(running.said().contains("dashboard: http://127.0.0.1:"));

    let second = desk.engine(&["run", "campaigns", "--sandbox"]);
    assert!(second.code == 75 && second.talk.contains("another engine holds"), "{second:?}");
    assert_eq!(desk.engine(&["store", "verify"]).code, 75);
    assert_eq!(desk.json(&["status", "--json"])["campaigns"][0]["contacts"]["ended"], 0);
    for (words, says) in [
        (["status", "nope"], "no campaign `nope`"),
        (["why", "nobody-of-this-name"], "nobody called"),
        (["timeline", "nobody-of-this-name"], "nobody called"),
        (["pause", "nobody-of-this-name"], "nobody called"),
        (["why", "a"], "say which"),
    ] {
        let said = desk.engine(&words);
        assert!(said.code == 2 && said.talk.contains(says), "{words:?}: {said:?}");
    }
    let nothing = desk.engine(&["resolve", "mateo", "sent"]);
    assert!(nothing.code == 1 && nothing.talk.contains("nothing of this contact is parked"), "{nothing:?}");
    assert!(desk.done(&["pause", "mateo"]).contains("`mateo` is paused"));
    assert_eq!(desk.lines(&["status", "--where", "paused", "--json"]).len(), 1);

    let campaign = std::fs::read_to_string(desk.path("campaigns/hello.camp")).unwrap();
    desk.write("campaigns/hello.camp", &format!("{campaign}\nnonsense\n"));
    running.signal("HUP");
    running.until("not reloaded: 1 error");
    let refused = desk.engine(&["reload"]);
    assert!(refused.code == 2 && refused.talk.contains("hello.camp:") && refused.talk.contains("not reloaded: 1 error in"));
    desk.write("campaigns/hello.camp", &campaign);
    desk.write("campaigns/second.camp", &campaign.replace("campaign hello", "campaign second"));
    running.signal("HUP");
    running.until("\nreloaded");
    assert_eq!(desk.json(&["status", "--json"])["campaigns"].as_array().map(Vec::len), Some(2));

    desk.write("campaigns/third.camp", &campaign.replace("campaign hello", "campaign third"));
    let read = desk.done(&["reload"]);
    assert!(read.contains("third v1: ") && read.ends_with("\nreloaded\n"), "{read}");
    let told = desk.json(&["reload", "--json"]);
    let lines = told["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line.as_str().unwrap().starts_with("hello v1: 8 known")), "{told}");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    assert_eq!(desk.json(&["status", "--json"])["campaigns"].as_array().map(Vec::len), Some(3));
    let nobody = desk.engine(&["reload"]);
    assert!(nobody.code == 1 && nobody.talk.contains("no engine runs on the data in .engine"), "{nobody:?}");
}

#[test]
fn a_pipe_that_closes_is_no_fault() {
    let desk = Desk::empty();
    let engine = env!("CARGO_BIN_EXE_engine");
    let line = format!("'{engine}' explain --list | head -1; '{engine}' --help | head -1");
    let output = std::process::Command::new("sh").args(["-c", &line]).current_dir(desk.folder.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn whoever_wrote_is_answered_by_hand() {
    let desk = Desk::new();
    let words = ["run", "campaigns", "--sandbox", "--speed", "100000", "--yes", "--dashboard", "off"];
    let mut running = desk.start(&words, "talk");
    running.until("replied: ");
    let thread = desk.json(&["inbox", "--json"])["threads"][0].clone();
    let contact = thread["contact"].as_str().unwrap();
    assert!(thread["is_open"] == true && thread["underway"] == "", "{thread}");
    let refused = desk.engine(&["inbox", "reply", contact, " "]);
    assert!(refused.code == 1 && refused.talk.contains("there is nothing in it"), "{refused:?}");
    assert!(desk.done(&["inbox", "reply", contact, "Shall we say Tuesday?"]).contains("sends it next"));
    running.until("sent what one of you wrote");
    let after = desk.json(&["inbox", "show", contact, "--json"]);
    let lines = after["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["by"] == "we" && line["text"] == "Shall we say Tuesday?"), "{after}");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}
