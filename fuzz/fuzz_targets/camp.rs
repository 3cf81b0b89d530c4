//! Any text in the camp notation: read, checked, printed; never a panic, never a place outside the text.
#![no_main]

use campaign_engine::lang::source::Notation;
use libfuzzer_sys::fuzz_target;

#[path = "shared/folder.rs"]
mod folder;

fuzz_target!(|text: &str| folder::compiled("campaigns/fuzz.camp", Notation::Camp, text));
