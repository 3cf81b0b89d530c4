//! Texts and data: templates, lists, reports.

mod render;
