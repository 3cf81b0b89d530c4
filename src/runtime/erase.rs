//! Somebody is forgotten: all that is under way with them is stopped, what speaks of them is taken out, their key is
//! destroyed. What stays are numbers, times, uses of budgets, and marks by which no list brings them back.

use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::event::Event;
use crate::model::id::{ContactId, EnrollmentId};
use crate::model::identity::{IDENTIFYING_COLUMNS, identity};
use crate::model::intent::Intent;
use crate::model::journal::{Cause, Key, Record, RouteKey, Table};
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::marks::mark;
use crate::runtime::partition::Partition;
use crate::runtime::reach::address;
use crate::runtime::routes::{chat_route, contact_route, digits_route, person_route, public_route};
use crate::store::contract::StoreFault;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Everything by which one person is known here.
struct Person {
    contact: Contact,
    enrollments: Vec<Enrollment>,
    intents: Vec<Intent>,
    /// One spelling each.
    names: BTreeSet<String>,
}

impl Partition {
    /// Erases the people of these enrollments, and whoever shares a name of the outside with them.
    pub(super) fn erase_each(
        &mut self,
        enrollments: &[EnrollmentId],
        now: Timestamp,
    ) -> Result<Result<Value, String>, StoreFault> {
        let people = self.same_people(enrollments)?;
        if people.is_empty() {
            return Ok(Err("nobody is known by that name".to_owned()));
        }
        let theirs: Vec<EnrollmentId> = people.iter().flat_map(Person::ids).collect();
        if self.calling.iter().any(|key| theirs.contains(&key.enrollment)) {
            return Ok(Err("a call to this person is under way; say it again in a minute".to_owned()));
        }
        let open = people.iter().flat_map(|person| &person.enrollments).filter(|enrollment| !enrollment.has_ended()).count();
        let mut removed = 0;
        for person in &people {
            removed += match self.erase(person, now) {
                // What it says is for whoever asked: nothing was destroyed.
                Err(StoreFault::Unsealed { path }) => return Ok(Err(StoreFault::Unsealed { path }.to_string())),
                done => done?,
            };
        }
        Ok(Ok(json!({ "erased": people.len(), "stopped": open, "messages": removed })))
    }

    fn same_people(&self, enrollments: &[EnrollmentId]) -> Result<Vec<Person>, StoreFault> {
        let draft = Draft::new(Cause::Enrolment, Timestamp::default());
        let mut wanted = BTreeSet::new();
        for id in enrollments {
            wanted.extend(self.enrollment(&draft, *id)?.map(|enrollment| enrollment.contact));
        }
        let mut people: Vec<Person> = Vec::new();
        for id in wanted {
            people.extend(self.person(id)?);
        }
        let names: BTreeSet<String> = people.iter().flat_map(|person| written(&person.contact)).collect();
        let mut others = Vec::new();
        self.parts.store.scan(Table::Contact, None, &mut |record| {
            if let Record::Contact(contact) = record
                && written(&contact).any(|name| names.contains(&name))
                && !people.iter().any(|person| person.contact.id == contact.id)
            {
                others.push(contact.id);
            }
            ControlFlow::Continue(())
        })?;
        for id in others {
            people.extend(self.person(id)?);
        }
        Ok(people)
    }

    fn person(&self, id: ContactId) -> Result<Option<Person>, StoreFault> {
        let draft = Draft::new(Cause::Enrolment, Timestamp::default());
        let Some(contact) = self.contact(&draft, id)? else { return Ok(None) };
        let mut enrollments = Vec::new();
        for enrollment in self.enrollments_of(&contact)? {
            enrollments.extend(self.enrollment(&draft, enrollment)?.filter(|enrollment| enrollment.contact == id));
        }
        let intents: Vec<Intent> = self.intents.values().filter(|intent| intent.contact == id).cloned().collect();
        let mut names: BTreeSet<String> = written(&contact).collect();
        for line in enrollments.iter().flat_map(|enrollment| enrollment.lines.values()) {
            let ids = line.person.iter().map(|person| person.as_str()).chain(line.chat.iter().map(|chat| chat.as_str()));
            names.extend(ids.map(identity));
        }
        names.extend(intents.iter().map(|intent| identity(intent.person.as_str())));
        names.remove("");
        Ok(Some(Person { contact, enrollments, intents, names }))
    }

    /// Returns how many messages that spoke of them were taken out.
    fn erase(&mut self, person: &Person, now: Timestamp) -> Result<usize, StoreFault> {
        for id in person.ids() {
            let mut draft = Draft::new(Cause::Command { word: "erase".to_owned() }, now);
            self.happen(&mut draft, id, &Event::Stopped { reason: Some("erased".to_owned()) })?;
            self.close_quietly(draft)?;
        }
        let mut draft = Draft::new(Cause::Command { word: "erase".to_owned() }, now);
        let removed = self.take_out(&mut draft, person)?;
        for intent in &person.intents {
            draft.stage_intent(intent.key, None);
        }
        for id in person.ids() {
            draft.delete(Key::Move { enrollment: id });
        }
        self.close_quietly(draft)?;
        let marks: Vec<_> = person.names.iter().map(|name| mark(name)).collect();
        self.parts.store.erase(person.contact.id, &marks, now)?;
        let mut draft = Draft::new(Cause::Command { word: "erase".to_owned() }, now);
        self.take_routes(&mut draft, person)?;
        for id in person.ids() {
            draft.delete(Key::Enrollment(id));
            self.leave_alone(id);
        }
        draft.delete(Key::Contact(person.contact.id));
        self.close_quietly(draft)?;
        Ok(removed)
    }

