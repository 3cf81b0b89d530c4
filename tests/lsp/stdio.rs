//! The real program on its stdin and stdout.

use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};
use std::io::BufReader;
use std::process::{Command, Stdio};

#[test]
fn the_program_speaks_the_protocol_and_ends_when_told() {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_engine")).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut say = |message: Message| message.write(&mut input).unwrap();
    say(Message::Request(Request { id: 1.into(), method: "initialize".to_owned(), params: json!({"capabilities": {}}) }));
    let Some(Message::Response(answer)) = Message::read(&mut output).unwrap() else { panic!("no answer") };
    let said = serde_json::to_value(answer).unwrap();
    assert_eq!(said["result"]["capabilities"]["hoverProvider"], true, "{said}");
    say(Message::Notification(Notification::new("initialized".to_owned(), json!({}))));
    say(Message::Request(Request { id: 2.into(), method: "shutdown".to_owned(), params: Value::Null }));
    assert!(matches!(Message::read(&mut output).unwrap(), Some(Message::Response(_))));
    say(Message::Notification(Notification::new("exit".to_owned(), Value::Null)));
    drop(input);
    assert!(child.wait().unwrap().success());
}
