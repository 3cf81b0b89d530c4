//! Power cuts: any part of the last batch may have reached the disk, in any order; all before it did.

use campaign_engine::model::id::Lsn;
use campaign_engine::store::contract::{Frame, Journal, StoreFault};
use campaign_engine::store::segments::SegmentJournal;
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::{prop_assert, prop_assert_eq};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

const SEGMENT_BYTES: u64 = 64 << 10;
/// What a disk writes whole.
const SECTOR_BYTES: usize = 512;

fn open(dir: &Path) -> Result<(SegmentJournal, Vec<String>), StoreFault> {
    SegmentJournal::open(dir, SEGMENT_BYTES, [7; 16])
}

fn append(journal: &SegmentJournal, payloads: &[Vec<u8>]) -> Vec<Arc<Frame>> {
    let first = journal.last().0 + 1;
    let place = |(payload, lsn): (&Vec<u8>, u64)| {
        Arc::new(Frame { lsn: Lsn(lsn), place: journal.place(payload.len()), payload: payload.clone() })
    };
    let frames: Vec<Arc<Frame>> = payloads.iter().zip(first..).map(place).collect();
    journal.append(Lsn(first), &frames).unwrap();
    frames
}

fn payloads(journal: &SegmentJournal) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    let mut see = |frame: Frame| {
        all.push(frame.payload);
        Ok(ControlFlow::Continue(()))
    };
    journal.replay(Lsn(1), &mut see).unwrap();
    all
}

/// The segment's sectors that the change touched and that are lost, as they were before.
fn lose(before: &[u8], after: &[u8], lost: &[bool]) -> Vec<u8> {
    let sectors = before.chunks(SECTOR_BYTES).zip(after.chunks(SECTOR_BYTES)).zip(lost.iter().cycle());
    let choose = |((before, after), lost): ((&[u8], &[u8]), &bool)| if *lost { before.to_vec() } else { after.to_vec() };
    sectors.flat_map(choose).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_power_cut_loses_nothing_that_was_acknowledged(
        acknowledged in proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..900), 1..5), 0..5),
        last in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..900), 1..9),
        lost in proptest::collection::vec(any::<bool>(), 1..40),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("00000001.segment");
        let (before, after) = {
            let (journal, _) = open(dir.path()).unwrap();
            acknowledged.iter().for_each(|batch| drop(append(&journal, batch)));
            let before = std::fs::read(&path).unwrap();
            append(&journal, &last);
            (before, std::fs::read(&path).unwrap())
        };
        std::fs::write(&path, lose(&before, &after, &lost)).unwrap();
        let (journal, _) = open(dir.path()).unwrap();
        let acknowledged: Vec<Vec<u8>> = acknowledged.concat();
        let all: Vec<Vec<u8>> = acknowledged.iter().chain(&last).cloned().collect();
        let found = payloads(&journal);
        prop_assert!(found.len() >= acknowledged.len());
        prop_assert_eq!(&found[..], &all[..found.len()]);
        append(&journal, &[b"more".to_vec()]);
        drop(journal);
        let (journal, mended) = open(dir.path()).unwrap();
        prop_assert_eq!(mended, Vec::<String>::new());
        prop_assert_eq!(payloads(&journal).len(), found.len() + 1);
    }

    #[test]
    fn a_changed_byte_is_refused_or_was_in_the_last_batch(
        batches in proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..300), 1..4), 2..6),
        at in any::<proptest::sample::Index>(),
        flip in 1..=255u8,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("00000001.segment");
        let last_begins = {
            let (journal, _) = open(dir.path()).unwrap();
            let frames: Vec<_> = batches.iter().map(|batch| append(&journal, batch)).collect();
            frames.last().unwrap()[0].lsn.0 as usize - 1
        };
        let mut bytes = std::fs::read(&path).unwrap();
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        let at = at.index(used);
        bytes[at] ^= flip;
        std::fs::write(&path, &bytes).unwrap();
        let all = batches.concat();
        match open(dir.path()) {
            Ok((journal, _)) => {
                let found = payloads(&journal);
                prop_assert!(found.len() >= last_begins, "{} of {} came back, {} were sure", found.len(), all.len(), last_begins);
                prop_assert_eq!(&found[..], &all[..found.len()]);
            }
            Err(StoreFault::Damaged { offset, .. }) => prop_assert!(offset <= at as u64),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

#[test]
fn only_the_expected_commit_can_be_appended() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path()).unwrap();
    append(&journal, &[b"one".to_vec()]);
    let frame = Arc::new(Frame { lsn: Lsn(3), place: journal.place(5), payload: b"three".to_vec() });
    let refused = journal.append(Lsn(3), &[frame]).unwrap_err();
    assert!(refused.to_string().contains("commit 3 was to be written, but the journal expects commit 2"), "{refused}");
}

#[test]
fn a_frame_is_read_at_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let (journal, _) = open(dir.path()).unwrap();
    let frames: Vec<Arc<Frame>> = (0..40).flat_map(|nth| append(&journal, &[vec![nth; 5_000], vec![nth; 3]])).collect();
    for frame in frames {
        assert_eq!(journal.read(frame.place).unwrap(), *frame);
        let (file, offset) = journal.whereabouts(frame.place);
        assert!(file.exists() && offset > 0);
    }
}
