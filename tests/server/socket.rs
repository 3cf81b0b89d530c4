//! Commands that ask the running engine.

use campaign_engine::runtime::ask::Ask;
use campaign_engine::server::socket::{AskFault, ask, bind, serve};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::oneshot;

struct Echo;

impl Ask for Echo {
    fn ask(&self, verb: &str, arguments: Value) -> Result<Value, String> {
        match verb {
            "echo" => Ok(arguments),
            "panic" => panic!("as the test wants"),
            other => Err(format!("`{other}` is no verb")),
        }
    }
}

/// Runs `asking` beside an engine that listens in `dir`.
fn beside(dir: &Path, asking: impl FnOnce(&Path) + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let (off, told) = oneshot::channel::<()>();
        let listener = bind(dir).unwrap();
        let owned = dir.to_owned();
        let served = tokio::spawn(async move { serve(listener, &owned, Arc::new(Echo), async { drop(told.await) }).await });
        let at = dir.to_owned();
        let asked = tokio::task::spawn_blocking(move || asking(&at)).await;
        off.send(()).unwrap();
        served.await.unwrap();
        asked.unwrap();
    });
    assert!(ask(dir, "echo", Value::Null).unwrap().is_none(), "nobody listens any more");
    assert!(!dir.join("engine.sock").exists());
}

#[test]
fn a_verb_is_answered_and_a_refusal_is_the_engines_own_words() {
    let dir = tempfile::tempdir().unwrap();
    assert!(ask(dir.path(), "echo", Value::Null).unwrap().is_none());
    assert!(ask(&dir.path().join("missing"), "echo", Value::Null).unwrap().is_none());
    beside(dir.path(), |dir| {
        let arguments = json!({"campaign": "cto_intro", "text": "a\nb\u{2028}c", "n": [1, 2.5, null]});
        assert_eq!(ask(dir, "echo", arguments.clone()).unwrap(), Some(arguments));
        let large = json!("x".repeat(5_000_000));
        assert_eq!(ask(dir, "echo", large.clone()).unwrap(), Some(large));
        let refused = ask(dir, "dance", Value::Null).unwrap_err();
        assert!(matches!(&refused, AskFault::Refused(why) if why == "`dance` is no verb"), "{refused}");
        let failed = ask(dir, "panic", Value::Null).unwrap_err();
        assert!(failed.to_string().contains("the running engine failed"), "{failed}");
        assert_eq!(ask(dir, "echo", json!(1)).unwrap(), Some(json!(1)), "and goes on");
        let mode = std::fs::metadata(dir.join("engine.sock")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    });
}

#[test]
fn what_a_crash_left_is_put_away_and_what_is_no_socket_is_left() {
    let dir = tempfile::tempdir().unwrap();
    drop(std::os::unix::net::UnixListener::bind(dir.path().join("engine.sock")).unwrap());
    assert!(ask(dir.path(), "echo", Value::Null).unwrap().is_none(), "a dead socket: nobody listens");
    beside(dir.path(), |dir| assert_eq!(ask(dir, "echo", json!(7)).unwrap(), Some(json!(7))));
    std::fs::write(dir.path().join("engine.sock"), b"precious").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(async { bind(dir.path()).map(drop) }).unwrap_err();
    assert!(refused.to_string().contains("is no socket"), "{refused}");
    assert_eq!(std::fs::read(dir.path().join("engine.sock")).unwrap(), b"precious");
}

#[test]
fn a_long_path_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a".repeat(100)).join("b".repeat(100));
    std::fs::create_dir_all(&deep).unwrap();
    beside(&deep, |dir| assert_eq!(ask(dir, "echo", json!(7)).unwrap(), Some(json!(7))));
}

#[test]
fn broken_questions_are_refused_and_harm_nobody() {
    let dir = tempfile::tempdir().unwrap();
    beside(dir.path(), |dir| {
        for question in [
            "",
            "\n",
            "hello\n",
            "{}\n",
            "[]\n",
            "{\"verb\":7}\n",
            "{\"verb\":\"echo\"",
            "\u{0}\n",
            "{\"verb\":\"echo\"}\n{\"verb\":\"x\"}\n",
        ] {
            let mut stream = UnixStream::connect(dir.join("engine.sock")).unwrap();
            stream.write_all(question.as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let expected = match question {
                "" => "".to_owned(),
                q if q.starts_with("{\"verb\":\"echo\"}\n") => "{\"ok\":null}\n{\"error\":\"`x` is no verb\"}\n".to_owned(),
                q if q.ends_with('\n') => {
                    "{\"error\":\"the question is not understood; is the asking engine of another version\"}\n".to_owned()
                }
                _ => "{\"error\":\"the question is too large or broke off; narrow it\"}\n".to_owned(),
            };
            assert_eq!(answer, expected, "{question:?}");
        }
        assert_eq!(ask(dir, "echo", json!(1)).unwrap(), Some(json!(1)));
    });
}
