//! News: what systems of the user's own are told as it happens. Somebody answered, accepted, is done, needs a person; an
//! account was lost.
//!
//! News is read off the commit it stands in, so it can be told twice over: posted to a URL as letters ([`Partition`] writes
//! them into the same commit), and read again from any place in the journal (`runtime::query::news`).

use crate::model::account::{Account, Health};
use crate::model::id::{EffectKey, EnrollmentId, Visit};
use crate::model::journal::{Entry, EntryKind};
use crate::model::outgoing::LetterKind;
use crate::model::time::Timestamp;
use crate::runtime::draft::Draft;
use crate::runtime::letters::Draught;
use crate::runtime::partition::Partition;
use crate::store::contract::StoreFault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Replied,
    Accepted,
    /// Out of the campaign, with an outcome.
    Ended,
    /// A send of which a person must say whether it arrived, or a task.
    NeedsPerson,
    AccountLost,
}

impl What {
    /// The word documents and letters use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Accepted => "accepted",
            Self::Ended => "ended",
            Self::NeedsPerson => "needs_person",
            Self::AccountLost => "account_lost",
        }
    }

    /// What a line of a timeline is news of, if of anything.
    pub fn of_entry(entry: &Entry) -> Option<Self> {
        let detail = |name: &str| entry.detail.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str());
        match entry.kind {
            EntryKind::Event => match detail("event") {
                Some("replied") => Some(Self::Replied),
                Some("accepted") => Some(Self::Accepted),
                _ => None,
            },
            EntryKind::Ended => Some(Self::Ended),
            EntryKind::Parked => Some(Self::NeedsPerson),
            // A task; notifications ask nothing.
            EntryKind::Notified => detail("task").map(|_| Self::NeedsPerson),
            _ => None,
        }
    }

    /// Was the account lost at that moment?
    pub fn of_account(account: &Account, at: Timestamp) -> Option<Self> {
        (account.lost_since() == Some(at)).then_some(Self::AccountLost)
    }
}

/// The facts of a line, as documents write them.
pub(super) fn facts(entry: &Entry) -> Map<String, Value> {
    entry.detail.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
}

/// What is wrong with an account, in the provider's word.
pub(super) fn account_facts(account: &Account) -> Map<String, Value> {
    let word = match &account.health {
        Health::Lost { word, .. } => word.as_str(),
        Health::Deleted { .. } => "deleted",
        Health::Unknown | Health::Ok => "",
    };
    Map::from_iter([("word".to_owned(), word.into())])
}

impl Partition {
    /// Writes a letter about each piece of news that the draft holds, where somebody wants them.
    pub(super) fn post_news(&self, draft: &mut Draft) -> Result<(), StoreFault> {
        let Some(url) = self.letters.outside.news_url.clone() else { return Ok(()) };
        let news = draft.entries().iter().filter_map(|(id, entry)| Some((*id, entry.clone(), What::of_entry(entry)?)));
        for (id, entry, what) in news.collect::<Vec<_>>() {
            self.post_entry(draft, &url, (id, &entry), what)?;
        }
        let at = draft.at;
        let lost: Vec<Account> =
            draft.accounts.values().filter(|account| What::of_account(account, at).is_some()).cloned().collect();
        for account in lost {
            let data = json!({ "account": account.spec.name, "detail": account_facts(&account) });
            let word = What::AccountLost.word();
            self.write_letter(
                draft,
                Draught { kind: LetterKind::News, word, url: &url, key: None, data, text: None, moment: None },
            );
        }
        Ok(())
    }

    fn post_entry(
        &self,
        draft: &mut Draft,
        url: &str,
        (id, entry): (EnrollmentId, &Entry),
        what: What,
    ) -> Result<(), StoreFault> {
        // No effect of a step: it is about the person.
        let key = EffectKey { enrollment: id, visit: Visit(0) };
        let Some(contact) = self.contact_data(draft, key)? else { return Ok(()) };
        let data = json!({ "contact": contact, "step": entry.step, "detail": facts(entry) });
        let draught =
            Draught { kind: LetterKind::News, word: what.word(), url, key: Some(key), data, text: None, moment: Some(entry.at) };
        self.write_letter(draft, draught);
        Ok(())
    }
}
