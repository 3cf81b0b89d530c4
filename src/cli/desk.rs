//! Where questions and commands are answered, the same whether an engine runs on the data or not.

use crate::cli::ahead;
use crate::cli::context::Context;
use crate::cli::days_ahead::Kept;
use crate::cli::ending::{Ending, FAILED, HELD, WRONG};
use crate::cli::house;
use crate::cli::ping;
use crate::cli::signals::Reload;
use crate::cli::store::{backup_row, stats_json};
use crate::model::program::Workspace;
use crate::runtime::ask::Ask;
use crate::runtime::census::watched::Watched;
use crate::runtime::clock::{Clock, wall_now};
use crate::runtime::command::Command;
use crate::runtime::errand::Message;
use crate::runtime::pulse::Pulse;
use crate::runtime::query::afoot::afoot;
use crate::runtime::query::answer::{answer, lines};
use crate::runtime::query::stored::{BackupRow, Backups};
use crate::runtime::{Runtime, Setting};
use crate::server::socket::{self, AskFault};
use crate::store::backups;
use crate::store::contract::Store;
use crate::store::upkeep::{stats, uncounted};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often data that another command holds is tried again: three seconds in all.
const HELD_TRIES: usize = 30;
const HELD_WAIT: Duration = Duration::from_millis(100);

/// Answers out of a store; commands go to the turns that run on it, if any do.
pub struct Desk {
    store: Arc<Watched>,
    clock: Arc<dyn Clock>,
    turns: Mutex<Option<Sender<Message>>>,
    /// What happens, while an engine runs.
    pulse: Arc<Pulse>,
    /// Where backups are made: one at a time.
    data: Mutex<PathBuf>,
    ahead: Kept,
    /// Reads the campaigns anew, where an engine runs that was given some.
    reload: Option<Arc<Reload>>,
}

impl Desk {
    /// Of a running engine.
    pub fn running(store: Arc<Watched>, clock: Arc<dyn Clock>, turns: Sender<Message>, pulse: Arc<Pulse>, data: PathBuf) -> Self {
        let turns = Mutex::new(Some(turns));
        Self { store, clock, turns, pulse, data: Mutex::new(data), ahead: Kept::default(), reload: None }
    }

    /// Of a store that nobody else has.
    pub fn resting(store: Arc<dyn Store>, clock: Arc<dyn Clock>, data: PathBuf) -> Self {
        Self {
            store: Arc::new(Watched::over(store)),
            clock,
            turns: Mutex::new(None),
            pulse: Arc::default(),
            data: Mutex::new(data),
            ahead: Kept::default(),
            reload: None,
        }
    }

    /// One that can read its campaigns anew.
    pub fn reloading(self, reload: Arc<Reload>) -> Self {
        Self { reload: Some(reload), ..self }
    }

    /// The error's first line is the sentence, those below are what is wrong with the campaigns.
    fn reload(&self) -> Result<Value, String> {
        let reload = self.reload.as_ref().ok_or("nothing runs here that could read campaigns anew")?;
        // Whoever asked may want no colours.
        let plain = |text: &str| console::strip_ansi_codes(text).into_owned();
        match reload.now() {
            Ok(lines) => Ok(json!({ "lines": lines.iter().map(|line| plain(line)).collect::<Vec<_>>() })),
            Err(refused) => Err(format!("{}\n{}", refused.sentence(), plain(&refused.faults.clone().unwrap_or_default()))),
        }
    }

    fn command(&self, arguments: Value) -> Result<Value, String> {
        let command: Command = serde_json::from_value(arguments).map_err(|fault| format!("no such command: {fault}"))?;
        match self.turns() {
            Some(turns) => Runtime::ask(&turns, command),
            None => self.command_at_rest(&command),
        }
    }

    /// Answers once the turns come to it: not at all while one hangs.
    fn between_turns(&self) -> Result<Value, String> {
        let ended = "no turns are taken";
        let (tell, told) = channel();
        let turns = self.turns().ok_or(ended)?;
        // Whoever asked may have gone away.
        let look = move || tell.send(()).unwrap_or_default();
        turns.send(Message::Between(Box::new(look))).map_err(|_| ended)?;
        told.recv().map(|()| Value::Null).map_err(|_| ended.to_owned())
    }

