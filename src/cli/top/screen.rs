//! The terminal while `engine top` has it: another screen, keys as they are typed. Given back by every end but `kill -9`.

use crate::cli::top::draw::draw;
use crate::cli::top::view::View;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind, poll, read};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::{DefaultTerminal, Terminal, backend::CrosstermBackend};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The screen, as long as this is held.
pub struct Screen {
    terminal: DefaultTerminal,
    _taken: Taken,
}

impl Screen {
    /// Takes the terminal.
    pub fn enter() -> io::Result<Self> {
        let taken = Taken(Arc::new(AtomicBool::new(true)));
        let (mine, usual) = (Arc::clone(&taken.0), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            // First the terminal: what is said on the other screen is gone with it.
            give_back(&mine);
            usual(panic);
        }));
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen)?;
        Ok(Self { terminal: Terminal::new(CrosstermBackend::new(io::stdout()))?, _taken: taken })
    }

    /// Draws what differs from what stands there.
    pub fn draw(&mut self, view: &View) -> io::Result<()> {
        self.terminal.draw(|frame| draw(view, frame)).map(|_| ())
    }

    /// The next key, if one is typed by then. Another size of the terminal ends the wait as well.
    pub fn key(&self, within: Duration) -> io::Result<Option<KeyEvent>> {
        if !poll(within)? {
            return Ok(None);
        }
        Ok(match read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => Some(key),
            Event::Key(_) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Paste(_) | Event::Resize(..) => None,
        })
    }
}

/// Whether the terminal is ours. Gives it back when it is dropped, also by an error of [`Screen::enter`].
struct Taken(Arc<AtomicBool>);

impl Drop for Taken {
    fn drop(&mut self) {
        give_back(&self.0);
    }
}

/// As it was, once: a second time would put the cursor back to where it was, over what a panic has said since.
fn give_back(is_taken: &AtomicBool) {
    if is_taken.swap(false, Ordering::Relaxed) {
        // A terminal that is gone needs nothing.
        drop(disable_raw_mode());
        drop(execute!(io::stdout(), LeaveAlternateScreen, Show));
    }
}
