//! The editor's side, driven as an editor drives it.

mod diagnostics;
mod editor;
mod names;
mod stdio;
mod words;
