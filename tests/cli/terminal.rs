//! `engine run` on a terminal: calm at every size, and the terminal is as it was whatever ends it.

use crate::cli::desk::{Desk, SPEED};
use crate::cli::pty::{Left, Shape, Terminal};
use campaign_engine::cli::board::{Board, Progress};
use campaign_engine::cli::voice::Voice;
use pty_process::blocking::Command;

/// The usual one, a large one, a corner of a screen.
pub const SHAPES: [Shape; 3] = [(24, 80), (60, 200), (12, 40)];
/// A run that lasts as long as the test wants.
const SLOW: [&str; 6] = ["run", "campaigns", "--sandbox", "--dashboard", "off", "--speed"];
/// The last line of what is drawn anew.
pub const FOOT: &str = "· Ctrl-C stops";

pub fn engine(desk: &Desk, words: &[&str], variables: &[(&str, &str)]) -> Command {
    let command = Command::new(env!("CARGO_BIN_EXE_engine")).current_dir(desk.folder.path()).args(words);
    let command = command.env_clear().env("HOME", desk.folder.path()).env("TERM", "xterm-256color").env("TZ", "UTC");
    variables.iter().fold(command, |command, (name, value)| command.env(name, value))
}

fn slow(desk: &Desk, shape: Shape) -> Terminal {
    let words = [&SLOW[..], &["20000"]].concat();
    let terminal = Terminal::start(engine(desk, &words, &[]), shape);
    terminal.until_says(FOOT);
    terminal
}

/// The rows where something is drawn anew.
fn drawn(rows: &[String]) -> Vec<&String> {
    rows.iter().filter(|row| row.contains(['█', '░']) || row.contains(FOOT) || row.starts_with("  ada ")).collect()
}

/// One bar and one account above the foot, each once, nothing below.
fn is_whole(rows: &[String]) -> bool {
    let drawn = drawn(rows);
    let last = rows.iter().rfind(|row| !row.is_empty());
    drawn.len() == 3 && drawn.last().copied() == last && last.is_some_and(|row| row.contains(FOOT))
}

/// The terminal is as it was, and of what was drawn only the bars are left.
#[track_caller]
fn is_given_back(left: &Left) {
    assert!(left.is_usual && left.is_below, "{left:?}");
    assert!(!left.text().contains(FOOT), "{}", left.text());
    assert_eq!(left.lines.iter().filter(|line| line.contains(['█', '░'])).count(), 1, "{}", left.text());
}

#[test]
fn a_line_stays_a_line_at_every_size() {
    for shape in SHAPES {
        let desk = Desk::new();
        let words = [&SLOW[..], &[SPEED, "--until-idle"]].concat();
        let left = Terminal::start(engine(&desk, &words, &[]), shape).end();
        assert_eq!(left.code, Some(0), "{}", left.text());
        assert_eq!(left.broken, None, "{shape:?}: {}", left.text());
        is_given_back(&left);
        let bar = left.lines.iter().find(|line| line.contains('█')).unwrap();
        assert!(bar.starts_with("  hello ") && bar.contains(" 8/8 ") && bar.contains(" replied"), "{bar}");
        let ended = left.lines.iter().filter(|line| line.contains("ended") || line.contains("replied")).count();
        assert!(ended >= 8, "everybody's end is told: {}", left.text());
        assert_eq!(left.lines.last().unwrap(), "done: every contact has ended");
        // Every line of the log begins with a weekday or a day and says who.
        let names = ["Ines", "Tomás", "Priya", "Zoë", "Mateo", "Aïcha", "Jun", "Freya"];
        let told = left.lines.iter().filter(|line| names.iter().any(|name| line.contains(name))).collect::<Vec<_>>();
        let begins = |line: &str| line.starts_with(|c: char| c.is_ascii_digit()) || line.get(3..4) == Some(" ");
        assert!(told.len() > 16 && told.iter().all(|line| begins(line)), "{}", left.text());
    }
}

#[test]
fn another_size_tears_nothing() {
    let desk = Desk::new();
    let terminal = slow(&desk, (24, 80));
    for shape in [(12, 40), (60, 200), (24, 39), (8, 200), (24, 80)] {
        terminal.becomes(shape);
        terminal.until("whole", is_whole);
        // Half of it is for what is said.
        assert!(drawn(&terminal.rows()).len() <= usize::from(shape.0) / 2);
    }
    terminal.types("\u{3}");
    let left = terminal.end();
    assert_eq!((left.code, left.broken.as_ref()), (Some(0), None), "{}", left.text());
    is_given_back(&left);
}

#[test]
fn the_terminal_is_given_back_whatever_ends_the_run() {
    for (key, signal) in [(Some("\u{3}"), ""), (None, "INT"), (None, "TERM")] {
        let desk = Desk::new();
        let terminal = slow(&desk, (24, 80));
        terminal.until("whole", is_whole);
        match key {
            Some(key) => terminal.types(key),
            None => terminal.signal(signal),
        }
        let left = terminal.end();
        assert_eq!((left.code, left.broken.as_ref()), (Some(0), None), "{signal}: {}", left.text());
        is_given_back(&left);
        assert!(left.text().contains("stopping: no new call starts"), "{}", left.text());
        assert_eq!(left.lines.last().unwrap(), "stopped: all is durable; `engine run` goes on from here");
    }
}

