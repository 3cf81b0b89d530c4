//! What a command works with, resolved once: directories, settings, how to print.

use crate::cli::arguments::{Arguments, TimeForm, When};
use crate::cli::ending::{Ending, WRONG};
use crate::cli::settings::{self, Settings};
use crate::cli::voice::Voice;
use secrecy::SecretString;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where postpress is when nobody says otherwise.
pub const POSTPRESS_URL: &str = "https://api.postpress.ai/v1";

/// What every verb gets.
#[derive(Debug, Clone)]
pub struct Context {
    /// The working directory; paths of the command line are relative to it.
    pub directory: PathBuf,
    /// The store.
    pub data: PathBuf,
    pub is_json: bool,
    pub is_quiet: bool,
    pub verbose: u8,
    /// Colour on stdout.
    pub color: bool,
    /// Colour on stderr.
    pub color_talk: bool,
    /// What a run says, and draws where stderr is a terminal that can show it.
    pub voice: Voice,
    /// Somebody reads stderr as it is written; else it goes into a file or to another program.
    pub is_watched: bool,
    /// The terminal, if there is one, understands more than lines.
    pub has_escapes: bool,
    pub time: TimeForm,
    /// Questions may be asked.
    pub may_ask: bool,
    settings: Settings,
    /// `--config` and `--data`, which no file overrules.
    given: (Option<PathBuf>, Option<PathBuf>),
}

impl Context {
    /// Resolves the global flags. `-C` has taken effect when it returns.
    pub fn new(arguments: &Arguments) -> Result<Self, Ending> {
        let global = &arguments.global;
        if let Some(directory) = &global.directory {
            std::env::set_current_dir(directory)
                .map_err(|fault| Ending::new(WRONG, format!("cannot work in {}: {fault}", directory.display())))?;
        }
        let directory =
            std::env::current_dir().map_err(|fault| Ending::new(WRONG, format!("there is no working directory: {fault}")))?;
        let settings = settings::read(global.config.as_deref(), &directory)?;
        let data = data_place(global.data.as_deref(), &directory, &settings);
        let is_plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb();
        let is_colored = |is_terminal: bool| match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => !is_plain && is_terminal,
        };
        let (color, color_talk) = (is_colored(std::io::stdout().is_terminal()), is_colored(std::io::stderr().is_terminal()));
        let is_watched = std::io::stderr().is_terminal();
        // Who wants no colour wants no escapes, unless it says otherwise.
        let is_plain = is_dumb() || (is_plain && global.color != When::Always);
        let progress = !global.no_progress && !global.quiet && !global.json && !is_plain && is_watched;
        Ok(Self {
            directory,
            data,
            is_json: global.json,
            is_quiet: global.quiet,
            verbose: global.verbose,
            color,
            color_talk,
            voice: Voice::new(progress),
            is_watched,
            has_escapes: !is_dumb(),
            time: global.time,
            may_ask: !global.no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            settings,
            given: (global.config.clone(), global.data.clone()),
        })
    }

    /// The same, with the files of settings read anew.
    pub fn again(&self) -> Result<Self, Ending> {
        let (config, data) = &self.given;
        let settings = settings::read(config.as_deref(), &self.directory)?;
        let data = data_place(data.as_deref(), &self.directory, &settings);
        Ok(Self { data, settings, ..self.clone() })
    }

    /// Where settings are read from, whether or not there is a file.
    pub fn settings_places(&self) -> Vec<PathBuf> {
        let (config, _) = &self.given;
        settings::places(config.as_deref(), &self.directory).into_iter().chain([self.directory.join(".env")]).collect()
    }

    /// The store's directory, which may not be there yet but is nothing else.
    pub fn data_directory(&self) -> Result<&Path, Ending> {
        if self.data.exists() && !self.data.is_dir() {
            return Err(Ending::new(WRONG, format!("`{}` is no directory: the data cannot lie there", self.data.display()))
                .help("name a directory with `--data`, or leave it out: `.engine`"));
        }
        Ok(&self.data)
    }

    /// A variable of the environment or `.env`.
    pub fn variable(&self, name: &str) -> Option<String> {
        settings::variable(name, &self.directory)
    }

    /// The key of postpress, if there is one.
    pub fn key(&self) -> Option<SecretString> {
        self.variable("POSTPRESS_API_KEY").map(SecretString::from)
    }

    /// Base URL of postpress, with its prefix.
    pub fn postpress_url(&self) -> String {
        let set = self.variable("POSTPRESS_URL").or_else(|| self.settings.postpress_url.clone());
        set.unwrap_or_else(|| POSTPRESS_URL.to_owned())
    }

    /// Where postpress reaches our webhook listener, if it can.
    pub fn public_url(&self) -> Option<String> {
        self.variable("ENGINE_PUBLIC_URL").or_else(|| self.settings.public_url.clone())
    }

    /// Where notifications, tasks and reports are posted to.
    pub fn notify_url(&self) -> Option<String> {
        self.variable("ENGINE_NOTIFY_URL").or_else(|| self.settings.notify_url.clone())
    }

    /// Where news is posted to.
    pub fn news_url(&self) -> Option<String> {
        self.variable("ENGINE_NEWS_URL").or_else(|| self.settings.news_url.clone())
    }

    /// Who says what a reply is; none: the rules do.
    pub fn classifier_url(&self) -> Option<String> {
        self.variable("ENGINE_CLASSIFIER_URL").or_else(|| self.settings.classifier_url.clone())
    }

    /// For how many days timelines of people who are out are kept; none: for ever.
    pub fn keep_timelines_days(&self) -> Option<u32> {
        self.settings.keep_timelines_days
    }

    /// Where letters to systems of ours may go.
    pub fn outgoing(&self) -> &settings::Outgoing {
        &self.settings.outgoing
    }

    /// The webhook secrets: one, or two apart by a comma while one replaces the other.
    pub fn webhook_secret(&self) -> Option<SecretString> {
        self.variable("ENGINE_WEBHOOK_SECRET").map(SecretString::from)
    }

    /// Where webhooks come in, if anybody said so.
    pub fn listen(&self, flag: Option<SocketAddr>) -> Result<Option<SocketAddr>, Ending> {
        if flag.is_some() {
            return Ok(flag);
        }
        match self.variable("ENGINE_LISTEN") {
            Some(text) => text.parse().map(Some).map_err(|_| {
                Ending::new(WRONG, format!("ENGINE_LISTEN is `{text}`, no address")).help("write it as 127.0.0.1:8080")
            }),
            None => Ok(self.settings.listen),
        }
    }
}

/// Flag > environment > settings > default.
fn data_place(given: Option<&Path>, directory: &Path, settings: &Settings) -> PathBuf {
    let by_environment = || settings::variable("ENGINE_DATA", directory).map(PathBuf::from);
    let place = given.map(Path::to_path_buf).or_else(by_environment).or_else(|| settings.data.clone());
    place.unwrap_or_else(|| PathBuf::from(".engine"))
}

fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
