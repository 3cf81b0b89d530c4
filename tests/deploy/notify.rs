//! The real engine tells systemd: ready when it answers, alive by its turns, stopping when told to.

use crate::cli::desk::Desk;
use crate::deploy::ear::Ear;
use std::io::{Read, Write};
use std::net::TcpListener;

const RUN: [&str; 7] = ["run", "campaigns", "--sandbox", "--speed", "60", "--dashboard", "off"];

#[test]
fn systemd_hears_that_it_is_ready_alive_and_stopping() {
    let (desk, ear) = (Desk::new(), Ear::new());
    assert!(desk.engine(&["ping"]).talk.contains("no engine runs on the data in .engine"));
    let running = desk.start_with(&RUN, "talk", &[("NOTIFY_SOCKET", &ear.address()), ("WATCHDOG_USEC", "300000")]);
    let before = ear.until("READY=1");
    assert_eq!(before[0], "READY=1", "nothing is said of an engine that is not ready");
    assert_eq!(desk.done(&["ping"]), "the engine takes its turns\n");
    assert_eq!(desk.json(&["ping", "--json"])["schema"], "engine.ping/1");
    assert_eq!(desk.json(&["status", "--json"])["campaigns"][0]["name"], "hello");
    for _ in 0..3 {
        let heard = ear.until("WATCHDOG=1");
        assert!(heard.contains(&"STATUS=taking turns".to_owned()), "{heard:?}");
    }
    running.signal("TERM");
    let heard = ear.until("STOPPING=1");
    assert_eq!(heard.last().unwrap(), "STATUS=stopping: calls in flight finish");
    assert_eq!(running.end(), 0);
    let after = ear.rest();
    assert!(!after.iter().any(|line| line == "READY=1" || line == "STATUS=taking turns"), "{after:?}");
    let gone = desk.engine(&["ping"]);
    assert!(gone.code == 1 && gone.talk.contains("no engine runs"), "{gone:?}");
}

#[test]
fn it_is_not_ready_before_postpress_has_answered() {
    let (desk, ear) = (Desk::new(), Ear::new());
    let postpress = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", postpress.local_addr().unwrap());
    let variables = [("NOTIFY_SOCKET", ear.address()), ("POSTPRESS_URL", url), ("POSTPRESS_API_KEY", "revoked".to_owned())];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let running = desk.start_with(&["run", "campaigns", "--dashboard", "off"], "talk", &variables);
    let (mut asked, _) = postpress.accept().unwrap();
    assert!(asked.read(&mut [0; 1024]).unwrap() > 0);
    assert!(ear.rest().is_empty(), "it waits for an answer");
    assert_eq!(desk.engine(&["ping"]).code, 1);
    let refusal = r#"{"error":"unauthorized"}"#;
    let answer = format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{refusal}", refusal.len());
    asked.write_all(answer.as_bytes()).unwrap();
    drop(asked);
    assert_eq!(running.end(), 4);
    assert!(ear.rest().is_empty(), "an engine that never ran was never ready");
}
