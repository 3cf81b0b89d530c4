//! What reaches out: postpress, both directions.
pub mod contract;
