//! Too much of everything, and one person's trouble: the others go on.

mod bounds;
mod isolation;
mod luck;
