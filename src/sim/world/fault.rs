//! Why a town cannot go on.

use crate::model::time::Timestamp;
use crate::runtime::install::InstallFault;
use crate::sim::postpress::ledger::LedgerFault;
use crate::store::contract::StoreFault;

/// Why a town cannot go on. None of it is the campaign's fault, but for a version that was not raised.
#[derive(Debug, thiserror::Error)]
pub enum TownFault {
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error(transparent)]
    Install(#[from] InstallFault),
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    #[error("no engine runs: it crashed and was not started again")]
    Closed,
    #[error("the webhook for `{of}` cannot be registered")]
    Deaf { of: &'static str },
    #[error("a webhook was not taken: {because}")]
    Unheard { because: String },
    #[error("the turns go round without end at {at}")]
    Restless { at: Timestamp },
    #[error("the world did not answer at once at {at}")]
    Unanswered { at: Timestamp },
    #[error("an answer or a durable row never came")]
    Stuck,
}
