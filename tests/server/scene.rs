//! A dashboard over a town in which people have been written to, and the ways of coming in.

use crate::runtime::town::quiet;
use crate::runtime::wish::{INTRO, program};
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use campaign_engine::cli::days_ahead::Kept;
use campaign_engine::model::account::Health;
use campaign_engine::model::effect::Call;
use campaign_engine::model::enrollment::{Awaits, Hold};
use campaign_engine::model::id::{ContactId, EffectKey, EnrollmentId, TaskId, Visit};
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, Record, Table};
use campaign_engine::model::outgoing::Task;
use campaign_engine::model::program::RosterRow;
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::ask::Ask;
use campaign_engine::runtime::census::watched::Watched;
use campaign_engine::runtime::pulse::Pulse;
use campaign_engine::runtime::query::answer::{answer, lines};
use campaign_engine::server::dashboard::access::COOKIE;
use campaign_engine::server::dashboard::routes::Route;
use campaign_engine::server::dashboard::token::Token;
use campaign_engine::server::dashboard::{Front, router};
use campaign_engine::sim::world::Town;
use campaign_engine::store::contract::{Store, commit};
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

pub const HOST: &str = "127.0.0.1:8081";
pub const HOSTILE: &str = "<script>alert(1)</script>{{7*7}}\"'";

/// Answers out of a store, and writes down what it is told to do.
pub struct Desk {
    store: Arc<Watched>,
    pub pulse: Arc<Pulse>,
    now: Timestamp,
    pub commands: Mutex<Vec<Value>>,
    ahead: Kept,
    /// Made by it.
    pub backups: Mutex<Vec<Value>>,
    /// Nothing it is told to do can be done.
    pub refuses: AtomicBool,
    /// How often the streams asked what happened.
    pub lines_asked: AtomicU64,
}

impl Ask for Desk {
    fn ask(&self, verb: &str, arguments: Value) -> Result<Value, String> {
        match verb {
            "command" if self.refuses.load(Ordering::SeqCst) => Err("it cannot be done".to_owned()),
            "command" => {
                self.commands.lock().unwrap().push(arguments);
                Ok(json!({ "asked": 1, "changed": 1 }))
            }
            "ahead" => self.ahead.days_ahead(&self.store, self.now, self.now),
            "backup" if self.refuses.load(Ordering::SeqCst) => Err("the disk is nearly full".to_owned()),
            "backup" => {
                let mut backups = self.backups.lock().unwrap();
                let at = format!("/data/{HOSTILE}/{}", backups.len());
                let made_at = self.now.iso_ms();
                backups.push(json!({ "path": at, "made_at": made_at, "commits": 7, "bytes": 1_536 }));
                Ok(json!({ "schema": "engine.store.backup/1", "path": at }))
            }
            "backups" => Ok(json!({ "schema": "engine.store.backups/1", "backups": *self.backups.lock().unwrap() })),
            "store" => Ok(json!({ "schema": "engine.store/1", "journal_bytes": 1 })),
            "lines" => {
                self.lines_asked.fetch_add(1, Ordering::SeqCst);
                lines(&*self.store, &self.pulse, self.now, arguments["after"].as_u64().unwrap_or_default())
            }
            _ => answer(&self.store, self.now, verb, &arguments),
        }
    }
}

/// A dashboard over a town in which people have been written to for four days.
pub struct Scene {
    pub front: Arc<Front>,
    pub desk: Arc<Desk>,
    pub token: Token,
    _data: tempfile::TempDir,
}

/// Somebody of the town: their slug, their first name, and what they answer a message with.
pub struct Somebody {
    pub slug: String,
    pub first_name: String,
    pub reply: Option<String>,
}

impl Scene {
    /// Three, named alike.
    pub fn new() -> Self {
        let replies = [("ada", None), ("bob", Some("<img src=x onerror=alert(2)>")), ("dan", None)];
        let named = |(slug, reply): &(&str, Option<&str>)| Somebody {
            slug: (*slug).to_owned(),
            first_name: HOSTILE.to_owned(),
            reply: reply.map(str::to_owned),
        };
        Self::of(&replies.iter().map(named).collect::<Vec<_>>())
    }

