//! Who is meant: by key, by name, or by a part of either.

use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{ContactId, EnrollmentId};
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::journal::{Key, Record};
use crate::runtime::marks::erased_at;
use crate::runtime::partition::contact_route;
use crate::runtime::query::view::contact;
use crate::runtime::query::{Query, QueryFault};
use crate::store::contract::StoreFault;

/// More than this many are not told apart by reading a list; the words were too few.
const FOUND_MAX: usize = 50;

/// A person, and all that is under way or over with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub contact: Contact,
    /// Those under way first, then the newest.
    pub enrollments: Vec<Enrollment>,
}

/// How well words fit a person; better ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Name,
    Part,
}

impl Query<'_> {
    /// Everybody the words fit best: an exact identifier before a name before a part of one; `#17` is whoever a log names so.
    /// At most 50; never empty.
    pub fn find(&self, words: &str, campaign: Option<&str>) -> Result<Vec<Found>, QueryFault> {
        self.check_campaign(campaign)?;
        let by_key = self.enrollments_at(&Key::Route(contact_route(words)))?;
        let by_number = self.enrollment_numbered(words)?;
        let mut people = match by_key.first().or(by_number.as_ref()) {
            Some(enrollment) => contact(self.store, enrollment.contact)?.into_iter().collect(),
            None => self.search(words)?,
        };
        people.truncate(FOUND_MAX);
        let mut found = Vec::new();
        for contact in people {
            let enrollments = self.enrollments_of(&contact, campaign)?;
            if campaign.is_none() || !enrollments.is_empty() {
                found.push(Found { contact, enrollments });
            }
        }
        match erased_at(self.store, words) {
            _ if !found.is_empty() => Ok(found),
            Some(at) => Err(QueryFault::Erased { words: words.to_owned(), day: at.day() }),
            None => Err(QueryFault::NoContact { words: words.to_owned() }),
        }
    }

    /// Every contact the words fit, those of the best fit only; at most [`FOUND_MAX`].
    fn search(&self, words: &str) -> Result<Vec<Contact>, StoreFault> {
        let (wanted, identifier) = (words.trim().to_lowercase(), identity(words));
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        for best in [Fit::Exact, Fit::Name, Fit::Part] {
            let like: Vec<ContactId> = self.view.names(self.store, |names| match best {
                Fit::Exact => names.identified(&identifier).collect(),
                Fit::Name => names.named(&wanted).collect(),
                Fit::Part => names.like(&wanted).take(FOUND_MAX).collect(),
            })?;
            let mut people = Vec::new();
            for id in like {
                people.extend(contact(self.store, id)?.filter(|person| fit(person, &wanted, &identifier) == Some(best)));
                if people.len() >= FOUND_MAX {
                    break;
                }
            }
            if !people.is_empty() {
                return Ok(people);
            }
        }
        Ok(Vec::new())
    }

    /// A contact's enrollments: under way first, then the newest.
    fn enrollments_of(&self, contact: &Contact, campaign: Option<&str>) -> Result<Vec<Enrollment>, StoreFault> {
        let mut all = self.enrollments_at(&Key::Route(contact_route(&contact.key)))?;
        let name =
            |enrollment: &Enrollment| self.view.campaigns.get(&enrollment.campaign).map(|held| held.campaign.name.as_str());
        all.retain(|enrollment| {
            enrollment.contact == contact.id && campaign.is_none_or(|wanted| name(enrollment) == Some(wanted))
        });
        all.sort_by_key(|enrollment| (enrollment.has_ended(), std::cmp::Reverse(enrollment.id)));
        Ok(all)
    }

    /// Whoever lines that go into a log name by that number.
    fn enrollment_numbered(&self, words: &str) -> Result<Option<Enrollment>, StoreFault> {
        let Some(number) = words.trim().strip_prefix('#').and_then(|digits| digits.parse().ok()) else { return Ok(None) };
        Ok(match self.store.get(&Key::Enrollment(EnrollmentId(number)))? {
            Some(Record::Enrollment(enrollment)) => Some(*enrollment),
            _ => None,
        })
    }

    fn enrollments_at(&self, route: &Key) -> Result<Vec<Enrollment>, StoreFault> {
        let ids: Vec<EnrollmentId> = match self.store.get(route)? {
            Some(Record::Route { enrollments, .. }) => enrollments,
            _ => Vec::new(),
        };
        let rows = ids.into_iter().map(|id| self.store.get(&Key::Enrollment(id)));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let enrollments = rows.into_iter().flatten().filter_map(|record| match record {
            Record::Enrollment(enrollment) => Some(*enrollment),
            _ => None,
        });
        Ok(enrollments.collect())
    }
}

fn fit(contact: &Contact, wanted: &str, identifier: &str) -> Option<Fit> {
    let identifiers = || IDENTIFYING_COLUMNS.iter().filter_map(|column| contact.fields.get(*column)).chain([&contact.key]);
    if identifiers().any(|held| identity(held) == identifier) {
        return Some(Fit::Exact);
    }
    let name = contact.name().to_lowercase();
    if name == wanted {
        return Some(Fit::Name);
    }
    let holds = |text: &str| text.to_lowercase().contains(wanted);
    (holds(&name) || identifiers().any(|held| holds(held) || holds(&identity(held)))).then_some(Fit::Part)
}
