//! `engine top`: the dashboard's overview on a terminal, live. It asks the running engine as other commands do, and never opens
//! the store itself: an engine that starts meanwhile gets it.
//!
//! `view` is what is known and what keys do, `draw` how it looks, `screen` who gives the terminal back, `watch` who asks.

#[cfg(feature = "top")]
pub mod draw;
#[cfg(feature = "top")]
pub mod screen;
#[cfg(feature = "top")]
pub mod view;
#[cfg(feature = "top")]
mod watch;

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED};

/// Without the feature there is nothing to show it with.
///
/// # Errors
/// Always.
#[cfg(not(feature = "top"))]
pub fn top(_context: &Context) -> Done {
    Err(Ending::new(FAILED, "this engine was built without `top`")
        .help("`cargo install --locked --path . --features top` builds it in; `engine status` and the dashboard say the same"))
}

/// Shows how all stands until `q`, Ctrl-C or a signal.
///
/// # Errors
/// There is no terminal that can show it, or it broke.
#[cfg(feature = "top")]
pub fn top(context: &Context) -> Done {
    use crate::cli::ending::WRONG;
    use std::io::IsTerminal;
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && context.has_escapes) {
        return Err(Ending::new(WRONG, "`engine top` needs a terminal that can draw")
            .help("`engine status` prints the same; with TERM=dumb or into a pipe nothing can be drawn anew"));
    }
    let broken = |fault: std::io::Error| Ending::new(FAILED, format!("the terminal cannot be used: {fault}"));
    let watch = watch::Watch::start(context.data_directory()?.to_owned())?;
    let mut screen = screen::Screen::enter().map_err(broken)?;
    let mut view = view::View::new(&context.data, context.time, context.color);
    watch.go_on(&mut view, &mut screen).map_err(broken)?;
    Ok(Ending::done())
}
