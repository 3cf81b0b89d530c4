//! Tests of properties.

mod cascade;
mod corpus;
mod drawing;
mod flow;
mod formatting;
mod hostile;
mod oracle;
mod paths;
mod people;
mod program;
mod slips;
mod small;
mod whole;
mod workspace;
mod yaml;

#[path = "../../src/lab/fuzz/journal.rs"]
mod journal;
#[path = "../../src/lab/fuzz/targets.rs"]
mod targets;

use proptest::prelude::ProptestConfig;

/// So many random cases, unless `PROPTEST_CASES` asks for another number.
pub fn cases(usual: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { usual };
    ProptestConfig { cases, max_shrink_iters: 2000, ..default }
}
