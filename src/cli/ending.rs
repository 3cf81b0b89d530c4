//! How a command ends: an exit code, and a sentence with the way out when it is not a good end.

use crate::connector::contract::{Refusal, Verdict};
use crate::runtime::install::InstallFault;
use crate::store::contract::StoreFault;

/// Done.
pub const DONE: u8 = 0;
/// It did not work.
pub const FAILED: u8 = 1;
/// The campaigns or the command line are wrong.
pub const WRONG: u8 = 2;
/// Finished, some contacts need a person.
pub const NEEDS_A_PERSON: u8 = 3;
/// Not authorised by postpress.
pub const UNAUTHORISED: u8 = 4;
/// A plan changes something (`plan --exit-code`).
pub const CHANGES: u8 = 5;
/// postpress cannot be reached.
pub const UNREACHABLE: u8 = 6;
/// The store is damaged.
pub const DAMAGED: u8 = 7;
/// Another engine holds the store.
pub const HELD: u8 = 75;
/// The configuration is unsafe.
pub const UNSAFE: u8 = 78;

/// The end of a command (exit codes: INTERFACE.md §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub code: u8,
    /// What went wrong; none: nothing to say.
    pub message: Option<String>,
    /// The way out.
    pub help: Option<String>,
}

/// What a verb returns: both sides are an end, the error side by `?`.
pub type Done = Result<Ending, Ending>;

impl Ending {
    /// All is well.
    pub fn done() -> Self {
        Self::silent(DONE)
    }

    /// With that code; everything was said already.
    pub fn silent(code: u8) -> Self {
        Self { code, message: None, help: None }
    }

    /// With that code and a sentence.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()), help: None }
    }

    /// The same, with a way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreFault> for Ending {
    fn from(fault: StoreFault) -> Self {
        let (code, help) = match &fault {
            StoreFault::Locked { .. } => (HELD, None),
            StoreFault::Damaged { .. } => {
                (DAMAGED, Some("`engine store rebuild` saves what is whole; or `engine store restore` a backup"))
            }
            StoreFault::Newer { .. } => {
                (DAMAGED, Some("use the engine that wrote it, or a newer one: an older one never writes to newer data"))
            }
            StoreFault::BadBackup { .. } => (DAMAGED, Some("take another backup, or copy this one again")),
            StoreFault::Unfinished { .. } => {
                (DAMAGED, Some("`engine store restore BACKUP` again, from the backup it was made of"))
            }
            StoreFault::Occupied { .. } => {
                (FAILED, Some("name another place, or say `--replace`: what is there is moved aside, not removed"))
            }
            StoreFault::Io { .. } => {
                (FAILED, Some("see that the disk is well and the directory may be written to; what was acknowledged is safe"))
            }
            StoreFault::DiskFull { .. } => (FAILED, Some("free some space; what was acknowledged is safe")),
            StoreFault::Keyless { .. } => {
                (DAMAGED, Some("a restore takes the keys of the data it replaces; into an empty place it needs `--key FILE`"))
            }
            StoreFault::Poisoned { .. } | StoreFault::Closed | StoreFault::Exposed { .. } | StoreFault::Unsealed { .. } => {
                (FAILED, None)
            }
        };
        let ending = Self::new(code, fault.to_string());
        match help {
            Some(help) => ending.help(help),
            None => ending,
        }
    }
}

impl From<InstallFault> for Ending {
    fn from(fault: InstallFault) -> Self {
        match fault {
            InstallFault::Store(fault) => fault.into(),
            InstallFault::Refused(fault) => {
                let sentence = format!("{}; nothing was touched", fault.message);
                Self::new(WRONG, sentence).help(format!("{} (`engine explain {}`)", fault.help, fault.code.word()))
            }
        }
    }
}

impl From<Refusal> for Ending {
    fn from(refusal: Refusal) -> Self {
        match refusal.verdict {
            Verdict::KeyWrong => Self::new(UNAUTHORISED, format!("postpress refused the key: {refusal}"))
                .help("set POSTPRESS_API_KEY to a key of this workspace (the environment, or .env)"),
            Verdict::Later { .. } if refusal.status.is_none_or(|status| status >= 500) => {
                Self::new(UNREACHABLE, format!("postpress cannot be reached: {refusal}"))
                    .help("check POSTPRESS_URL and the network; `engine doctor` says what is wrong")
            }
            Verdict::Already
            | Verdict::Later { .. }
            | Verdict::CoolDown { .. }
            | Verdict::Never
            | Verdict::AccountLost
            | Verdict::Unknown => Self::new(FAILED, format!("postpress refused: {refusal}")),
        }
    }
}
