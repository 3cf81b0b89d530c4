//! What goes out on each of the coming days, campaign by campaign, from where a store stands: document `engine.ahead/1`.
//!
//! Nobody acts in it: it is what goes out by itself, as `engine plan` tells it.

use crate::model::effect::Call;
use crate::model::event::Settlement;
use crate::model::journal::{Key, Meta, MetaKey, Record};
use crate::model::program::Workspace;
use crate::model::time::{DAY_MS, Timestamp};
use crate::runtime::census::watched::Watched;
use crate::runtime::query::days::{DayAhead, DaysAhead};
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::drive::run;
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use crate::store::contract::{Store, StoreFault};
use std::collections::BTreeMap;

/// Days looked ahead, today included.
pub const DAYS: i64 = 14;
/// With more people under way nothing is forecast for a page: `engine plan` and `engine simulate` take their time.
pub const PEOPLE_MAX: u64 = 20_000;
/// Nobody acts: there is nothing to draw.
const SEED: u64 = 0;

/// Forecasts the coming days.
pub fn days_ahead(store: &Watched, now: Timestamp) -> Result<DaysAhead, StoreFault> {
    let people = under_way(store)?;
    let mut told = DaysAhead {
        schema: "engine.ahead/1".to_owned(),
        made_at: now.iso_ms(),
        people,
        too_many: people > PEOPLE_MAX,
        campaigns: BTreeMap::new(),
    };
    if told.too_many {
        return Ok(told);
    }
    let opening = Opening::stored(store, &workspace(store)?, now)?;
    let mut days = Days { days: empty(&opening, now) };
    // The last day is whole where its schedule's zone is behind ours, too.
    run(&Cast::new(&opening, &Folk::Silent), now.plus_ms((DAYS + 1) * DAY_MS), SEED, &mut days);
    told.campaigns = days.days;
    Ok(told)
}

fn under_way(store: &Watched) -> Result<u64, StoreFault> {
    store.census().count(store, |counts| counts.groups().filter(|(group, _)| !group.has_ended()).map(|(_, people)| people).sum())
}

/// The limits as they were installed; hours and zones are the campaigns' own.
fn workspace(store: &dyn Store) -> Result<Workspace, StoreFault> {
    Ok(match store.get(&Key::Meta(MetaKey::Limits))? {
        Some(Record::Meta(Meta::Limits { limits })) => Workspace { limits: *limits, ..Workspace::empty() },
        _ => Workspace::empty(),
    })
}

/// Every day of every campaign, with nothing on it.
fn empty(opening: &Opening, now: Timestamp) -> BTreeMap<String, Vec<DayAhead>> {
    let days = |zone: jiff::tz::TimeZone| {
        let first = now.in_zone(&zone).date();
        let dates = (0..DAYS).filter_map(move |nth| first.checked_add(jiff::Span::new().days(nth)).ok());
        dates.map(|date| DayAhead { day: date.to_string(), ..DayAhead::default() }).collect()
    };
    let campaigns = opening.campaigns.iter().map(|opened| &opened.campaign);
    campaigns.map(|campaign| (campaign.name.clone(), days(campaign.calendar.zone_for(None)))).collect()
}

/// Listens for what goes out.
struct Days {
    days: BTreeMap<String, Vec<DayAhead>>,
}

impl Sink for Days {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        let Happening::Called { call, settlement: Settlement::Sent { .. }, .. } = happening else { return };
        let date = at.in_zone(&who.campaign.calendar.zone_for(None)).date().to_string();
        let days = self.days.get_mut(&who.campaign.name).into_iter().flatten();
        let Some(day) = days.into_iter().find(|day| day.day == date) else { return };
        match call {
            Call::Invite { .. } => day.invites += 1,
            Call::Message { .. } | Call::ByHand { .. } | Call::Group { .. } => day.messages += 1,
            Call::Inmail { .. } => day.inmails += 1,
            Call::Withdraw | Call::Engage(_) => {}
        }
    }
}
