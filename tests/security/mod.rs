//! One file for each row of the table of threats: its control, and the test that it holds. Pages do not exist yet; their
//! rows (scripts in pages, foreign origins) come with them.

mod bombs;
mod door;
mod erase;
mod exports;
mod forged;
mod hostile;
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
