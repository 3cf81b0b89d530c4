//! The verbs that only speak of the language: `graph`, `explain`, `schema`, `completions`, `man`.

use crate::cli::arguments::{Arguments, Explain, Graph, GraphFormat, Schema, SchemaName};
use crate::cli::context::Context;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::program::compile_or_refuse;
use crate::cli::render;
use crate::lang::code::Code;
use crate::lang::explain;
use crate::lang::graph;
use crate::model::campaign::Campaign;
use clap::CommandFactory;
use clap_complete::Shell;
use std::path::Path;

/// Draws campaigns.
pub fn graph(arguments: &Graph, context: &Context) -> Done {
    let loaded = compile_or_refuse(&arguments.paths, false, context)?;
    let all = &loaded.compiled.program.campaigns;
    let wanted: Vec<_> =
        all.iter().filter(|campaign| arguments.campaign.as_ref().is_none_or(|name| *name == campaign.name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = all.iter().map(|campaign| campaign.name.as_str()).collect();
        return Err(Ending::new(WRONG, "no such campaign").help(format!("there is {}", names.join(", "))));
    }
    let format = if context.is_json { GraphFormat::Json } else { arguments.format };
    let each = |draw: fn(&Campaign) -> String| wanted.iter().for_each(|campaign| render::data(&draw(campaign)));
    match format {
        GraphFormat::Mermaid => each(graph::mermaid),
        GraphFormat::Dot => each(graph::dot),
        GraphFormat::Json => each(|campaign| graph::json(campaign).to_string()),
        GraphFormat::Svg => render::data(&graph::svg(&wanted)),
        GraphFormat::Ascii => {
            let drawn: Vec<String> = wanted.iter().map(|campaign| graph::ascii(campaign)).collect();
            render::data(&drawn.join("\n\n"));
        }
    }
    Ok(Ending::done())
}

/// The page behind a code.
pub fn explain(arguments: &Explain) -> Done {
    let word = arguments.code.trim().to_lowercase();
    match Code::from_word(&word) {
        Some(code) => {
            render::data(explain::page(code).trim_end());
            Ok(Ending::done())
        }
        None => {
            let near = Code::ALL
                .iter()
                .map(|code| code.word())
                .max_by(|one, other| strsim::jaro_winkler(one, &word).total_cmp(&strsim::jaro_winkler(other, &word)));
            let near = near.filter(|near| strsim::jaro_winkler(near, &word) > 0.8);
            let help =
                near.map_or("`engine explain --list` lists all codes".to_owned(), |near| format!("did you mean `{near}`?"));
            Err(Ending::new(WRONG, format!("no diagnostic has the code `{}`", render::plain(&word))).help(help))
        }
    }
}

/// All codes, a line each.
pub fn list_codes() -> Done {
    for code in Code::ALL {
        render::data(&format!("{:<26} {}", code.word(), code.title()));
    }
    Ok(Ending::done())
}

const DIAGNOSTICS_SCHEMA: &str = include_str!("../../grammar/diagnostics.schema.json");
const STATUS_SCHEMA: &str = include_str!("../../grammar/status.schema.json");
const EVENTS_SCHEMA: &str = include_str!("../../grammar/events.schema.json");

/// A JSON Schema.
pub fn schema(arguments: &Schema) -> Done {
    let text = match arguments.name {
        SchemaName::Yaml => crate::lang::yaml::SCHEMA,
        SchemaName::Diagnostics => DIAGNOSTICS_SCHEMA,
        SchemaName::Status => STATUS_SCHEMA,
        SchemaName::Events => EVENTS_SCHEMA,
    };
    render::data(text.trim_end());
    Ok(Ending::done())
}

/// Completions for a shell.
pub fn completions(shell: Shell) -> Done {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "engine", &mut text);
    render::data(String::from_utf8_lossy(&text).trim_end());
    Ok(Ending::done())
}

/// The manual page; with a directory the page of every verb, a file each.
pub fn man(out: Option<&Path>) -> Done {
    if let Some(out) = out {
        let failed = |fault: std::io::Error| Ending::new(FAILED, format!("cannot write into {}: {fault}", out.display()));
        std::fs::create_dir_all(out).map_err(failed)?;
        clap_mangen::generate_to(Arguments::command(), out).map_err(failed)?;
        return Ok(Ending::done());
    }
    let mut text = Vec::new();
    let page = clap_mangen::Man::new(Arguments::command());
    page.render(&mut text).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
    render::data(String::from_utf8_lossy(&text).trim_end());
    Ok(Ending::done())
}
