//! Any bytes as what a store reads when it opens.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/lab/fuzz/journal.rs"]
mod journal;

fuzz_target!(|bytes: &[u8]| journal::journal(bytes));
