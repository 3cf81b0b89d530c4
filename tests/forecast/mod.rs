//! Looking ahead: the forecast plays what the engine does, keeps every limit, and is the same from the same seed.

mod daily;
mod likeness;
mod limits;
