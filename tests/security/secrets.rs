//! Secrets stand in the environment or `.env`, and nowhere else: a run with canaries for keys leaves none behind.

use crate::cli::desk::Desk;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

const KEY: &str = "canary-key-5f1d9c3ab7";
const SECRET: &str = "canary-secret-77e0b2d4";

fn files(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match std::fs::symlink_metadata(&path).unwrap().file_type() {
            kind if kind.is_dir() => files(&path, found),
            kind if kind.is_file() => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
            _ => {}
        }
    }
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

const PAGES: [&str; 12] = [
    "/",
    "/contacts",
    "/contacts/1",
    "/campaigns/hello",
    "/accounts",
    "/inbox",
    "/events",
    "/settings",
    "/metrics",
    "/api/v1/status",
    "/api/v1/accounts",
    "/openapi.json",
];

/// A page of the dashboard that `talk` names, as its owner gets it.
fn page(talk: &str, path: &str) -> Vec<u8> {
    let (_, address) = talk.split_once("dashboard: http://").unwrap();
    let (at, token) = address.split_whitespace().next().unwrap().split_once("/login?token=").unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[test]
fn no_secret_is_left_behind() {
    let desk = Desk::new();
    desk.write(".env", &format!("POSTPRESS_API_KEY={KEY}\nENGINE_WEBHOOK_SECRET={SECRET}\n"));
    std::fs::set_permissions(desk.path(".env"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut running =
        desk.start(&["run", "campaigns", "--sandbox", "--speed", "86400", "-vv", "--dashboard", "127.0.0.1:0"], "talk");
    running.until("at most 1 invitation");
    while !desk.path(".engine/engine.sock").exists() {
        running.until("at most 1 invitation");
    }
    let line = std::fs::read(format!("/proc/{}/cmdline", running.id())).unwrap_or_default();
    assert!(!holds(&line, KEY) && !holds(&line, SECRET), "an argument is seen by everybody");
    let mut shown = Vec::new();
    for path in PAGES {
        let answer = page(&running.said(), path);
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{path}: {}", String::from_utf8_lossy(&answer));
        shown.extend(answer);
    }
    assert!(!holds(&shown, KEY) && !holds(&shown, SECRET), "no page shows a secret");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    let mut said = std::fs::read(desk.path("talk")).unwrap();
    for words in [
        &["status", "--json"][..],
        &["accounts"],
        &["doctor"],
        &["webhooks", "list"],
        &["store", "stats"],
        &["check", "campaigns"],
    ] {
        let done = desk.engine(words);
        said.extend(format!("{done:?}").into_bytes());
    }
    assert!(!holds(&said, KEY) && !holds(&said, SECRET), "{}", String::from_utf8_lossy(&said));
    let mut found = Vec::new();
    files(desk.folder.path(), &mut found);
    assert!(found.iter().any(|(name, _)| name.contains(".engine/journal")), "the run left a journal");
    for (name, bytes) in found.iter().filter(|(name, _)| !name.ends_with(".env")) {
        assert!(!holds(bytes, KEY) && !holds(bytes, SECRET), "{name}");
    }
}
