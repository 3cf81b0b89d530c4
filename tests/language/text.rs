//! Texts and data: templates, lists, the folder, reports.

mod folder;
mod lists;
mod render;
mod report;
