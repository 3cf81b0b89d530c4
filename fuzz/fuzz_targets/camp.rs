//! Any text in the camp notation.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/lab/fuzz/journal.rs"]
mod journal;
#[path = "../../src/lab/fuzz/targets.rs"]
mod targets;

fuzz_target!(|bytes: &[u8]| targets::camp(bytes));
