//! How much of a campaign could be read. What is missing where the text is broken is not missing in truth: one fault
//! must not be told again by every check behind it.

use crate::lang::diagnostic::{Diagnostic, Severity};
use crate::lang::syntax::Campaign;

/// Which parts were read without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Everything.
    pub all: bool,
    /// Steps and handlers: paths can be followed.
    pub steps: bool,
    /// The contacts block: fields can be missed.
    pub fields: bool,
    pub outcomes: bool,
    /// The campaign's own messages and classes, and what the folder shares.
    pub texts: bool,
    /// The workspace, and all else that stands at the top level.
    pub shared: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Header,
    Outcomes,
    Contacts,
    Text,
    Steps,
    Other,
}

impl Whole {
    /// Of a campaign, by the faults in its stretch of the file. `is_shared_whole`: the workspace and all that stands at
    /// the top level was read.
    pub fn of<'d>(campaign: &Campaign, faults: impl Iterator<Item = &'d Diagnostic>, is_shared_whole: bool) -> Self {
        let parts = parts(campaign);
        let errors = faults.filter(|fault| fault.severity() == Severity::Error);
        let broken: Vec<Part> = errors.map(|fault| part_at(&parts, fault.span.start)).collect();
        let is_broken = |part: Part| broken.contains(&part);
        let all = broken.is_empty();
        let header = is_broken(Part::Header);
        Self {
            all,
            steps: !header && !is_broken(Part::Steps),
            fields: !is_broken(Part::Contacts) && (all || campaign.contacts.is_some()),
            outcomes: !is_broken(Part::Outcomes) && (all || campaign.outcomes.is_some()),
            texts: is_shared_whole && !header && !is_broken(Part::Text),
            shared: is_shared_whole,
        }
    }
}

/// Where the parts begin, in the order of the text.
fn parts(campaign: &Campaign) -> Vec<(u32, Part)> {
    let mut parts = vec![(campaign.span.start, Part::Header)];
    parts.extend(campaign.outcomes.iter().map(|line| (line.span.start, Part::Outcomes)));
    parts.extend(campaign.contacts.iter().map(|contacts| (contacts.span.start, Part::Contacts)));
    parts.extend(campaign.messages.iter().map(|message| (message.span.start, Part::Text)));
    parts.extend(campaign.classes.iter().map(|class| (class.span.start, Part::Text)));
    parts.extend(campaign.steps.iter().map(|steps| (steps.span.start, Part::Steps)));
    parts.extend(campaign.parts.iter().map(|part| (part.span.start, Part::Steps)));
    parts.extend(campaign.migrations.iter().map(|migrate| (migrate.span.start, Part::Other)));
    parts.extend(campaign.reports.iter().map(|report| (report.span.start, Part::Other)));
    parts.extend(campaign.tests.iter().map(|test| (test.span.start, Part::Other)));
    parts.extend(campaign.handlers.iter().map(|handler| (handler.span.start, Part::Steps)));
    let others = [
        campaign.goal.as_ref().map(|goal| goal.span),
        campaign.accounts.as_ref().map(|accounts| accounts.span),
        campaign.limits.as_ref().map(|limits| limits.span),
        campaign.schedule.as_ref().map(|schedule| schedule.span),
    ];
    parts.extend(others.into_iter().flatten().map(|span| (span.start, Part::Other)));
    parts.sort_by_key(|(start, _)| *start);
    parts
}

fn part_at(parts: &[(u32, Part)], at: u32) -> Part {
    let behind = parts.partition_point(|(start, _)| *start <= at);
    behind.checked_sub(1).and_then(|last| parts.get(last)).map_or(Part::Header, |(_, part)| *part)
}
