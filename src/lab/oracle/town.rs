//! Books out of a world in this process.

use crate::lab::LabFault;
use crate::lab::oracle::{Books, Breach, Invariant, Story, bounds, heard, is_by_hand};
use crate::model::id::EnrollmentId;
use crate::model::journal::{Installed, Key, Record};
use crate::model::time::Timestamp;
use crate::runtime::query::Query;
use crate::sim::people::identity;
use crate::sim::postpress::ledger::Line;
use crate::sim::world::Town;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Both sides of a town whose ledger is kept in memory.
///
/// # Errors
/// The store cannot be read.
pub fn books(town: &Town) -> Result<Books, LabFault> {
    let told = |fault: &dyn std::fmt::Display| LabFault(fault.to_string());
    let store = town.store.as_ref();
    let query = Query::open(store, town.now()).map_err(|fault| told(&fault))?;
    // In the order of their ids, as `enrollments` gives them.
    let mut rows = Vec::new();
    query
        .contacts(None, &mut |row, _| {
            rows.push(row);
            ControlFlow::Continue(())
        })
        .map_err(|fault| told(&fault))?;
    let people = town.enrollments().map_err(|fault| told(&fault))?;
    if people.len() != rows.len() {
        return Err(LabFault(format!("{} enrollments, but {} rows of their status", people.len(), rows.len())));
    }
    let mut stories = Vec::new();
    for (enrollment, row) in people.into_iter().zip(rows) {
        let entries = town.timeline(enrollment.id).map_err(|fault| told(&fault))?;
        stories.push(Story { enrollment: enrollment.id.0, row, entries });
    }
    Ok(Books { performed: town.world.effects(0), stories })
}

/// What was said to and by our people, against what the engine knows; and each text against the data it was made of.
/// `hands`: until when also what owners wrote by hand, of which only webhooks tell.
///
/// # Errors
/// The store cannot be read.
pub fn heard(town: &Town, books: &Books, until: Timestamp, hands: Option<Timestamp>) -> Result<Vec<Breach>, LabFault> {
    let told = |fault: &dyn std::fmt::Display| LabFault(fault.to_string());
    let mut people = Vec::new();
    let mut breaches = Vec::new();
    for story in &books.stories {
        breaches.extend(heard::versions(story));
        breaches.extend(heard::repeated(story));
        let Some(enrollment) = town.enrollment(EnrollmentId(story.enrollment)).map_err(|fault| told(&fault))? else { continue };
        let Some(Record::Contact(contact)) = town.store.get(&Key::Contact(enrollment.contact)).map_err(|fault| told(&fault))?
        else {
            continue;
        };
        let mut lines = Vec::new();
        for (channel, line) in &enrollment.lines {
            let account = town.account(line.account).map_err(|fault| told(&fault))?;
            let key = contact.fields.get(channel.word()).and_then(|id| identity::key(*channel, id));
            if let (Some(account), Some(key)) = (account, key) {
                lines.push((account.spec.provider_account.to_string(), key));
            }
        }
        let name = contact.fields.get("first_name").cloned().unwrap_or_default();
        let prefix = format!("{}.", story.enrollment);
        let own = books.performed.iter().filter(|line| line.idempotency_key.as_ref().is_some_and(|key| key.starts_with(&prefix)));
        let own = own.filter(|line| !is_by_hand(line));
        breaches.extend(own.filter(|line| line.text.as_ref().is_some_and(|text| !text.contains(&name))).map(|line| {
            let what = format!(
                "{} got `{}`: their name `{name}` is not in it as it stands in the list",
                story.name(),
                line.text.as_deref().unwrap_or_default()
            );
            Breach::new(Invariant::Truthful, what)
        }));
        people.push(heard::Known { story, lines });
    }
    let said: Vec<_> =
        town.world.said().into_iter().filter(|saying| !saying.is_own || hands.is_some_and(|until| saying.at <= until)).collect();
    breaches.extend(heard::judge(&said, &books.performed, &people, until));
    Ok(breaches)
}

/// I6, the sending hours: each effect, in the hours of its campaign and its person's zone.
///
/// # Errors
/// The store cannot be read.
pub fn hours(town: &Town, performed: &[Line]) -> Result<Vec<Breach>, LabFault> {
    let told = |fault: &dyn std::fmt::Display| LabFault(fault.to_string());
    let mut of: BTreeMap<u64, Vec<&Line>> = BTreeMap::new();
    for line in performed.iter().filter(|line| !is_by_hand(line)) {
        let whose = line.idempotency_key.as_deref().and_then(|key| key.split('.').next()?.parse().ok());
        if let Some(enrollment) = whose {
            of.entry(enrollment).or_default().push(line);
        }
    }
    let mut breaches = Vec::new();
    for (id, lines) in of {
        let Some(enrollment) = town.enrollment(EnrollmentId(id)).map_err(|fault| told(&fault))? else { continue };
        let campaign = town.store.get(&Key::Campaign(enrollment.campaign)).map_err(|fault| told(&fault))?;
        let contact = town.store.get(&Key::Contact(enrollment.contact)).map_err(|fault| told(&fault))?;
        let (Some(Record::Campaign(installed)), Some(Record::Contact(contact))) = (campaign, contact) else { continue };
        let Installed { campaign, .. } = installed.as_ref();
        let zone = campaign.calendar.zone_for(contact.fields.get("timezone").map(String::as_str));
        breaches.extend(bounds::hours(lines.into_iter(), &campaign.calendar, &zone));
    }
    Ok(breaches)
}
