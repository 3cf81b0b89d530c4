//! Copying a journal up to a commit, while somebody else may be writing behind it.

use crate::model::id::Lsn;
use crate::store::contract::StoreFault;
use crate::store::disk;
use crate::store::segments::file::{self, Head, SEGMENT_HEAD_BYTES};
use crate::store::segments::frame::Whole;
use crate::store::segments::tail::{End, walk};
use crate::store::segments::{packed, read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Bytes written at once.
const PORTION_BYTES: usize = 1 << 20;

/// Copies every segment, packed, up to commit `last`, into the directory `to`; durable on return. Each frame is checked
/// on the way and shown to `see`; a journal that does not hold every commit up to there is refused. `identity`: the copy
/// becomes a journal of its own, by that name. Returns the files.
pub fn copy(
    from: &Path,
    to: &Path,
    last: Lsn,
    identity: Option<[u8; 16]>,
    see: &mut dyn FnMut(Whole<'_>) -> Result<(), StoreFault>,
) -> Result<Vec<PathBuf>, StoreFault> {
    let mut next = Lsn(1);
    let mut files = Vec::new();
    for number in file::numbers(from)? {
        if next > last && !files.is_empty() {
            break;
        }
        let path = file::path(from, number);
        let image = read::image(&path)?;
        if image.head.first != next || image.head.number != number {
            let what = format!("commit {next} is missing before this segment");
            return Err(StoreFault::Damaged { file: path, offset: 0, what });
        }
        let begin = End { offset: SEGMENT_HEAD_BYTES, next };
        let (end, _) = walk(&image.plain, begin, &mut |_, whole| {
            if whole.lsn > last {
                return Ok(ControlFlow::Break(()));
            }
            see(whole)?;
            Ok::<_, StoreFault>(ControlFlow::Continue(()))
        })?;
        // A walk that was broken off has taken one step too many.
        let upto = cut_behind(&image.plain, image.head.first, last, end);
        next = upto.next;
        let head = Head { identity: identity.unwrap_or(image.head.identity), ..image.head };
        let target = file::path(to, number);
        file::write_whole(
            &target,
            packed::pack(&head, image.plain.get(..upto.offset).unwrap_or_default()).chunks(PORTION_BYTES),
        )?;
        files.push(target);
    }
    if next.0 != last.0 + 1 {
        let what = format!("commit {next} is broken or missing");
        let path = file::numbers(from)?.last().map_or_else(|| from.to_path_buf(), |number| file::path(from, *number));
        return Err(StoreFault::Damaged { file: path, offset: 0, what });
    }
    disk::sync_dir(to)?;
    Ok(files)
}

/// Where the frames up to `last` end.
fn cut_behind(plain: &[u8], first: Lsn, last: Lsn, end: End) -> End {
    if end.next.0 <= last.0 + 1 {
        return end;
    }
    let mut upto = End { offset: SEGMENT_HEAD_BYTES, next: first };
    let walked = walk(plain, upto.clone(), &mut |offset, whole: Whole<'_>| {
        if whole.lsn > last {
            upto = End { offset, next: whole.lsn };
            return Ok::<_, std::convert::Infallible>(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    });
    drop(walked);
    upto
}
