//! The `.camp` notation: what good files mean, and how broken ones are refused.

use campaign_engine::lang::camp::parse;
use campaign_engine::lang::source::SourceId;

#[test]
fn the_language_pages_own_example_is_read_without_a_fault() {
    for text in [include_str!("fixtures/camp/cto_intro.camp"), include_str!("fixtures/camp/workspace.camp")] {
        let (file, faults) = parse(SourceId(0), text);
        assert_eq!(faults, vec![]);
        assert_eq!(file.items.len(), 1);
    }
}
