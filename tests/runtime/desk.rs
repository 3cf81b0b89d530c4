//! A store with rows put there by hand.

use crate::machine::paths::INTRO;
use crate::machine::walk::{BEGIN, Walk, campaign};
use campaign_engine::model::account::{Account, AccountSpec, Budget, Channel, Health, SenderProfile, Tier};
use campaign_engine::model::campaign::Limits;
use campaign_engine::model::contact::Contact;
use campaign_engine::model::enrollment::Enrollment;
use campaign_engine::model::id::*;
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, Installed, Meta, Record};
use campaign_engine::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use campaign_engine::runtime::partition::contact_route;
use campaign_engine::runtime::query::Query;
use campaign_engine::runtime::query::why::Why;
use campaign_engine::store::contract::commit;
use campaign_engine::store::memory::MemoryStore;

/// A store with the campaign `hello` and the account `lina`, and the time of the questions.
pub struct Desk {
    pub store: MemoryStore,
    pub now: Timestamp,
    pub installed: Installed,
    pub account: Account,
}

impl Desk {
    pub fn new() -> Self {
        let installed = Installed { id: CampaignId(1), campaign: campaign(INTRO), at: BEGIN, is_paused: false, is_current: true };
        let spec = AccountSpec {
            name: "lina".to_owned(),
            provider_account: ProviderAccount("acc_lina".to_owned()),
            channel: Channel::Linkedin,
            tier: Tier::SalesNavigator,
            timezone: None,
            owner: None,
        };
        let account = Account {
            id: AccountId(1),
            spec,
            health: Health::Ok,
            sender: SenderProfile::default(),
            created_at: None,
            first_used: Some(BEGIN.plus_ms(-40 * DAY_MS)),
            free_at: None,
            cooldowns: Vec::new(),
            invites_pending: 0,
            credits: Some((7, BEGIN)),
            relations_seen: None,
            news_until: None,
            polled_at: Some(BEGIN),
            poll_due: Some(BEGIN.plus_ms(HOUR_MS)),
            is_paused: false,
        };
        let desk = Self { store: MemoryStore::new(), now: BEGIN, installed, account };
        desk.keep();
        desk
    }

    /// Writes the campaign and the account as they are here.
    pub fn keep(&self) {
        self.put(vec![Record::Campaign(Box::new(self.installed.clone())), Record::Account(Box::new(self.account.clone()))]);
    }

    pub fn put(&self, records: Vec<Record>) {
        self.put_told(records, Vec::new());
    }

    pub fn put_told(&self, records: Vec<Record>, entries: Vec<(EnrollmentId, Entry)>) {
        let changes = records.into_iter().map(Change::Put).collect();
        commit(&self.store, vec![Commit { at: self.now, cause: Cause::Enrolment, changes, entries }]).unwrap();
    }

    /// A person in the campaign who went through the script.
    pub fn person(&self, id: u64, key: &str, script: &[&str]) -> Walk {
        let mut walk = Walk::new(self.installed.campaign.clone());
        walk.contact = Contact { id: ContactId(id), key: key.to_owned(), ..walk.contact };
        walk.contact.fields.insert("linkedin".to_owned(), key.to_owned());
        walk.contact.fields.insert("first_name".to_owned(), key.split('-').next().unwrap_or(key).to_uppercase());
        walk.enrollment = Enrollment { id: EnrollmentId(id), contact: ContactId(id), ..walk.enrollment };
        script.iter().for_each(|line| walk.step(line));
        self.place(&walk);
        walk
    }

    pub fn place(&self, walk: &Walk) {
        self.put(vec![
            Record::Contact(Box::new(walk.contact.clone())),
            Record::Route { key: contact_route(&walk.contact.key), enrollments: vec![walk.enrollment.id] },
            Record::Enrollment(Box::new(walk.enrollment.clone())),
        ]);
    }

    /// Uses of a budget, one every minute back from so many hours ago.
    pub fn use_up(&self, budget: Budget, count: u32, hours_ago: i64) {
        let used = |n: u32| Record::Usage {
            account: AccountId(1),
            budget,
            at: self.now.plus_ms(-hours_ago * HOUR_MS - i64::from(n) * MINUTE_MS),
            key: EffectKey { enrollment: EnrollmentId(1_000), visit: Visit(n) },
            campaign: CampaignId(1),
        };
        self.put((0..count).map(used).collect());
    }

    pub fn limits(&self, limits: Limits) {
        self.put(vec![Record::Meta(Meta::Limits { limits: Box::new(limits) })]);
    }

    pub fn query(&self) -> Query<'_> {
        Query::open(&self.store, self.now).unwrap()
    }

    pub fn why(&self, words: &str) -> Why {
        let query = self.query();
        let found = query.find(words, None).unwrap().remove(0);
        query.why(&found, None).unwrap().remove(0)
    }
}
