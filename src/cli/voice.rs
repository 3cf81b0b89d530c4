//! How a running engine talks: lines that stay, and on a terminal below them a few that are drawn anew.
//!
//! It only writes. It never reads keys, hides the cursor or takes another screen, so that the terminal is as it was whatever
//! becomes of the engine. The cursor rests at the start of the first line that is drawn anew: wherever a terminal of another
//! size moves it, all that follows is ours to draw over.

use crate::cli::render;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// Behind the text of a line: what stood there before goes.
const REST_OF_LINE: &str = "\u{1b}[K";
/// Behind the last line: so does what stood below.
const REST_OF_SCREEN: &str = "\u{1b}[J";

/// Lines and columns of a terminal.
pub type Size = (usize, usize);

/// Says lines. Cheap to clone; all clones share the terminal.
#[derive(Clone)]
pub struct Voice(Arc<Mutex<Place>>);

/// Where it is said.
struct Place {
    write: Box<dyn FnMut(&str) + Send>,
    size: Box<dyn Fn() -> Size + Send>,
    lower: Lower,
}

/// What stands below the lines that stay.
enum Lower {
    /// Nothing ever: no terminal, or nobody wants it.
    Never,
    /// Nothing yet: as on any other terminal.
    Later,
    /// These lines.
    Shown(Vec<String>),
    /// Nothing any more: others write there now.
    Over,
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Voice")
    }
}

impl Voice {
    /// On stderr. `has_lower`: it is a terminal where lines may be drawn anew.
    pub fn new(has_lower: bool) -> Self {
        Self::on(Box::new(render::unbroken), Box::new(render::size), has_lower)
    }

    /// On a terminal that takes what is written and says how large it is.
    pub fn on(write: Box<dyn FnMut(&str) + Send>, size: Box<dyn Fn() -> Size + Send>, has_lower: bool) -> Self {
        let lower = if has_lower { Lower::Later } else { Lower::Never };
        Self(Arc::new(Mutex::new(Place { write, size, lower })))
    }

    /// May lines be drawn anew?
    pub fn has_lower(&self) -> bool {
        matches!(self.place().lower, Lower::Later | Lower::Shown(_))
    }

    /// Lines and columns of the terminal as it is now.
    pub fn size(&self) -> Size {
        (self.place().size)()
    }

    /// Says a line, or several, above those that are drawn anew.
    pub fn say(&self, text: &str) {
        self.place().say(text.trim_end());
    }

    /// Draws these lines below all that was said, in place of those before.
    pub fn show(&self, lines: Vec<String>) {
        let mut place = self.place();
        if matches!(place.lower, Lower::Later | Lower::Shown(_)) {
            place.lower = Lower::Shown(lines);
            place.draw("");
        }
    }

    /// Takes away the lines that are drawn anew, for good: the terminal is as any command leaves it.
    pub fn hush(&self) {
        let mut place = self.place();
        place.step_aside();
        place.lower = Lower::Over;
    }

    /// From now on, whoever panics is heard on a line of its own; what was drawn is drawn again below.
    pub fn mind_panics(&self) {
        let (voice, usual) = (self.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            // Who panics while it draws holds the place: then the words come where they may.
            let mut place = match voice.0.try_lock() {
                Ok(place) => Some(place),
                Err(TryLockError::Poisoned(place)) => Some(place.into_inner()),
                Err(TryLockError::WouldBlock) => None,
            };
            place.iter_mut().for_each(|place| place.step_aside());
            usual(panic);
            place.iter_mut().for_each(|place| place.draw(""));
        }));
    }

    /// Whoever broke while it drew left nothing half done that the next drawing does not mend.
    fn place(&self) -> MutexGuard<'_, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    fn say(&mut self, text: &str) {
        if !matches!(self.lower, Lower::Shown(_)) {
            return render::talk(text);
        }
        let (_, columns) = (self.size)();
        let mut said = String::new();
        for line in render::wrapped(text, columns.saturating_sub(1)).lines() {
            said.extend([line, REST_OF_LINE, "\r\n"]);
        }
        self.draw(&said);
    }

    /// Writes what was said, then the lower lines, as far as they fit the terminal as it is now; then goes back to their start.
    fn draw(&mut self, said: &str) {
        let Lower::Shown(lines) = &self.lower else { return };
        let (rows, columns) = (self.size)();
        let fitting = lines.iter().take(rows.saturating_sub(1).max(1));
        let fitting: Vec<_> =
            fitting.map(|line| console::truncate_str(line, columns.saturating_sub(1), "…") + REST_OF_LINE).collect();
        let mut all = format!("\r{said}{}{REST_OF_SCREEN}\r", fitting.join("\r\n"));
        if fitting.len() > 1 {
            // A text takes whatever is written into it.
            write!(all, "\u{1b}[{}A", fitting.len() - 1).unwrap_or_default();
        }
        (self.write)(&all);
    }

    /// Takes the lower lines off the screen until they are drawn again.
    fn step_aside(&mut self) {
        if matches!(self.lower, Lower::Shown(_)) {
            (self.write)(&format!("\r{REST_OF_SCREEN}"));
        }
    }
}
