//! The lab: commands that try to break what the engine promises, each with an oracle that says whether it broke.
//!
//! A check prints its seed and one line `RESULT name pass|fail key=value …`, and fails also when it did too little. It opens
//! no socket but on loopback. Only `cargo lab` has it: no release holds its faults. Start at [`CHECKS`].

pub mod calendar;
pub mod crash;
pub mod flood;
pub mod fuzz;
pub mod instructions;
pub mod kept;
pub mod model;
pub mod mutants;
pub mod noweb;
pub mod oracle;
pub mod order;
pub mod promises;
pub mod restore;
pub mod rig;
pub mod scaling;
pub mod shutdown;
pub mod sim;
pub mod soak;
pub mod store;
pub mod verdict;

use order::Order;
use verdict::Verdict;

/// Why a check could not be carried out at all: neither passed nor failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LabFault(pub String);

/// One way of trying to break the engine.
pub struct Check {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it does to the engine, in a line.
    pub about: &'static str,
    /// Does it wait more than it works? Then `all` lets it go on beside those after it.
    pub waits: bool,
    /// Tries, and judges.
    pub run: fn(&Order) -> Result<Verdict, LabFault>,
}

/// Every check, in the order in which `all` begins them: the quick ones first; what waits before what works meanwhile.
pub const CHECKS: &[Check] = &[
    Check {
        name: "histories",
        about: "journals of every format open and add up; newer ones are refused",
        waits: false,
        run: store::histories::run,
    },
    Check {
        name: "powercut",
        about: "what the disk holds after a power cut has all that was acknowledged",
        waits: false,
        run: store::powercut::run,
    },
    Check {
        name: "crashpoints",
        about: "the process dies at every durable operation of the store",
        waits: false,
        run: store::crashpoints::run,
    },
    Check {
        name: "damage",
        about: "damaged files are refused or read as they were; rebuild brings them back",
        waits: false,
        run: store::damage::run,
    },
    Check { name: "box", about: "the README promises what the results of long runs hold", waits: false, run: promises::run },
    Check {
        name: "calendar",
        about: "sending hours around every change of clocks, minute by minute",
        waits: false,
        run: calendar::run,
    },
    Check {
        name: "model",
        about: "the never-twice protocol walked to its end; the machine beside a small one",
        waits: false,
        run: model::run,
    },
    Check {
        name: "fuzz",
        about: "any bytes to every reader, kept ones and such as are drawn from them",
        waits: false,
        run: fuzz::check,
    },
    Check {
        name: "instructions",
        about: "hot paths take no more instructions than were written down",
        waits: false,
        run: instructions::run,
    },
    Check { name: "scaling", about: "twice the text costs twice the time, whatever the text", waits: false, run: scaling::run },
    Check {
        name: "shutdown",
        about: "told to stop at any moment, it ends in order; told twice, at once",
        waits: false,
        run: shutdown::run,
    },
    Check {
        name: "restore",
        about: "backups made under load are put in place at random moments",
        waits: false,
        run: restore::run,
    },
    Check { name: "soak", about: "webhooks, sends, questions and kills for a long time", waits: true, run: soak::run },
    Check { name: "crash", about: "the real engine is killed at any moment, and started again", waits: true, run: crash::run },
    Check { name: "noweb", about: "the shipped campaigns with every webhook lost for ever", waits: false, run: noweb::run },
    Check { name: "flood", about: "a campaign with a million events leaves the others alone", waits: false, run: flood::run },
    Check { name: "sim", about: "seeded worlds in virtual time, with every fault there is", waits: false, run: sim::run },
    Check { name: "mutants", about: "planted bugs, each of which some check has to catch", waits: false, run: mutants::run },
];
