//! What is printed and read again is the same file, in both notations, and printing it once more changes nothing.

use crate::properties::cases;
use crate::properties::program;
use campaign_engine::lang::camp;
use campaign_engine::lang::format::{self, convert};
use campaign_engine::lang::source::{Notation, SourceId};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn camp_reads_what_it_printed(file in program::file()) {
        let text = format::camp::print(&file);
        let (again, faults) = camp::parse(SourceId(0), &text);
        prop_assert_eq!(faults, vec![], "{}", text);
        prop_assert!(again == file, "{}", text);
        prop_assert_eq!(format::camp::print(&again), text);
    }

    #[test]
    fn both_notations_say_the_same(file in program::single()) {
        let yaml = format::format(&file, Notation::Yaml);
        prop_assert!(yaml.is_ok(), "{:?}\n{}", yaml, format::camp::print(&file));
        let (yaml, camp) = (yaml.unwrap_or_default(), format::camp::print(&format::yaml::ordered(&file)));
        let back = convert(&yaml, Notation::Yaml, Notation::Camp);
        prop_assert!(back.as_ref() == Ok(&camp), "{}\n{:?}\n{}", yaml, back, camp);
    }
}
