//! A file printed in YAML and read again is the same file, is printed the same, and fits the schema that editors ask.

use crate::language::yaml::schema::refusal;
use crate::properties::cases;
use crate::properties::program;
use campaign_engine::lang::format::yaml::{can_print, ordered, print};
use campaign_engine::lang::source::SourceId;
use campaign_engine::lang::syntax::Item;
use campaign_engine::lang::yaml::parse;
use proptest::prelude::{prop_assert_eq, proptest};

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn yaml_reads_what_it_printed(file in program::single()) {
        prop_assert_eq!(can_print(&file), Ok(()));
        let text = print(&file);
        let (again, faults) = parse(SourceId(0), &text);
        prop_assert_eq!(faults, vec![], "{}", text);
        prop_assert_eq!(&again, &ordered(&file), "{}", text);
        prop_assert_eq!(print(&again), text.clone());
        let lacks_steps = file.items.iter().any(|item| matches!(item, Item::Campaign(campaign) if campaign.steps.is_none()));
        if !lacks_steps {
            prop_assert_eq!(refusal(&text), None, "{}", text);
        }
    }
}
