//! The never-twice protocol as a model that is walked to its end, and the real machine against a small one.
//!
//! No clock, no chance but the seed's, no I/O. Start at [`run`]; `protocol` is the model, `reference` the small machine.

mod protocol;
mod reference;

use crate::lab::LabFault;
use crate::lab::order::Order;
use crate::lab::verdict::Verdict;
use protocol::{Protocol, Variant};
use stateright::{Checker, Model};

/// States below which the walk was cut short.
const STATES_MIN: u64 = 100_000;

/// Walks the protocol and each of its unsafe variants; then plays the machine.
///
/// # Errors
/// None: a model has nothing that could fail.
pub fn run(order: &Order) -> Result<Verdict, LabFault> {
    let mut verdict = Verdict::new();
    let whole = Protocol(Variant::Whole).checker().threads(2).spawn_bfs().join();
    let found: Vec<&str> = whole.discoveries().into_keys().collect();
    let broken = ["never twice", "claimed once, and never what nobody performed", "stop means stop"];
    for name in broken.into_iter().filter(|name| found.contains(name)) {
        let path = whole.discovery(name).map(|path| format!("{:?}", path.into_actions())).unwrap_or_default();
        verdict.fault(format!("the protocol breaks `{name}`: {path}"));
    }
    for name in ["both are sent", "an unknown call is found"].into_iter().filter(|name| !found.contains(name)) {
        verdict.fault(format!("the walk never saw that {name}: it proves nothing"));
    }
    verdict.at_least("states", whole.unique_state_count() as u64, STATES_MIN);
    let mut caught = 0;
    for variant in Variant::UNSAFE {
        let walked =
            Protocol(variant).checker().threads(2).finish_when(stateright::HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found = broken.into_iter().find_map(|name| walked.discovery(name).map(|path| (name, path.into_actions().len())));
        match found {
            Some((name, moves)) => {
                caught += 1;
                println!("  {variant:?} breaks `{name}` in {moves} moves");
            }
            None => verdict.fault(format!("{variant:?} breaks nothing: the model does not see what it leaves out")),
        }
    }
    verdict.at_least("unsafe_variants", caught, Variant::UNSAFE.len() as u64);
    reference::play(order, &mut verdict)?;
    Ok(verdict)
}
