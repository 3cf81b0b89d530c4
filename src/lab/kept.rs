//! Seeds that showed a fault once: kept in `seeds/`, replayed first by every later run.

/// The numbers of a file of seeds: one a line, `#` begins a remark.
pub fn seeds(text: &str) -> Vec<u64> {
    text.lines().filter_map(|line| line.split('#').next()?.trim().parse().ok()).collect()
}
