//! The real receiver over a store in memory, reached over loopback.

use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::Table;
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::clock::Clock;
use campaign_engine::runtime::directory::Directory;
use campaign_engine::runtime::errand::Message;
use campaign_engine::runtime::gate::Gate;
use campaign_engine::runtime::receive::{Door, Receiver};
use campaign_engine::server::connections::Limits;
use campaign_engine::server::secrets::Secrets;
use campaign_engine::server::webhooks::{Patience, serve_with};
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Mailbox, channel};
use tokio::sync::oneshot;

pub const SECRET: &str = "correct-horse-battery";
/// A message that could matter.
pub const BODY: &str = r#"{"event":"message_received","account_id":"acc_lina","account_type":"LINKEDIN","chat_id":"c1","message_id":"m1","message":"hello","timestamp":"2027-01-04T09:00:00.000Z","sender":{"attendee_provider_id":"ACoAA1"},"attendees":[{"attendee_provider_id":"ACoAA1"}]}"#;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(1_799_046_000_000)
    }

    fn until(&self, _: Timestamp) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

/// A receiver that runs until it is dropped.
pub struct House {
    pub at: SocketAddr,
    pub store: Arc<MemoryStore>,
    pub mailbox: Mailbox<Message>,
    off: Option<oneshot::Sender<()>>,
    ended: Option<std::thread::JoinHandle<()>>,
}

impl House {
    pub fn new(secrets: &str) -> Self {
        let (post, mailbox) = channel();
        let store = Arc::new(MemoryStore::new());
        let directory = Arc::new(Directory::default());
        let receiver = Receiver::new(Arc::clone(&store) as _, Arc::new(Still), Arc::new(Gate::default()), directory, post);
        let secrets = Secrets::parse(&secrets.into()).unwrap();
        let (off, told) = oneshot::channel();
        let (tell, address) = channel();
        let ended = std::thread::spawn(move || {
            let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            threads.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let limits = Limits { farewell: std::time::Duration::ZERO, ..Limits::default() };
                let patience = Patience { limits, ..Patience::default() };
                serve_with(listener, Arc::new(Door(receiver)), secrets, patience, async { drop(told.await) }).await;
            });
        });
        Self { at: address.recv().unwrap(), store, mailbox, off: Some(off), ended: Some(ended) }
    }

    /// The status of the answer to these bytes, on a connection of their own; zero: none came.
    pub fn raw(&self, bytes: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(self.at).unwrap();
        // Whoever is refused early may have been hung up on before it has said everything.
        drop(stream.write_all(bytes));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let text = String::from_utf8_lossy(&answer).into_owned();
        text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
    }

    pub fn request(&self, line: &str, headers: &str, body: &[u8]) -> u16 {
        let head = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
        self.raw(&[head.as_bytes(), body].concat())
    }

    pub fn post(&self, headers: &str, body: &[u8]) -> u16 {
        self.request("POST /webhooks/postpress", headers, body)
    }

    /// How far the journal is.
    pub fn last(&self) -> Lsn {
        self.store.figures().last
    }

    pub fn rows(&self, table: Table) -> usize {
        let mut rows = 0;
        let mut see = |_| {
            rows += 1;
            ControlFlow::Continue(())
        };
        self.store.scan(table, None, &mut see).unwrap();
        rows
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.off.take());
        if let Some(ended) = self.ended.take() {
            drop(ended.join());
        }
    }
}

pub fn auth(secret: &str) -> String {
    format!("Postpress-Auth: {secret}\r\n")
}
