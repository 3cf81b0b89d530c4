//! Where a wait ends: the calendar's arithmetic with the person's own draws, dates and zone.

use crate::machine::turn::Turn;
use crate::model::calendar::civil_date;
use crate::model::id::{StepId, Visit, draw};
use crate::model::time::{Delay, Timestamp, Until};

/// When a delay that begins now is over.
pub(super) fn after(turn: &Turn<'_>, delay: Delay, step: StepId, visit: Visit) -> Timestamp {
    let draw = drawn(turn, step, visit);
    turn.campaign.calendar.after(delay, draw, turn.now, &turn.tz)
}

/// When a `wait until` or `pause until` that begins now is over; never before now.
pub(super) fn until(turn: &Turn<'_>, until: &Until, step: StepId, visit: Visit) -> Timestamp {
    let calendar = &turn.campaign.calendar;
    match until {
        Until::Weekday { weekday, minute } => calendar.next_weekday(*weekday, *minute, turn.now, &turn.tz),
        Until::Delay(delay) => after(turn, *delay, step, visit),
        Until::Cron(cron) => cron.next(turn.now, &turn.tz).unwrap_or(turn.now),
        Until::Field { field, or } => {
            let ends = turn.scope().field(field).and_then(|text| opening(turn, text));
            ends.unwrap_or_else(|| or.map_or(turn.now, |delay| after(turn, delay, step, visit))).max(turn.now)
        }
        Until::ReturnDate { or } => {
            let date = turn.scope().reply.and_then(|reply| reply.return_date.as_deref());
            // A return that is already past says nothing of when they are back.
            let ends = date.and_then(|text| opening(turn, text)).filter(|at| *at > turn.now);
            ends.unwrap_or_else(|| or.map_or(turn.now, |delay| after(turn, delay, step, visit))).max(turn.now)
        }
    }
}

/// The first open minute of the day a text means; its midnight when nothing ever opens.
fn opening(turn: &Turn<'_>, text: &str) -> Option<Timestamp> {
    let date = civil_date(text, &turn.tz)?;
    let calendar = &turn.campaign.calendar;
    calendar.first_open_of(date, &turn.tz).or_else(|| crate::model::calendar::first_moment(date, 0, &turn.tz))
}

/// The person's own draw for a range, the same at every replay.
fn drawn(turn: &Turn<'_>, step: StepId, visit: Visit) -> u64 {
    let label = turn.step(step).map_or("", |step| step.label.as_str());
    draw(&[turn.campaign.name.as_bytes(), &turn.enrollment.id.0.to_le_bytes(), label.as_bytes(), &visit.0.to_le_bytes()])
}
