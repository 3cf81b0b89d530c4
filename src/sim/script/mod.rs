//! `engine test`: a script is played in a town of one contact, in virtual time, and judged by what the engine did there.
//!
//! Never prints, never reads a file. Start at [`play`]; `stage` builds the town, `watch` notes what happens in it, `expect`
//! and `act` play a line, `words` says what went wrong.

mod act;
mod days;
mod expect;
mod played;
mod stage;
mod watch;
mod words;

pub use played::{Failure, Played, Told};
pub use watch::Scene;

use crate::model::program::Program;
use crate::model::script::{Script, What};
use crate::sim::script::stage::Stage;
use crate::sim::world::TownFault;

/// Plays a script against the program its campaign is in.
///
/// # Errors
/// The town itself cannot go on: a bug of ours, never the campaign's fault.
pub fn play(program: &Program, script: &Script) -> Result<Played, TownFault> {
    let Some(mut stage) = Stage::set(program, script)? else {
        return Ok(Played { failure: Some(words::no_campaign(script)), transcript: Vec::new() });
    };
    let mut failure = None;
    for line in &script.lines {
        let done = match &line.what {
            What::Expect { what, within } => stage.expect(line.when, what, *within)?,
            What::Act(act) => stage.act(line.when, act)?,
        };
        if let Err(instead) = done {
            failure = Some(Failure { line: line.line, expected: words::wanted(line, stage.campaign), instead });
            break;
        }
    }
    Ok(Played { failure, transcript: stage.transcript() })
}