    /// All that is durable, copied into the data directory's own folder of backups: as `engine store backup` copies it.
    fn back_up(&self) -> Result<Value, String> {
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, is_new) = backups::keep(&data, self.store.figures().durable, wall_now()).map_err(|fault| fault.to_string())?;
        Ok(json!(BackupRow { new: Some(is_new), ..backup_row("engine.store.backup/1", &kept.path, &kept.manifest) }))
    }

    /// The backups in the data directory, document `engine.store.backups/1`.
    fn backups(&self) -> Result<Value, String> {
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kept = backups::kept(&data).map_err(|fault| fault.to_string())?;
        let rows = kept.iter().map(|kept| backup_row("engine.store.backup/1", &kept.path, &kept.manifest)).collect();
        let folder = data.join(backups::FOLDER).display().to_string();
        Ok(json!(Backups { schema: "engine.store.backups/1".to_owned(), folder, backups: rows }))
    }

    fn turns(&self) -> Option<Sender<Message>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Nothing runs: the command is one turn of its own.
    fn command_at_rest(&self, command: &Command) -> Result<Value, String> {
        let setting = Setting {
            store: Arc::clone(&self.store) as Arc<dyn Store>,
            clock: Arc::clone(&self.clock),
            connector: Arc::new(crate::connector::absent::Absent),
            spawn: Arc::new(|_| {}),
            root: std::path::PathBuf::new(),
            workspace: Workspace::empty(),
            speed: 1,
            until_idle: false,
        };
        let mut runtime = Runtime::open(setting).map_err(|fault| fault.to_string())?;
        let answer = runtime.command(command).map_err(|fault| fault.to_string())?;
        self.store.settle().map_err(|fault| fault.to_string())?;
        answer
    }
}

impl Ask for Desk {
    fn ask(&self, verb: &str, arguments: Value) -> Result<Value, String> {
        match verb {
            "command" => self.command(arguments),
            // A page is not made to wait until every row is counted.
            "store" if arguments.get("rows") == Some(&Value::Bool(false)) => Ok(stats_json(&uncounted(&*self.store))),
            "store" => stats(&*self.store).map(|stats| stats_json(&stats)).map_err(|fault| fault.to_string()),
            ping::VERB => self.between_turns(),
            "ahead" => self.ahead.days_ahead(&self.store, self.clock.now(), wall_now()),
            "reload" => self.reload(),
            "backup" => self.back_up(),
            "backups" => self.backups(),
            "durable" => Ok(self.store.figures().durable.0.into()),
            "lines" => {
                let after = arguments.get("after").and_then(Value::as_u64).unwrap_or_default();
                lines(&*self.store, &self.pulse, self.clock.now(), after)
            }
            "plan" => {
                ahead::answer(&(Arc::clone(&self.store) as Arc<dyn Store>), self.turns().as_ref(), self.clock.now(), &arguments)
            }
            "afoot" => {
                let afoot = afoot(&*self.store, &|_| true).map_err(|fault| fault.to_string())?;
                serde_json::to_value(afoot).map_err(|fault| fault.to_string())
            }
            _ => answer(&self.store, self.clock.now(), verb, &arguments),
        }
    }
}

/// Asks the engine that runs on the data, or else the data. Another command that has the data for a moment is waited for.
pub fn ask(context: &Context, verb: &str, arguments: Value) -> Result<Value, Ending> {
    // A wrong name: the command line is wrong. A command that could not be carried out: it failed.
    let refused = |why| Ending::new(if verb == "command" { FAILED } else { WRONG }, why);
    let mut tries = 0;
    loop {
        match socket::ask(context.data_directory()?, verb, arguments.clone()) {
            Ok(Some(value)) => return Ok(value),
            Ok(None) => {}
            Err(AskFault::Refused(why)) => return Err(refused(why)),
            Err(fault) => return Err(Ending::new(FAILED, fault.to_string())),
        }
        if !context.data.exists() {
            return Err(Ending::new(FAILED, format!("there is no data in {}: nothing has run here yet", context.data.display()))
                .help("`engine run campaigns/ --sandbox` starts, or name the data with `--data`"));
        }
        match house::open_store(context) {
            Ok(store) => {
                let clock = house::looking_clock(&*store)?;
                return Desk::resting(store, clock, context.data.clone()).ask(verb, arguments).map_err(refused);
            }
            Err(ending) if ending.code == HELD && tries < HELD_TRIES => {
                tries += 1;
                // Nobody sends anything: the wait runs out.
                let (_silent, wait) = channel::<()>();
                wait.recv_timeout(HELD_WAIT).unwrap_or_default();
            }
            Err(ending) => return Err(ending),
        }
    }
}

/// Asks for a command to be carried out.
pub fn command(context: &Context, command: &Command) -> Result<Value, Ending> {
    let arguments = serde_json::to_value(command).map_err(|fault| Ending::new(FAILED, fault.to_string()))?;
    ask(context, "command", arguments)
}
