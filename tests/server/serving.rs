//! An engine of its own over the shipped campaigns in the sandbox, whose API is asked over loopback.

use crate::cli::desk::{Desk, Running, SPEED};
use crate::cli::store::copy;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// The engine, the folder it runs in, and the way to its API.
pub struct Serving {
    pub desk: Desk,
    /// `127.0.0.1:40001`
    pub address: String,
    pub token: String,
    running: Running,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub body: String,
}

impl Serving {
    /// In the midst of it: everybody is on their way, and a day passes in four seconds.
    pub fn under_way() -> Self {
        Self::with(shipped(), &["--speed", "20000"])
    }

    /// After everybody has ended; time goes on at the wall's pace.
    pub fn at_the_end() -> Self {
        let desk = shipped();
        desk.done(&["run", "campaigns", "--sandbox", "--until-idle", "--yes", "--dashboard", "off", "--speed", SPEED]);
        Self::with(desk, &["--speed", "1"])
    }

    /// Over the campaigns of that folder, with those words more.
    pub fn with(desk: Desk, more: &[&str]) -> Self {
        let words = [&["run", "campaigns", "--sandbox", "--yes", "--dashboard", "127.0.0.1:0"], more].concat();
        let mut running = desk.start(&words, "talk");
        running.until("dashboard: http://127.0.0.1:");
        let said = running.said();
        let address = said.split("dashboard: http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        while !desk.path(".engine/engine.sock").exists() {
            running.until("dashboard: ");
        }
        let token = std::fs::read_to_string(desk.path(".engine/dashboard.token")).unwrap().trim().to_owned();
        Self { desk, address, token, running }
    }

    /// Its own words so far.
    pub fn said(&self) -> String {
        self.running.said()
    }

    /// With the token.
    pub fn get(&self, path: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // A connection of the older kind ends with its answer, and nothing comes in chunks.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n", self.address, self.token).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let kind = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default().to_owned();
        Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), kind, body: body.to_owned() }
    }

    /// A document.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!((answer.status, answer.kind.as_str()), (200, "application/json"), "{path}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }
}

fn shipped() -> Desk {
    let desk = Desk::empty();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns"), &desk.path("campaigns"));
    desk
}
