//! The pretend postpress: answers, refusals, people, the ledger, faults, webhooks.

mod faults;
mod http;
mod ledger;
mod messages;
mod people;
mod relations;
mod script;
mod sdk;
mod shapes;
mod webhooks;

use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::runtime::clock::SetClock;
use campaign_engine::sim::faults::{Faults, Rule};
use campaign_engine::sim::people::directory::Directory;
use campaign_engine::sim::postpress::account::AccountSeed;
use campaign_engine::sim::postpress::call::Call;
use campaign_engine::sim::postpress::{Answer, Settings, World};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// 2026-09-14T08:00:00Z, a Monday.
pub const START: Timestamp = Timestamp(1_789_372_800_000);

/// A world with a clock set by hand.
pub struct Sandbox {
    pub world: Arc<World>,
    pub clock: Arc<SetClock>,
}

/// What a test wants to be different from the default world.
#[derive(Default)]
pub struct Wish {
    pub people: Option<Directory>,
    pub ledger: Option<PathBuf>,
    pub faults: Vec<Rule>,
    pub seed: u64,
    pub now: Option<Timestamp>,
}

impl Sandbox {
    pub fn new() -> Self {
        Self::with(Wish::default())
    }

    pub fn with(wish: Wish) -> Self {
        let clock = Arc::new(SetClock::at(wish.now.unwrap_or(START)));
        let settings = Settings {
            people: wish.people.unwrap_or_else(|| Directory::default_world(wish.seed)),
            accounts: AccountSeed::default_world(),
            key: "sandbox".to_owned(),
            clock: clock.clone(),
            ledger: wish.ledger,
            faults: Faults::new(wish.seed, wish.faults),
        };
        Self { world: Arc::new(World::open(settings).unwrap()), clock }
    }

    /// Two people: `ada` accepts after 2 h and replies after 1 h, `bo` never does anything.
    pub fn scripted(mut wish: Wish) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("people.csv");
        let text = "identifier,accepts_after,replies_after,reply,relation,open_profile\nada,2h,1h,\"Yes, tell me more\",,\nbo,,,,,yes\ncy,,,,yes,\n+44 7700 900123,,30m,Sure,,\n";
        std::fs::write(&file, text).unwrap();
        wish.people = Some(campaign_engine::sim::people::file::read(&file, wish.seed).unwrap());
        Self::with(wish)
    }

    pub fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.world.answer(&Call::json(method, path, "sandbox", body))
    }

    /// Status and JSON.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let answer = self.call(method, path, body);
        (answer.reply.status, answer.reply.value().clone())
    }

    pub fn get(&self, path: &str) -> Value {
        let (status, value) = self.ask("GET", path, None);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    pub fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask("POST", path, Some(body))
    }

    pub fn id_of(&self, account: &str, identifier: &str) -> String {
        self.get(&format!("users/{identifier}?account_id={account}"))["provider_id"].as_str().unwrap().to_owned()
    }

    pub fn invite(&self, account: &str, identifier: &str, note: Option<&str>) -> (u16, Value) {
        let id = self.id_of(account, identifier);
        self.post("users/invite", json!({"account_id": account, "provider_id": id, "message": note}))
    }

    pub fn message(&self, account: &str, identifier: &str, text: &str) -> (u16, Value) {
        let id = self.id_of(account, identifier);
        self.post("chats", json!({"account_id": account, "attendees_ids": [id], "text": text}))
    }

    pub fn pass(&self, ms: i64) {
        use campaign_engine::runtime::clock::Clock;
        self.clock.set(self.clock.now().plus_ms(ms));
    }

    pub fn pass_days(&self, days: i64) {
        self.pass(days * DAY_MS);
    }

    /// Bodies of the webhooks that are due.
    pub fn told(&self) -> Vec<Value> {
        self.world.deliveries().iter().map(|delivery| serde_json::from_slice(&delivery.body).unwrap()).collect()
    }

    /// Registers webhooks for everything.
    pub fn listen(&self) {
        for (source, events) in [
            ("messaging", json!(["message_received", "message_read", "message_reaction", "message_delivered"])),
            ("users", json!(["new_relation"])),
            ("account_status", json!(["credentials", "reconnected", "ok", "deleted"])),
        ] {
            let (status, _) = self.post(
                "webhooks",
                json!({"source": source, "request_url": "http://127.0.0.1:9/hook", "name": "test", "events": events}),
            );
            assert_eq!(status, 201);
        }
    }
}

/// `errors/…` of a refusal, with its status.
pub fn refusal((status, value): (u16, Value)) -> String {
    format!("{status} {}", value["type"].as_str().unwrap_or("none").trim_start_matches("errors/"))
}

pub fn list(items: &Value, key: &str) -> Vec<String> {
    items["items"].as_array().unwrap().iter().map(|item| item[key].as_str().unwrap_or_default().to_owned()).collect()
}
