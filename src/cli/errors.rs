//! `engine errors`: what went wrong lately, by its cause.

use crate::cli::context::Context;
use crate::cli::desk::ask;
use crate::cli::ending::{Done, Ending};
use crate::cli::operator::Errors as Options;
use crate::cli::render;
use crate::cli::status::read;
use crate::cli::times::moment;
use crate::runtime::query::errors::{ERRORS_DAYS, ErrorGroup, Errors};
use serde_json::json;

/// Columns in front of what is told of a group.
const INDENT: &str = "         ";

/// A paragraph a cause, what needs a person first.
pub fn errors(options: &Options, context: &Context) -> Done {
    let answer = ask(context, "errors", json!({ "campaign": options.campaign }))?;
    if context.is_json {
        render::data(&answer.to_string());
        return Ok(Ending::done());
    }
    let errors: Errors = read(answer)?;
    if errors.groups.is_empty() {
        render::talk(&format!("nothing went wrong in the last {ERRORS_DAYS} days, and nobody is held up"));
    }
    errors.groups.iter().for_each(|group| tell(group, context));
    if errors.more > 0 && !context.is_quiet {
        render::talk(&format!("and {} more causes, of fewer people", errors.more));
    }
    Ok(Ending::done())
}

fn tell(group: &ErrorGroup, context: &Context) {
    let people = if group.people == 1 { "1 person".to_owned() } else { format!("{} people", group.people) };
    let last = moment(&group.last_at, context);
    let line = |text: &str| render::data(&render::plain(&format!("{INDENT}{text}")));
    render::data(&render::plain(&format!("{:<8} {}: {people}, last {last}", group.kind.word(), group.code)));
    line(&group.means);
    line(&format!("what to do: {}", group.way_out));
    for (word, names) in [("campaigns", &group.campaigns), ("accounts", &group.accounts)] {
        if !names.is_empty() {
            line(&format!("{word}: {}", names.join(", ")));
        }
    }
    if let Some(newest) = &group.newest {
        line(&format!("newest: {} ({}): {}", newest.name, newest.contact, newest.why));
    }
}
