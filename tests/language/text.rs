//! Texts and data: templates, lists, the folder, reports.

mod codes;
mod folder;
mod lists;
mod render;
mod report;
