//! An `engine` on a terminal of its own, and what a person sees there.

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Lines of the past that are kept.
const SCROLLBACK: usize = 10_000;
/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lines and columns.
pub type Shape = (u16, u16);

/// A terminal with a program on it, which does not outlive the test.
pub struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

/// What has come so far.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    /// A line that did not fit its row; none: all did.
    broken: Option<String>,
    is_over: bool,
}

impl Terminal {
    /// A program on a terminal of that shape.
    pub fn start(program: Command, (rows, columns): Shape) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let child = program.spawn(pts).unwrap();
        let screen = vt100::Parser::new(number(rows), number(columns), SCROLLBACK);
        let seen = Seen { screen, bytes: Vec::new(), broken: None, is_over: false };
        let (pty, seen) = (Arc::new(pty), Arc::new((Mutex::new(seen), Condvar::new())));
        let (from, to) = (Arc::clone(&pty), Arc::clone(&seen));
        let reader = std::thread::spawn(move || {
            let mut part = [0; 4096];
            // The last program that leaves makes the reading fail.
            while let Ok(count @ 1..) = (&*from).read(&mut part) {
                to.0.lock().unwrap().take(&part[..count]);
                to.1.notify_all();
            }
            to.0.lock().unwrap().is_over = true;
            to.1.notify_all();
        });
        Self { pty, child, seen, reader: Some(reader) }
    }

    /// Waits until the screen is as wished.
    #[track_caller]
    pub fn until(&self, wish: &str, is_so: impl Fn(&[String]) -> bool) {
        let (seen, news) = &*self.seen;
        let waiting = |seen: &mut Seen| !seen.is_over && !is_so(&seen.rows());
        let (seen, _) = news.wait_timeout_while(seen.lock().unwrap(), PATIENCE, waiting).unwrap();
        assert!(is_so(&seen.rows()), "never {wish}:\n{}", seen.rows().join("\n"));
    }

    /// Waits until these words stand on the screen.
    #[track_caller]
    pub fn until_says(&self, words: &str) {
        self.until(words, |rows| rows.iter().any(|row| row.contains(words)));
    }

    /// Types.
    pub fn types(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Takes another shape.
    pub fn becomes(&self, (rows, columns): Shape) {
        self.seen.0.lock().unwrap().screen.screen_mut().set_size(number(rows), number(columns));
        self.pty.resize(Size::new(rows, columns)).unwrap();
    }

    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// The rows of the screen, without what is blank at their ends.
    pub fn rows(&self) -> Vec<String> {
        self.seen.0.lock().unwrap().rows()
    }

    /// Waits for the end: its exit code, and what it left behind.
    #[track_caller]
    pub fn end(mut self) -> Left {
        let code = self.child.wait().unwrap().code();
        self.reader.take().unwrap().join().unwrap();
        let mut seen = self.seen.0.lock().unwrap();
        let modes = tcgetattr(&*self.pty).unwrap().local_modes;
        let screen = seen.screen.screen();
        let is_usual = modes.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG)
            && !screen.hide_cursor()
            && !screen.alternate_screen()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None;
        let (row, column) = screen.cursor_position();
        let is_below = column == 0 && seen.rows().iter().skip(usize::from(row)).all(String::is_empty);
        let lines = seen.lines();
        Left { code, lines, is_usual, is_below, bytes: std::mem::take(&mut seen.bytes), broken: seen.broken.take() }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a program left on its terminal.
#[derive(Debug)]
pub struct Left {
    /// None: a signal ended it.
    pub code: Option<i32>,
    /// Every line, also of those that have scrolled away.
    pub lines: Vec<String>,
    /// The cursor is seen, keys are echoed, there is one screen.
    pub is_usual: bool,
    /// The cursor is at the start of a line, and nothing stands there or below.
    pub is_below: bool,
    pub bytes: Vec<u8>,
    pub broken: Option<String>,
}

impl Left {
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

impl Seen {
    fn take(&mut self, part: &[u8]) {
        self.bytes.extend(part);
        self.screen.process(part);
        let screen = self.screen.screen();
        let (rows, _) = screen.size();
        if let Some(row) = (0..rows.get()).find(|row| screen.row_wrapped(*row)) {
            self.broken = self.broken.take().or_else(|| self.rows().get(usize::from(row)).cloned());
        }
    }

    fn rows(&self) -> Vec<String> {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        screen.rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect()
    }

    fn lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for past in (1..=self.screen.screen().scrollback_len()).rev() {
            self.screen.screen_mut().set_scrollback(past);
            lines.extend(self.rows().into_iter().next());
        }
        self.screen.screen_mut().set_scrollback(0);
        lines.extend(self.rows());
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }
}

fn number(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}