#[test]
fn a_run_that_is_killed_leaves_a_terminal_that_works() {
    let desk = Desk::new();
    let terminal = slow(&desk, (24, 80));
    terminal.signal("KILL");
    let left = terminal.end();
    assert!(left.code.is_none() && left.is_usual, "{left:?}");
    for (what, escape) in [("the cursor is never hidden", "[?25l"), ("there is one screen", "[?1049h"), ("", "[?47h")] {
        assert!(!String::from_utf8_lossy(&left.bytes).contains(escape), "{what}");
    }
}

#[test]
fn who_wants_no_escapes_gets_plain_lines() {
    for variables in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let desk = Desk::new();
        let words = [&SLOW[..], &[SPEED, "--until-idle"]].concat();
        let left = Terminal::start(engine(&desk, &words, &[variables]), (24, 80)).end();
        assert_eq!(left.code, Some(0));
        assert!(!left.bytes.contains(&0x1b) && left.broken.is_none(), "{variables:?}: {}", left.text());
        assert!(left.is_usual && left.is_below && left.text().contains("invited"), "{}", left.text());
    }
    let desk = Desk::new();
    let words = [&SLOW[..], &[SPEED, "--until-idle", "-vv"]].concat();
    let said = desk.engine(&words);
    assert!(said.code == 0 && said.talk.contains("invited"), "{said:?}");
    assert!(!said.talk.contains('\u{1b}') && !said.data.contains('\u{1b}'), "{said:?}");
}

/// A voice with lines drawn anew, and then a fault of ours.
fn panic_twice() {
    let voice = Voice::new(true);
    voice.mind_panics();
    voice.show(vec!["  hello ░░░░".to_owned(), format!("  noon {FOOT}")]);
    voice.say("before");
    let other = voice.clone();
    // One that is caught, as a fault at a contact is, and the run goes on.
    assert!(std::thread::spawn(move || other.clone().say(&format!("{}", one_of(&[], 7)))).join().is_err());
    voice.say("after");
    let guard = Given(voice);
    one_of(&[], 8);
    drop(guard);
}

/// As `Live` does when a run breaks.
struct Given(Voice);

impl Drop for Given {
    fn drop(&mut self) {
        self.0.say("  hello ░░░░");
        self.0.hush();
    }
}

/// Panics where there is none.
pub fn one_of(all: &[u8], at: usize) -> u8 {
    all[at]
}

/// Says to a test that it was started by itself.
const BY_ITSELF: &str = "ENGINE_TEST_BY_ITSELF";

/// What the test of that name leaves on a terminal when it is started again, in a process of its own, and breaks off by `panic`.
pub fn left_by(test: &str, panic: fn()) -> Left {
    if std::env::var_os(BY_ITSELF).is_some() {
        panic();
        unreachable!("it has to panic");
    }
    let words = ["--exact", test, "--nocapture", "--test-threads=1"];
    let program = Command::new(std::env::current_exe().unwrap()).args(words).env_clear();
    let left = Terminal::start(program.env("TERM", "xterm-256color").env(BY_ITSELF, "1"), (24, 80)).end();
    // So ends a run of tests in which one has failed.
    assert!(left.code == Some(101) && left.is_usual, "{left:?}");
    left
}

#[test]
fn a_panic_is_heard_on_lines_of_its_own() {
    let left = left_by("cli::terminal::a_panic_is_heard_on_lines_of_its_own", panic_twice);
    let at = |words: &str| left.lines.iter().position(|line| line.contains(words)).unwrap_or_else(|| panic!("{}", left.text()));
    let heard = [at("before"), at("the index is 7"), at("after"), at("the index is 8"), at("░")];
    assert!(heard.is_sorted() && !left.text().contains(FOOT), "{}", left.text());
    let whole = |line: &&String| line.contains("the index is");
    assert!(left.lines.iter().filter(whole).all(|line| line.starts_with("index out of bounds")), "{}", left.text());
}

#[test]
fn a_board_of_many_campaigns_takes_half_of_a_terminal() {
    let progress = Progress { total: 4_000, ended: 1_000, invites: 3_000, replied: 120, parked: 3, ..Progress::default() };
    let campaigns = (0..40).map(|number| (format!("campaign_{number}_of_the_north"), progress)).collect();
    let board = Board { campaigns, foot: format!("noon {FOOT}"), ..Board::default() };
    for (rows, columns) in SHAPES.map(|(rows, columns)| (usize::from(rows), usize::from(columns))) {
        let lines = board.lines((rows, columns));
        assert_eq!(lines.len(), rows / 2, "{lines:?}");
        assert!(lines.iter().all(|line| console::measure_text_width(line) < columns), "{lines:?}");
        let [first, .., more, foot] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(first.contains("1000/4000") && foot.contains(FOOT), "{lines:?}");
        assert!(more.contains(&format!("{} more: `engine status`", 40 - (rows / 2 - 2))), "{lines:?}");
        assert!(columns < 60 || first.contains("3 NEED YOU · 120"), "{lines:?}");
    }
    assert_eq!(board.lines((1, 1)).len(), 1, "the foot stays");
}
