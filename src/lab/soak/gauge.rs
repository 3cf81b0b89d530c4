//! What a process takes of the machine, read from outside.

use std::path::Path;

/// Bytes of a page in `statm`.
const PAGE_BYTES: u64 = 4_096;
/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;
const MIB: f64 = 1_048_576.0;

/// One look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Since the process took turns, in milliseconds.
    pub age_ms: i64,
    /// Memory that is its own and in use.
    pub memory: u64,
    /// Open files and sockets.
    pub handles: u64,
    /// What the progress takes on the disk.
    pub progress: u64,
}

/// Looks at a process and at its data; none: it is gone.
pub fn look(pid: u32, age_ms: i64, data: &Path) -> Option<Sample> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    let handles = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
    Some(Sample { age_ms, memory: pages * PAGE_BYTES, handles, progress: bytes(&data.join("sled")) })
}

/// What the files of a folder take, all in all.
pub fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Growth in MiB an hour of what `of` reads, by least squares; none: too few samples.
pub fn slope(samples: &[Sample], of: impl Fn(&Sample) -> u64) -> Option<f64> {
    let count = samples.len() as f64;
    if samples.len() < 8 {
        return None;
    }
    let points = || samples.iter().map(|sample| (sample.age_ms as f64 / HOUR_MS, of(sample) as f64 / MIB));
    let (mean_x, mean_y) = points().fold((0.0, 0.0), |(x, y), (at, value)| (x + at / count, y + value / count));
    let (over, under) = points()
        .fold((0.0, 0.0), |(over, under), (at, value)| (over + (at - mean_x) * (value - mean_y), under + (at - mean_x).powi(2)));
    (under > 0.0).then(|| over / under)
}

/// The samples once it has warmed up: the last two thirds.
pub fn warm(samples: &[Sample]) -> &[Sample] {
    samples.get(samples.len() / 3..).unwrap_or_default()
}
