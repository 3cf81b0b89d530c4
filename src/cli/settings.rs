//! Settings that are not of one command: flag > environment > `engine.toml` > the user's configuration > default.

use crate::cli::ending::{Ending, WRONG};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The name of the settings file, searched upwards.
pub const FILE_NAME: &str = "engine.toml";
/// How far upwards it is searched.
const LEVELS_MAX: usize = 64;

/// What `engine.toml` may say. Never secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The data directory, relative to the file.
    pub data: Option<PathBuf>,
    /// Where webhooks come in.
    pub listen: Option<SocketAddr>,
    /// Base URL of postpress with its prefix.
    pub postpress_url: Option<String>,
    /// Where postpress reaches our webhook listener.
    pub public_url: Option<String>,
    /// Where notifications, tasks and reports are posted to.
    pub notify_url: Option<String>,
    /// Where news of replies, acceptances, ends and lost accounts is posted to.
    pub news_url: Option<String>,
    /// Who says what a reply is.
    pub classifier_url: Option<String>,
    /// Timelines of people who have been out for so many days are removed; none: never.
    pub keep_timelines_days: Option<u32>,
    /// Where letters to systems of ours may go.
    pub outgoing: Outgoing,
}

/// `[outgoing]`: what webhooks, notifications and the classifier may reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outgoing {
    /// Only these hosts, `*.example.com` for all below; empty: every public one.
    pub hosts: Vec<String>,
    /// Hosts that may have private addresses.
    pub private_hosts: Vec<String>,
}

/// Reads the settings: the file given, else the nearest `engine.toml` upwards of `from`, else the user's.
pub fn read(given: Option<&Path>, from: &Path) -> Result<Settings, Ending> {
    match places(given, from).into_iter().find(|path| given.is_some() || path.is_file()) {
        Some(path) => read_file(&path),
        None => Ok(Settings::default()),
    }
}

/// Where `read` looks, in this order.
pub fn places(given: Option<&Path>, from: &Path) -> Vec<PathBuf> {
    if let Some(path) = given {
        return vec![path.to_path_buf()];
    }
    let upwards = from.ancestors().take(LEVELS_MAX).map(|directory| directory.join(FILE_NAME));
    let home = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".config")));
    let users = home.map(|home| home.join("engine").join(FILE_NAME));
    upwards.chain(users).collect()
}

fn read_file(path: &Path) -> Result<Settings, Ending> {
    let wrong = |what: String| Ending::new(WRONG, format!("cannot use {}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|fault| wrong(fault.to_string()))?;
    let mut settings: Settings = toml::from_str(&text).map_err(|fault| {
        wrong(fault.to_string().trim().to_owned()).help("it may set data, listen, postpress_url, public_url, notify_url, news_url, classifier_url, keep_timelines_days and [outgoing] with hosts and private_hosts")
    })?;
    let beside = path.parent().unwrap_or(Path::new("."));
    settings.data = settings.data.map(|data| beside.join(data));
    Ok(settings)
}

/// A variable of the environment, else a credential of that name, else of `.env` in the working directory; empty counts as
/// not set.
pub fn variable(name: &str, directory: &Path) -> Option<String> {
    let set = std::env::var(name).ok().filter(|value| !value.is_empty());
    set.or_else(|| credential(name)).or_else(|| {
        let text = std::fs::read_to_string(directory.join(".env")).ok()?;
        text.lines().find_map(|line| env_line(line, name))
    })
}

/// What systemd (`LoadCredential=`) or a container keeps for this process in a file of that name: unlike the environment no
/// other program that this one starts gets it.
fn credential(name: &str) -> Option<String> {
    let kept = std::env::var_os("CREDENTIALS_DIRECTORY").filter(|place| !place.is_empty())?;
    let text = std::fs::read_to_string(Path::new(&kept).join(name)).ok()?;
    Some(text.trim().to_owned()).filter(|value| !value.is_empty())
}

/// `NAME=value`, perhaps exported, perhaps quoted.
fn env_line(line: &str, name: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (key, value) = line.split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    (key.trim() == name && !value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::env_line;

    #[test]
    fn a_line_of_env_is_read_with_and_without_quotes() {
        assert_eq!(env_line("export KEY=\"a b\"", "KEY").as_deref(), Some("a b"));
        assert_eq!(env_line("KEY=x", "KEY").as_deref(), Some("x"));
        assert_eq!(env_line("# KEY=x", "KEY"), None);
        assert_eq!(env_line("KEY=", "KEY"), None);
    }
}
