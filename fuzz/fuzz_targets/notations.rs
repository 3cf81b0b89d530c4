//! A file that can be read in one notation is the same in the other, and comes back the same.
#![no_main]

use campaign_engine::lang::format::{FormatFault, convert};
use campaign_engine::lang::source::{Notation, SourceId};
use campaign_engine::lang::syntax::File;
use campaign_engine::lang::{camp, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for (from, to) in [(Notation::Camp, Notation::Yaml), (Notation::Yaml, Notation::Camp)] {
        if convert(text, from, from).is_err() {
            continue;
        }
        let there = match convert(text, from, to) {
            Ok(there) => there,
            // One YAML file holds one block; a file of several has no form there.
            Err(FormatFault::NoForm(_)) => continue,
            Err(fault) => panic!("{fault:?}"),
        };
        let back = convert(&there, to, from).unwrap_or_else(|fault| panic!("{fault:?} of\n{there}"));
        assert_eq!(tree(text, from), tree(&back, from), "by way of\n{there}");
    }
});

fn tree(text: &str, notation: Notation) -> File {
    match notation {
        Notation::Camp => camp::parse(SourceId::default(), text).0,
        Notation::Yaml => yaml::parse(SourceId::default(), text).0,
    }
}
