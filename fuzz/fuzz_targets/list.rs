//! Any bytes as a list of contacts.
#![no_main]

use campaign_engine::lang::lists::{identifiers, read_list, roster};
use campaign_engine::model::account::Channel;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = identifiers("fuzz.csv", bytes);
    if let Ok(list) = read_list("fuzz.csv", bytes) {
        let roster = roster(&[list], &[], Channel::Linkedin);
        assert!(roster.rows.iter().all(|row| !row.key.trim().is_empty() && row.row >= 2));
    }
});
