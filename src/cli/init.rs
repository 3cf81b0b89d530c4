//! `engine init`: a workspace that runs at once in the sandbox.

use crate::cli::arguments::Init;
use crate::cli::ending::{Done, Ending, FAILED, WRONG};
use crate::cli::render;
use crate::lang::format::convert;
use crate::lang::source::Notation;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const WORKSPACE: &str = include_str!("template/workspace.camp");
const CAMPAIGN: &str = include_str!("template/hello.camp");
const CONTACTS: &str = include_str!("template/contacts.csv");
const DO_NOT_CONTACT: &str = include_str!("template/do-not-contact.csv");
const IGNORED: &str = ".engine/\n.env\n";
const ENVIRONMENT: &str = "# Secrets: never in a campaign file, never in git.\nPOSTPRESS_API_KEY=\nENGINE_WEBHOOK_SECRET=\n";

/// Writes the files; nothing that is there is touched.
pub fn init(arguments: &Init) -> Done {
    if arguments.template.as_deref().is_some_and(|name| name != "hello") {
        return Err(Ending::new(WRONG, "no such template").help("there is `hello`"));
    }
    let root = arguments.into.clone().unwrap_or_else(|| PathBuf::from("."));
    let campaigns = root.join("campaigns");
    if campaigns.exists() {
        return Err(Ending::new(WRONG, format!("{} is there already; nothing was changed", campaigns.display()))
            .help("name another directory: `engine init hello`"));
    }
    let (name, text) = if arguments.yaml {
        let text = convert(CAMPAIGN, Notation::Camp, Notation::Yaml).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
        ("hello.yaml", text)
    } else {
        ("hello.camp", CAMPAIGN.to_owned())
    };
    write(&campaigns.join("workspace.camp"), WORKSPACE)?;
    write(&campaigns.join(name), &text)?;
    write(&campaigns.join("lists/contacts.csv"), CONTACTS)?;
    write(&campaigns.join("lists/do-not-contact.csv"), DO_NOT_CONTACT)?;
    write_new(&root.join(".gitignore"), IGNORED)?;
    write_secrets(&root.join(".env"))?;
    let into = if root == Path::new(".") { String::new() } else { format!("cd {} && ", root.display()) };
    render::talk(&format!("made {}", campaigns.display()));
    render::talk(&format!("next: {into}engine test campaigns/ && engine run campaigns/ --sandbox --until-idle"));
    Ok(Ending::done())
}

fn write(path: &Path, text: &str) -> Result<(), Ending> {
    let failed = |fault: std::io::Error| Ending::new(FAILED, format!("cannot write {}: {fault}", path.display()));
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)
}

/// `.env`, readable by its owner alone from the first moment.
fn write_secrets(path: &Path) -> Result<(), Ending> {
    let failed = |fault: std::io::Error| Ending::new(FAILED, format!("cannot write {}: {fault}", path.display()));
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match opened {
        Ok(mut file) => file.write_all(ENVIRONMENT.as_bytes()).map_err(failed),
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(fault) => Err(failed(fault)),
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), Ending> {
    if path.exists() { Ok(()) } else { write(path, text) }
}