    /// Messages, letters and tasks that are theirs or name them; what accounts remember of them.
    fn take_out(&mut self, draft: &mut Draft, person: &Person) -> Result<usize, StoreFault> {
        let store = Arc::clone(&self.parts.store);
        let theirs: BTreeSet<EnrollmentId> = person.ids().collect();
        let (mut rows, mut letters, mut tasks, mut gates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for table in [Table::Inbox, Table::Unrouted, Table::Outgoing, Table::Task] {
            store.scan(table, None, &mut |record| {
                match record {
                    Record::Inbox(row) if row.enrollments.iter().any(|id| theirs.contains(id)) || person.is_in(&row.body) => {
                        gates.push(row.enrollments.clone());
                        rows.push((row.row, Key::Inbox { row: row.row }));
                    }
                    Record::Unrouted { row, body, .. } if person.is_in(&body) => rows.push((row, Key::Unrouted { row })),
                    Record::Outgoing(letter)
                        if letter.key.is_some_and(|key| theirs.contains(&key.enrollment)) || person.is_in(&letter.body) =>
                    {
                        letters.push(letter.row);
                    }
                    Record::Task(task) if task.contact == person.contact.id => tasks.push(Key::Task(task.id)),
                    _ => {}
                }
                ControlFlow::Continue(())
            })?;
        }
        let removed = rows.len() + letters.len();
        for (row, key) in rows {
            draft.delete(key);
            self.inbox.remove(&row);
            self.deferred.remove(&row);
        }
        letters.into_iter().for_each(|row| draft.stage_letter(row, None));
        tasks.into_iter().for_each(|key| draft.delete(key));
        gates.iter().for_each(|gate| self.parts.gate.open(gate));
        let seen = self.accounts.values().filter(|account| {
            account.relations_seen.as_ref().is_some_and(|seen| person.names.contains(&identity(seen.as_str())))
        });
        for account in seen.cloned().collect::<Vec<_>>() {
            draft.stage_account(crate::model::account::Account { relations_seen: None, ..account });
        }
        Ok(removed)
    }

    /// Every way to them that is known.
    fn take_routes(&self, draft: &mut Draft, person: &Person) -> Result<(), StoreFault> {
        let theirs: BTreeSet<EnrollmentId> = person.ids().collect();
        let mut routes: BTreeSet<RouteKey> = BTreeSet::from([contact_route(&person.contact.key)]);
        for (channel, line) in person.enrollments.iter().flat_map(|enrollment| &enrollment.lines) {
            routes.extend(line.person.iter().map(|id| person_route(line.account, id)));
            routes.extend(line.chat.iter().map(|chat| chat_route(line.account, chat)));
            let Some(address) = address(&person.contact.fields, *channel) else { continue };
            routes.insert(public_route(line.account, &address));
            routes.extend(crate::connector::identity::phone_digits(&address).map(|digits| digits_route(line.account, &digits)));
            routes.insert(person_route(line.account, &address.into()));
        }
        for key in routes {
            let mut left = self.routed(key)?;
            left.retain(|id| !theirs.contains(id));
            if left.is_empty() {
                draft.delete(Key::Route(key));
            } else {
                draft.routes.insert(key, left);
            }
        }
        Ok(())
    }

    /// Takes an enrollment out of every working copy.
    fn leave_alone(&mut self, id: EnrollmentId) {
        self.agenda.forget(id);
        self.prepared.remove(&id);
        self.targets.remove(&id);
        self.looks_held.remove(&id);
        self.reading.retain(|key| key.enrollment != id);
        for starts in self.starts.values_mut() {
            starts.retain(|(_, started)| *started != id);
        }
    }
}

impl Person {
    fn ids(&self) -> impl Iterator<Item = EnrollmentId> + '_ {
        self.enrollments.iter().map(|enrollment| enrollment.id)
    }

    /// Does a message name them? Anywhere in it, as a value of its own; in what is no JSON, as a part.
    fn is_in(&self, body: &str) -> bool {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => self.is_named(&value),
            Err(_) => {
                let body = body.to_lowercase();
                self.names.iter().any(|name| body.contains(name.as_str()))
            }
        }
    }

    fn is_named(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.names.contains(&identity(text)),
            Value::Array(values) => values.iter().any(|value| self.is_named(value)),
            Value::Object(values) => values.values().any(|value| self.is_named(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// The names a list gave them, in one spelling.
fn written(contact: &Contact) -> impl Iterator<Item = String> + '_ {
    let columns = IDENTIFYING_COLUMNS.iter().filter_map(|column| contact.fields.get(*column));
    columns.chain([&contact.key]).map(|name| identity(name)).filter(|name| !name.is_empty())
}
