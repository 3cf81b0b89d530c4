//! What a folder would do to the store as it is: who enters and who is left out, where people of earlier versions go on, and,
//! with the messages a forecast finds, who is written to on which day.
//!
//! The decisions are not foretold but made: the program is installed on a copy in memory, by the code that installs it for
//! good. Nothing here changes a store, asks a clock or looks at a file. Start at [`foresee`](foresee::foresee); a saved
//! plan is held against a fresh one by [`differs`](compare::differs).

pub mod compare;
pub mod document;
pub mod foresee;
pub mod people;
pub mod scratch;
pub mod shown;
