//! `engine fmt`: one order and one layout for every file; the other notation on request.

use crate::cli::arguments::{Fmt, NotationWord};
use crate::cli::context::Context;
use crate::cli::ending::{DONE, Done, Ending, FAILED, WRONG};
use crate::cli::program::look;
use crate::cli::render;
use crate::lang::disk::load;
use crate::lang::format::{FormatFault, convert};
use crate::lang::report;
use crate::lang::source::{Notation, Source};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// What becomes of one file.
struct Change {
    from: PathBuf,
    to: PathBuf,
    text: String,
}

/// Formats in place; `-` reads stdin and writes stdout. Nothing is written when a file is at fault.
pub fn fmt(arguments: &Fmt, context: &Context) -> Done {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        return stdin_to_stdout(arguments, context);
    }
    let (sources, _) = load(&arguments.paths).map_err(|fault| Ending::new(WRONG, fault.to_string()))?;
    let (mut changes, mut is_faulty) = (Vec::new(), false);
    for source in &sources {
        match formatted(source, arguments.to) {
            Ok(change) if change.from == change.to && *change.text == *source.text => {}
            Ok(change) => changes.push(change),
            Err(fault) => {
                is_faulty = true;
                tell(source, &fault, context);
            }
        }
    }
    if is_faulty {
        return Ok(
            Ending::new(WRONG, "nothing was changed: a file with faults has no one form").help("`engine check` shows all faults")
        );
    }
    if arguments.check {
        changes.iter().for_each(|change| render::data(&change.from.display().to_string()));
        return Ok(Ending::silent(if changes.is_empty() { DONE } else { crate::cli::ending::FAILED }));
    }
    for change in &changes {
        apply(change)?;
        if !context.is_quiet {
            render::talk(&format!("formatted {}", change.to.display()));
        }
    }
    Ok(Ending::done())
}

fn formatted(source: &Source, to: Option<NotationWord>) -> Result<Change, FormatFault> {
    let to = to.map_or(source.notation, Notation::from);
    let text = convert(&source.text, source.notation, to)?;
    let extension = match to {
        Notation::Camp => "camp",
        Notation::Yaml => "yaml",
    };
    let path = if to == source.notation { source.path.clone() } else { source.path.with_extension(extension) };
    Ok(Change { from: source.path.clone(), to: path, text })
}

/// Writes beside and renames: a crash leaves the old file or the new one, never half of one.
fn apply(change: &Change) -> Result<(), Ending> {
    let failed = |fault: std::io::Error| Ending::new(FAILED, format!("cannot write {}: {fault}", change.to.display()));
    if change.to != change.from && change.to.exists() {
        return Err(Ending::new(WRONG, format!("{} is there already", change.to.display()))
            .help("move it away first; nothing was changed"));
    }
    let directory = change.to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = directory.join(format!(".{}.engine-fmt", change.to.file_name().unwrap_or_default().to_string_lossy()));
    let mut file = fs::File::create(&beside).map_err(failed)?;
    file.write_all(change.text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&beside, &change.to).map_err(failed)?;
    if change.to != change.from {
        fs::remove_file(&change.from).map_err(failed)?;
    }
    Ok(())
}

fn stdin_to_stdout(arguments: &Fmt, context: &Context) -> Done {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|fault| Ending::new(WRONG, format!("cannot read stdin: {fault}")))?;
    let to = arguments.to.map_or(Notation::Camp, Notation::from);
    let from = arguments.from.map(Notation::from).unwrap_or(if arguments.to.is_some() && looks_like_yaml(&text) {
        Notation::Yaml
    } else {
        guess(&text)
    });
    let source = Source { path: PathBuf::from("-"), notation: from, text: text.as_str().into() };
    match convert(&text, from, if arguments.to.is_some() { to } else { from }) {
        Ok(formatted) => {
            render::data(formatted.trim_end_matches('\n'));
            Ok(Ending::done())
        }
        Err(fault) => {
            tell(&source, &fault, context);
            Ok(Ending::silent(WRONG))
        }
    }
}

fn guess(text: &str) -> Notation {
    if looks_like_yaml(text) { Notation::Yaml } else { Notation::Camp }
}

/// A first word with a colon behind it.
fn looks_like_yaml(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| line.starts_with("---") || line.split_whitespace().next().is_some_and(|word| word.ends_with(':')))
}

fn tell(source: &Source, fault: &FormatFault, context: &Context) {
    match fault {
        FormatFault::Faulty(diagnostics) => {
            render::talk(report::human(diagnostics, std::slice::from_ref(source), look(context)).trim_end());
        }
        FormatFault::NoForm(why) => render::talk(&format!("error: {}: {why}", source.path.display())),
        FormatFault::Differs => render::talk(&format!("error: {}: {fault}", source.path.display())),
    }
}
