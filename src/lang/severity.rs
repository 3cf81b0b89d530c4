//! How bad a fault is.

/// Refuses, or warns (`--strict` refuses both).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}
