//! An engine or a sandbox in a process of its own. It is killed when it is dropped.

use crate::lab::LabFault;
use crate::lab::rig::{LOOK, told};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tokio::time::sleep;

/// A process that was started by the lab.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts `engine WORDS…` in that folder; what it says is appended to the log there.
    ///
    /// # Errors
    /// When the log cannot be opened or no process can be made.
    pub fn start(folder: &Path, log: &str, words: &[String], environment: &[(&str, String)]) -> Result<Self, LabFault> {
        let log = || File::options().create(true).append(true).open(folder.join(log)).map_err(told("the log cannot be opened"));
        let lab = std::env::current_exe().map_err(told("the lab does not find itself"))?;
        let mut command = Command::new(lab);
        command.arg0("engine").args(words).current_dir(folder).env_clear();
        command.envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
        command.stdin(Stdio::null()).stdout(log()?).stderr(log()?);
        Ok(Self { child: command.spawn().map_err(told("no process can be started"))? })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The code it ended with, if it has ended; 128 and the signal's number when one ended it.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<i32>, LabFault> {
        Ok(self.child.try_wait().map_err(told("the process cannot be looked at"))?.map(code))
    }

    /// Ends it at once, as a power cut of the process would, and waits until it is gone. Tells the code if it had ended before.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn kill(&mut self) -> Result<Option<i32>, LabFault> {
        if let Some(code) = self.ended()? {
            return Ok(Some(code));
        }
        self.child.kill().map_err(told("the process cannot be killed"))?;
        let status = self.child.wait().map_err(told("the process cannot be waited for"))?;
        // It may have come to its end between the look and the kill.
        Ok((status.signal() != Some(Signal::KILL.as_raw())).then(|| code(status)))
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it is gone.
    pub fn signal(&self, signal: Signal) -> Result<(), LabFault> {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| LabFault("the process has no id".to_owned()))?;
        kill_process(pid, signal).map_err(told("the process takes no signal"))
    }

    /// Waits for its end, so long at most.
    ///
    /// # Errors
    /// When the system does not tell.
    pub async fn wait(&mut self, most: Duration) -> Result<Option<i32>, LabFault> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(code) = self.ended()? {
                return Ok(Some(code));
            }
            if waited >= most {
                return Ok(None);
            }
            sleep(LOOK * 2).await;
            waited += LOOK * 2;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}