    pub fn of(people: &[Somebody]) -> Self {
        let slugs: Vec<&str> = people.iter().map(|one| one.slug.as_str()).collect();
        let mut program = program(&slugs, INTRO, "invites 20 a day", "start 400 a day");
        for (row, one) in program.rosters[0].rows.iter_mut().zip(people) {
            let fields = row.fields().into_iter().chain([("first_name".to_owned(), one.first_name.clone())]).collect();
            *row = RosterRow::alone(row.file(), row.number(), row.key(), &fields);
        }
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("people.json");
        let script = |one: &Somebody| match (one.slug.as_str(), &one.reply) {
            ("dan", _) => json!({ "identifier": one.slug }),
            (_, None) => json!({ "identifier": one.slug, "accepts_after": "2h" }),
            (_, Some(reply)) => {
                json!({ "identifier": one.slug, "accepts_after": "3h", "replies_after": "20h", "reply": reply })
            }
        };
        std::fs::write(&file, Value::Array(people.iter().map(script).collect()).to_string()).unwrap();
        let mut town = Town::new(quiet(program, &file)).unwrap();
        town.live(4).unwrap();
        let token = Token::of(data.path()).unwrap();
        let pulse = Arc::new(Pulse::default());
        let newest: Vec<(EnrollmentId, Entry)> = town
            .enrollments()
            .unwrap()
            .iter()
            .flat_map(|one| town.timeline(one.id).unwrap().into_iter().map(|entry| (one.id, entry)))
            .collect();
        pulse.tell(&newest);
        let desk = Arc::new(Desk {
            store: Arc::new(Watched::over(Arc::clone(&town.store))),
            pulse: Arc::clone(&pulse),
            now: town.now(),
            commands: Mutex::default(),
            ahead: Kept::default(),
            backups: Mutex::default(),
            refuses: AtomicBool::new(false),
            lines_asked: AtomicU64::new(0),
        });
        let front = Front::new(Arc::clone(&desk) as Arc<dyn Ask>, pulse, token.keys(), Vec::new());
        Self { front: Arc::new(front), desk, token, _data: data }
    }

    /// From now on the last of them has a send in doubt, and their account is signed out.
    pub fn goes_wrong(&self) {
        let (store, mut rows) = (&self.desk.store, Vec::new());
        for table in [Table::Enrollment, Table::Account] {
            let mut last = None;
            let mut see = |record| {
                last = Some(record);
                ControlFlow::Continue(())
            };
            store.scan(table, None, &mut see).unwrap();
            rows.extend(last);
        }
        for row in &mut rows {
            match row {
                Record::Enrollment(enrollment) => {
                    let why = format!("whether it was sent could not be read for a day ({HOSTILE})");
                    let hold = Some(Hold::Parked { since: self.desk.now, why });
                    let frame = enrollment.frame_mut().unwrap();
                    frame.awaits = Awaits::Call { call: Call::Invite { note: None }, ready_at: self.desk.now, hold };
                }
                Record::Account(account) => {
                    account.health = Health::Lost { since: self.desk.now, word: "CREDENTIALS".to_owned() }
                }
                _ => {}
            }
        }
        self.put(rows);
    }

    /// From now on somebody of ours is to look at bob.
    pub fn asks(&self, text: &str) {
        let key = EffectKey { enrollment: EnrollmentId(2), visit: Visit(3) };
        self.put(vec![Record::Task(Box::new(Task {
            id: TaskId(key),
            contact: ContactId(2),
            who: "owner".to_owned(),
            address: None,
            text: text.to_owned(),
            at: self.desk.now,
            settled: None,
        }))]);
    }

    fn put(&self, rows: Vec<Record>) {
        let cause = Cause::Command { word: "test".to_owned() };
        let changes = rows.into_iter().map(Change::Put).collect();
        commit(&*self.desk.store, vec![Commit { at: self.desk.now, cause, changes, entries: Vec::new() }]).unwrap();
    }

    pub fn routes(&self) -> Vec<Route> {
        drop(router(&self.front));
        self.front.routes().to_vec()
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        router(&self.front).oneshot(request).await.unwrap()
    }

    /// With the token.
    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.send(self.request("GET", path, &[Shown::Token]).body(Body::empty()).unwrap()).await;
        let status = response.status();
        (status, String::from_utf8(to_bytes(response.into_body(), 1 << 22).await.unwrap().to_vec()).unwrap())
    }

    pub async fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub fn request(&self, method: &str, path: &str, shown: &[Shown]) -> axum::http::request::Builder {
        let host = if shown.contains(&Shown::WrongHost) { "evil.example" } else { HOST };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
        for shown in shown {
            request = match shown {
                Shown::Token => request.header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose())),
                Shown::WrongToken => request.header(header::AUTHORIZATION, "Bearer 0123"),
                Shown::Session => request.header(header::COOKIE, format!("a=b; {COOKIE}={}", self.token.keys().session())),
                Shown::OurOrigin => request.header(header::ORIGIN, format!("http://{HOST}")),
                Shown::ForeignOrigin => request.header(header::ORIGIN, "https://evil.example"),
                Shown::WrongHost => request,
            };
        }
        request
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Token,
    WrongToken,
    Session,
    OurOrigin,
    ForeignOrigin,
    WrongHost,
}

/// A path of that route which leads somewhere.
pub fn filled(route: &Route) -> String {
    route
        .path
        .replace("{id}", if route.path.contains("/tasks/") { "1.1" } else { "1" })
        .replace("{name}", "intro")
        .replace("{verb}", "pause")
}
