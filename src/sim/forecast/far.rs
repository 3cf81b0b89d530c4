//! The far side in short: who is connected with whom, who was invited, who answered. The rules are those of the sandbox's
//! postpress (`sim::postpress`), without its objects, lists and pages.

use crate::model::account::{Account, Channel, InmailApi};
use crate::model::event::{Settlement, Unneeded};
use crate::model::id::RemoteId;
use crate::model::time::{DAY_MS, Timestamp};
use crate::sim::postpress::account::{Account as Pretended, AccountSeed};
use crate::sim::postpress::state::Ending;
use std::collections::{BTreeMap, HashMap};

/// A withdrawn invitation blocks the person for about three weeks (POSTPRESS.md §3).
const BLOCKED_MS: i64 = 21 * DAY_MS;

/// How a person stands to an account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tie {
    pub is_relation: bool,
    pub invitation: Option<Ending>,
    /// Invitations of ours, so far.
    pub invited: u32,
    /// Messages and InMails of ours, so far.
    pub written: u32,
    pub has_answered: bool,
}

/// All ties, by person's and account's place, and InMail credits.
#[derive(Debug, Default)]
pub(super) struct Far {
    ties: HashMap<(u32, u32), Tie>,
    credits_used: BTreeMap<(u32, &'static str), i64>,
}

impl Far {
    /// The tie, made by `first` when it is first asked for.
    pub fn tie(&mut self, person: u32, account: u32, first: impl FnOnce() -> bool) -> &mut Tie {
        self.ties.entry((person, account)).or_insert_with(|| Tie { is_relation: first(), ..Tie::default() })
    }

    /// An InMail was answered: its credit comes back.
    pub fn refund(&mut self, account: u32, api: InmailApi) {
        self.credits_used.entry((account, api.word())).and_modify(|used| *used = (*used - 1).max(0));
    }

    /// InMail credits the account has left for that api; none: not subscribed.
    pub fn credits(&self, account: &Account, api: InmailApi) -> Option<i64> {
        let spec = &account.spec;
        let pretended =
            Pretended::new(AccountSeed::new(&spec.provider_account.0, spec.channel, spec.tier, ""), Timestamp::default());
        let used = self.credits_used.get(&(account.id.0, api.word())).copied().unwrap_or(0);
        pretended.credits(api.word()).map(|all| all - used)
    }

    /// Spends a credit.
    pub fn charge(&mut self, account: u32, api: InmailApi) {
        *self.credits_used.entry((account, api.word())).or_default() += 1;
    }
}

impl Tie {
    /// What the far side says to an invitation, and whether it was taken.
    pub fn invite(&mut self, now: Timestamp) -> Settlement {
        if self.is_relation {
            return Settlement::Unneeded { why: Unneeded::AlreadyConnected };
        }
        match self.invitation {
            Some(Ending::Pending) => return Settlement::Unneeded { why: Unneeded::AlreadyInvited },
            Some(Ending::Withdrawn(at)) if now.since_ms(at) < BLOCKED_MS => {
                return Settlement::Unneeded { why: Unneeded::AlreadyInvited };
            }
            Some(Ending::Withdrawn(_) | Ending::Accepted(_)) | None => {}
        }
        self.invitation = Some(Ending::Pending);
        self.invited += 1;
        sent()
    }

    /// The same to a withdrawal.
    pub fn withdraw(&mut self, now: Timestamp) -> Settlement {
        if self.invitation != Some(Ending::Pending) {
            return Settlement::Unneeded { why: Unneeded::NothingPending };
        }
        self.invitation = Some(Ending::Withdrawn(now));
        sent()
    }

    /// The same to a new group: like a message, but nobody answers it.
    pub fn group(&mut self, channel: Channel) -> Settlement {
        if channel == Channel::Linkedin && !self.is_relation && !self.has_answered {
            return Settlement::Failed { code: "no_connection_with_recipient".to_owned() };
        }
        sent()
    }

    /// The same to a message: on LinkedIn only relations and people who answered.
    pub fn message(&mut self, channel: Channel) -> Settlement {
        if channel == Channel::Linkedin && !self.is_relation && !self.has_answered {
            return Settlement::Failed { code: "no_connection_with_recipient".to_owned() };
        }
        self.written += 1;
        sent()
    }
}

/// It was performed.
pub(super) fn sent() -> Settlement {
    Settlement::Sent { remote: Some(RemoteId(String::new())), chat: None }
}
