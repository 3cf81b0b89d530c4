//! A file printed in YAML and read again is the same file, and is printed the same.

use crate::properties::program;
use campaign_engine::lang::format::yaml::{can_print, print};
use campaign_engine::lang::source::SourceId;
use campaign_engine::lang::yaml::parse;
use proptest::prelude::{ProptestConfig, prop_assert_eq, prop_assume, proptest};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn yaml_reads_what_it_printed(file in program::single()) {
        prop_assume!(can_print(&file).is_ok());
        let text = print(&file);
        let (again, faults) = parse(SourceId(0), &text);
        prop_assert_eq!(faults, vec![], "{}", text);
        prop_assert_eq!(&again, &file, "{}", text);
        prop_assert_eq!(print(&again), text);
    }
}
