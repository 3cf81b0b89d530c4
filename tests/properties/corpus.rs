//! What was kept of fuzzing stays harmless: every reader, on its whole corpus.

use crate::properties::targets::TARGETS;
use std::path::Path;

#[test]
fn every_reader_takes_what_was_kept() {
    for target in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target.name);
        let mut kept = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let input = std::fs::read(&path).unwrap();
            let outcome = std::panic::catch_unwind(|| (target.run)(&input));
            assert!(outcome.is_ok(), "{} stumbles over {}", target.name, path.display());
            kept += 1;
        }
        assert!(kept >= 8, "{} holds {kept} inputs", folder.display());
    }
}
