//! One file for each row of the table of threats: its control, and the test that it holds. What concerns the pages stands with
//! theirs, in `tests/server`: over HTTP in `dashboard`, in a real browser in `browser`.

mod bombs;
mod door;
mod erase;
mod exports;
mod forged;
mod hostile;
mod logs;
mod outlets;
mod paths;
mod replay;
mod rest;
mod routes;
mod secrets;
mod templates;
mod terminal;
mod unsealed;
mod unverified;
