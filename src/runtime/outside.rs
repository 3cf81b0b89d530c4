//! The way out to people and systems of the user's own, as `engine run` puts it together from the settings.

use crate::connector::outlet::contract::{Closed, Outlet};
use crate::model::program::Program;
use std::sync::Arc;

/// How letters leave, and where those without an address of their own go.
#[derive(Clone)]
pub struct Outside {
    pub outlet: Arc<dyn Outlet>,
    /// Where notifications, tasks and reports are posted to; none: they are written down and shown only.
    pub notify_url: Option<String>,
    /// Where news is posted to; none: nowhere.
    pub news_url: Option<String>,
    /// Who says what a reply is; none: the rules do.
    pub classifier_url: Option<String>,
    /// Reads the folder again for `refresh`; none: lists are read at starts and reloads only.
    pub lists: Option<Lists>,
}

/// Reads a folder again. The error is a sentence.
pub type Lists = Arc<dyn Fn() -> Result<Program, String> + Send + Sync>;

impl Default for Outside {
    fn default() -> Self {
        Self { outlet: Arc::new(Closed), notify_url: None, news_url: None, classifier_url: None, lists: None }
    }
}
