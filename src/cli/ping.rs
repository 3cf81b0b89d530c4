//! `engine ping`: does an engine take its turns on the data? For health checks: no store is opened, no provider asked.

use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED};
use crate::cli::render;
use crate::server::socket;
use serde_json::{Value, json};
use std::path::Path;

/// What the running engine is asked.
pub const VERB: &str = "ping";

/// Asks the running engine, whose turns answer.
pub fn ping(context: &Context) -> Done {
    let data = context.data_directory()?;
    let answered = socket::ask(data, VERB, Value::Null).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
    if answered.is_none() {
        return Err(nobody(data));
    }
    if context.is_json {
        render::data(&json!({ "schema": "engine.ping/1", "takes_turns": true }).to_string());
    } else {
        render::data("the engine takes its turns");
    }
    Ok(Ending::done())
}

/// No engine runs there.
pub fn nobody(data: &Path) -> Ending {
    Ending::new(FAILED, format!("no engine runs on the data in {}", data.display()))
        .help("`engine run campaigns/` starts one, or name the data with `--data`")
}
