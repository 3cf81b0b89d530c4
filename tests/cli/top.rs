//! `engine top`: what it shows at three sizes, what its keys do, and a person at it while an engine comes and goes.

use crate::cli::desk::Desk;
use crate::cli::pty::Terminal;
use crate::cli::terminal::{SHAPES, engine, left_by, one_of};
use campaign_engine::cli::arguments::TimeForm;
use campaign_engine::cli::top::draw::draw;
use campaign_engine::cli::top::screen::Screen;
use campaign_engine::cli::top::view::{Heard, Mode, Seen, View, Wish};
use campaign_engine::model::id::EnrollmentId;
use campaign_engine::runtime::command::Command;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use std::path::Path;

const TIME: &str = "2027-01-04T09:05:00Z";

fn campaign(name: &str, counts: [u64; 6], accepted: f64, is_paused: bool) -> Value {
    let [total, queued, active, paused, parked, ended] = counts;
    json!({
        "name": name, "version": 2, "hash": "h", "current": true, "paused": is_paused,
        "contacts": { "total": total, "queued": queued, "active": active, "paused": paused, "parked": parked, "ended": ended },
        "outcomes": {}, "steps": [], "sends": { "invite": total - queued, "message": 7, "inmail": 0 },
        "rates": { "accepted": accepted, "replied": 0.125 }, "next_wake": null,
    })
}

fn account(name: &str, health: &str, invites: u32) -> Value {
    let budget = |budget: &str, used: u32, cap: u32| {
        let window = json!([{ "window": "24h", "used": used, "cap": cap, "cap_full": cap, "frees_at": null }]);
        json!({ "budget": budget, "windows": window, "cools_until": null, "next_slot": null })
    };
    json!({
        "name": name, "id": "acc", "channel": "linkedin", "tier": "classic", "health": health, "health_word": null,
        "health_since": null, "paused": false, "people": 3, "invites_pending": 0, "invites_pending_max": null, "credits": null,
        "budgets": [budget("invites", invites, 20), budget("messages", 4, 50), budget("inmails", 0, 10), budget("visits", 9, 60)],
        "free_at": null, "next_slot": null, "credits_read_at": null, "next_check": null,
    })
}

fn person(id: u64, name: &str, status: &str) -> Value {
    json!({
        "id": id, "campaign": "renewal", "version": 2, "contact": format!("person-{id:03}"), "name": name, "account": "lina",
        "step": "accept", "status": status, "outcome": null, "reason": "awaits", "next_at": TIME, "relation": "pending",
        "sends": 1, "replied": false, "updated_at": TIME,
    })
}

/// An answer of an engine with something of everything.
fn seen() -> Seen {
    let campaigns = json!([
        campaign("cto_intro", [400, 120, 240, 0, 3, 37], 0.42, false),
        campaign("renewal", [3, 0, 2, 0, 0, 1], 1.0, true),
        campaign("winter_fair_and_what_came_after_it", [20_000, 20_000, 0, 0, 0, 0], 0.0, false),
    ]);
    let accounts = json!([account("lina", "ok", 3), account("wanda", "lost", 20)]);
    let parked =
        json!([{ "id": 7, "contact": "person-007", "name": "Ada \u{1b}[31mLovelace", "why": "nobody knows whether it went" }]);
    let needs = json!({ "replies": 1, "tasks": 2, "parked": 3, "parked_people": parked, "accounts": ["wanda"] });
    let today = json!({ "invites": 3, "messages": 4, "inmails": 0, "accepted": 2, "replied": 1 });
    let people =
        json!([person(1, "Ines Okafor", "active"), person(2, "Jun Takeda", "paused"), person(3, "Zoë Whitlock", "ended")]);
    let read = "readable";
    Seen {
        overview: serde_json::from_value(
            json!({ "schema": "engine.overview/1", "time": TIME, "today": today, "needs": needs, "sparks": {} }),
        )
        .expect(read),
        status: serde_json::from_value(
            json!({ "schema": "engine.status/1", "time": TIME, "paused": false, "campaigns": campaigns, "accounts": accounts }),
        )
        .expect(read),
        people: serde_json::from_value(json!({ "schema": "engine.contacts/1", "time": TIME, "contacts": people, "next": null }))
            .expect(read),
    }
}

fn view() -> View {
    let mut view = View::new(Path::new(".engine"), TimeForm::Iso, false);
    view.hear(Heard::Seen(Box::new(seen()), None));
    view
}

/// Types these, one after the other; what the last asks for.
fn typed(view: &mut View, keys: &str) -> Option<Wish> {
    let code = |key: char| match key {
        '\n' => KeyCode::Enter,
        '\u{1b}' => KeyCode::Esc,
        key => KeyCode::Char(key),
    };
    keys.chars().fold(None, |_, key| view.key(KeyEvent::new(code(key), KeyModifiers::NONE)))
}

fn drawn(view: &View, (rows, columns): (u16, u16)) -> String {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(view, frame)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let cells = buffer.content().chunks(usize::from(columns));
    let rows = cells.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>());
    rows.map(|row| format!("{}\n", row.trim_end())).collect()
}

