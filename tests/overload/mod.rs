//! Too much of everything, and one person's trouble: the others go on.

mod isolation;
