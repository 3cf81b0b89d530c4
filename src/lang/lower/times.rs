//! Cron expressions, reports and what stands in for what cannot be read.

use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Spanned;
use crate::lang::syntax::{self, Line};
use crate::model::campaign::{Recipient, Report};
use crate::model::cron::Cron;
use crate::model::time::{Delay, Unit};

/// A cron expression; one that cannot be read is told of.
pub fn cron(written: &Spanned<String>, tell: &mut dyn FnMut(Diagnostic)) -> Option<Cron> {
    match Cron::new(&written.value) {
        Ok(cron) => Some(cron),
        Err(why) => {
            let message = format!("the cron expression `{}` cannot be read: {why}", written.value);
            let help = "write five fields, minute hour day month weekday: `\"0 9 * * tue\"` is Tuesdays at nine";
            tell(Diagnostic::new(Code::BadCron, written.span, message, help));
            None
        }
    }
}

/// What stands for a cron expression that cannot be read.
pub fn a_day() -> Delay {
    Delay::exactly(1, Unit::Days)
}

/// `report "0 8 * * mon" to owner`: those whose time can be read.
pub fn reports(
    written: &[Line<syntax::Report>],
    recipient: &mut dyn FnMut(&syntax::Name) -> Recipient,
    tell: &mut dyn FnMut(Diagnostic),
) -> Vec<Report> {
    let mut reports = Vec::new();
    for line in written {
        let who = recipient(&line.value.who);
        reports.extend(cron(&line.value.cron, tell).map(|cron| Report { cron, who }));
    }
    reports
}