/// What is shown after these keys, and after what was heard then.
fn scenes() -> Vec<(&'static str, View)> {
    let after = |keys: &str| {
        let mut view = view();
        typed(&mut view, keys);
        view
    };
    let mut gone = after("");
    gone.hear(Heard::Nobody);
    let mut never = View::new(Path::new(".engine"), TimeForm::Iso, false);
    never.hear(Heard::Nobody);
    vec![
        ("overview", after("")),
        ("people of the second campaign", after("j\n")),
        ("those with a word in them", after("j\n/tak")),
        ("before somebody is paused", after("j\np")),
        ("help", after("?")),
        ("the engine has gone", gone),
        ("no engine yet", never),
    ]
}

#[test]
fn it_is_drawn_at_every_size() {
    for (rows, columns) in SHAPES {
        let found: String =
            scenes().iter().map(|(title, view)| format!("== {title}\n{}", drawn(view, (rows, columns)))).collect();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/top/{columns}x{rows}.txt"));
        if std::env::var_os("ENGINE_BLESS").is_some() {
            std::fs::write(&file, &found).unwrap();
        }
        assert!(!found.contains('\u{1b}'), "what others wrote reaches no terminal as it stands");
        assert_eq!(found, std::fs::read_to_string(&file).unwrap_or_default(), "{}", file.display());
    }
    for shape in [(1, 1), (2, 200), (60, 3)] {
        scenes().iter().for_each(|(_, view)| drop(drawn(view, shape)));
    }
}

#[test]
fn keys_do_what_stands_on_the_screen() {
    let mut view = view();
    assert_eq!(typed(&mut view, "jjjj"), None);
    assert_eq!(view.row, 2, "there are three");
    assert_eq!(typed(&mut view, "kk/REN\n"), None);
    assert_eq!(view.campaigns().len(), 1);
    let name = "renewal".to_owned();
    assert_eq!(typed(&mut view, "py"), Some(Wish::Order(Command::ResumeCampaign { name })), "it is paused");
    assert_eq!(typed(&mut view, "pn"), None);
    assert_eq!(typed(&mut view, "\n"), Some(Wish::Look));
    assert_eq!((view.campaign.as_deref(), view.people().len()), (Some("renewal"), 3));
    let pause = Command::Pause { enrollments: vec![EnrollmentId(1)] };
    assert_eq!(typed(&mut view, "py"), Some(Wish::Order(pause)));
    let resume = Command::Resume { enrollments: vec![EnrollmentId(2)] };
    assert_eq!(typed(&mut view, "jpy"), Some(Wish::Order(resume)));
    assert_eq!(typed(&mut view, "jpy"), None, "who has ended is not paused");
    assert_eq!(typed(&mut view, "/ines\u{1b}\u{1b}"), None);
    assert!(view.campaign.is_none() && view.row == 1, "back where it was opened");
    assert_eq!(typed(&mut view, "?q"), None, "any key closes the help");
    assert_eq!(view.mode, Mode::Looking);
    assert_eq!(typed(&mut view, "q"), Some(Wish::Quit));
    assert_eq!(view.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Some(Wish::Quit));
}

#[test]
fn somebody_watches_an_engine_come_and_go() {
    let desk = Desk::new();
    let top = Terminal::start(engine(&desk, &["top"], &[]), (24, 80));
    top.until_says("no engine runs on .engine: `engine run campaigns/` starts one");
    let words = ["run", "campaigns", "--sandbox", "--speed", "2000", "--dashboard", "off"];
    let mut running = desk.start(&words, "talk");
    running.until("hello v1");
    top.until_says("hello v1");
    top.until("calm", |rows| !rows.iter().any(|row| row.contains("no engine")));
    top.types("\r");
    top.until_says("Jun Takeda");
    top.types("/jun\rp");
    top.until_says("pause `Jun Takeda`?");
    top.becomes((12, 40));
    top.types("y");
    top.until("paused", |rows| rows.iter().any(|row| row.contains("Jun Takeda") && row.contains("paused")));
    assert_eq!(desk.lines(&["status", "--where", "paused", "--json"]).len(), 1);
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    top.until_says("the engine has gone away");
    let again = desk.start(&words, "talk");
    top.until("back", |rows| !rows.iter().any(|row| row.contains("gone away")));
    top.types("q");
    let left = top.end();
    assert!(left.code == Some(0) && left.is_usual && left.lines.is_empty() && left.is_below, "{left:?}");
    for signal in ["TERM", "HUP", "INT"] {
        let top = Terminal::start(engine(&desk, &["top"], &[]), (24, 80));
        top.until_says("hello v1");
        top.signal(signal);
        let left = top.end();
        assert!(left.code == Some(0) && left.is_usual && left.lines.is_empty(), "{signal}: {left:?}");
    }
    drop(again);
    let piped = desk.engine(&["top"]);
    assert!(piped.code == 2 && piped.talk.contains("`engine status` prints the same"), "{piped:?}");
}

fn panic_on_top() {
    let mut screen = Screen::enter().unwrap();
    screen.draw(&view()).unwrap();
    one_of(&[], 7);
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let left = left_by("cli::top::a_panic_gives_the_terminal_back", panic_on_top);
    assert!(String::from_utf8_lossy(&left.bytes).contains("NEEDS YOU"), "it was drawn");
    assert!(
        left.lines.iter().any(|line| line.starts_with("index out of bounds") && line.contains("the index is 7")),
        "{}",
        left.text()
    );
    assert!(!left.text().contains("NEEDS YOU"), "{}", left.text());
}
