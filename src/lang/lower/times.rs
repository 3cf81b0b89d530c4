//! Cron expressions, reports and what stands in for what cannot be read.

use crate::lang::source::Spanned;
use crate::lang::syntax::{self, Line};
use crate::model::campaign::{Recipient, Report};
use crate::model::cron::Cron;
use crate::model::time::{Delay, Unit};

/// A cron expression; one that cannot be read was told of by whoever read the file.
pub fn cron(written: &Spanned<String>) -> Option<Cron> {
    Cron::new(&written.value).ok()
}

/// What stands for a cron expression that cannot be read.
pub fn a_day() -> Delay {
    Delay::exactly(1, Unit::Days)
}

/// `report "0 8 * * mon" to owner`: those whose time can be read.
pub fn reports(written: &[Line<syntax::Report>], recipient: &mut dyn FnMut(&syntax::Name) -> Recipient) -> Vec<Report> {
    let mut reports = Vec::new();
    for line in written {
        let who = recipient(&line.value.who);
        reports.extend(cron(&line.value.cron).map(|cron| Report { cron, who }));
    }
    reports
}
