//! Webhooks are hints (promise P6): relations are polled while somebody waits for acceptance, and so are our people's chats
//! and how each account is.
//!
//! At random times, a few times a day, never on a fixed clock (POSTPRESS.md §3). What a poll finds enters like a webhook.

use crate::connector::contract::{ChatRow, Refusal, Verdict as Answered};
use crate::connector::identity::phone_digits;
use crate::model::account::{Account, Channel, Health};
use crate::model::event::Event;
use crate::model::id::{AccountId, ChatId};
use crate::model::intent::{Intent, IntentState, Request};
use crate::model::journal::{Cause, Key, Record, Table};
use crate::model::planted::{Bug, is_planted};
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use crate::runtime::draft::Draft;
use crate::runtime::errand::{self, Checked, Message, News, Since};
use crate::runtime::pace;
use crate::runtime::partition::Partition;
use crate::runtime::receive::{relation_body, status_body};
use crate::runtime::routes::{chat_route, digits_route, person_route};
use crate::store::contract::StoreFault;
use std::ops::ControlFlow;
use std::sync::Arc;

/// After a poll that failed.
const POLL_AGAIN_MS: i64 = 10 * MINUTE_MS;
/// How far back the first poll of an account looks for replies.
const NEWS_BACK_MS: i64 = 30 * DAY_MS;
/// What a poll reads again: messages that appear late in their chats.
const NEWS_AGAIN_MS: i64 = HOUR_MS;
/// Nothing older than the oldest invitation that can still be pending matters.
const RELATIONS_BACK_MS: i64 = 200 * DAY_MS;

impl Partition {
    /// A call opened that chat, or found it: where people are not looked up before, the next poll reads it from further back. Who
    /// wrote first, under an id that names no number, was nobody we knew.
    pub(super) fn read_whole(&mut self, intent: &Intent, chat: &ChatId) {
        let is_whatsapp = self.accounts.get(&intent.account).is_some_and(|account| account.spec.channel == Channel::Whatsapp);
        if is_whatsapp && intent.chat.is_none() && !matches!(intent.request, Request::Group { .. }) {
            self.unread.entry(intent.account).or_default().new_chats.insert(chat.clone());
        }
    }

    /// At the start every account is looked at before it sends: what happened meanwhile comes first.
    pub(super) fn check_accounts_soon(&mut self, now: Timestamp) {
        for account in self.accounts.values_mut() {
            account.poll_due = Some(now);
            account.polled_at = None;
            account.health = match account.health {
                Health::Ok => Health::Unknown,
                Health::Unknown | Health::Lost { .. } | Health::Deleted { .. } => account.health.clone(),
            };
        }
    }

    /// Starts the polls that are due.
    pub(super) fn poll(&mut self, now: Timestamp) -> Result<(), StoreFault> {
        if !self.may_ask(now) {
            return Ok(());
        }
        let due = self
            .accounts
            .values()
            .filter(|account| account.poll_due.is_none_or(|at| at <= now) && !self.polling.contains(&account.id));
        for account in due.cloned().collect::<Vec<_>>() {
            let (connector, provider, id) =
                (Arc::clone(&self.parts.connector), account.spec.provider_account.clone(), account.id);
            let wants_profile = account.spec.channel == Channel::Linkedin && account.sender.first_name.is_none();
            self.polling.insert(id);
            let lost = Message::Checked { account: id, result: Err(errand::never_back(Answered::Later { after_s: None })) };
            self.parts.errands.start(
                lost,
                Box::pin(async move {
                    let result = errand::check(connector, provider, wants_profile).await;
                    Message::Checked { account: id, result }
                }),
            );
        }
        Ok(())
    }

    /// When the next poll is due.
    pub(super) fn next_poll(&self) -> Option<Timestamp> {
        let idle = self.accounts.values().filter(|account| !self.polling.contains(&account.id));
        idle.map(|account| account.poll_due.unwrap_or_default()).min()
    }

    /// How an account is, is known. If it is well and somebody waits for acceptance, its relations are read next.
    pub(super) fn checked(&mut self, id: AccountId, result: Result<Checked, Refusal>, now: Timestamp) -> Result<(), StoreFault> {
        let Checked { status, sender, created_at } = match result {
            Ok(checked) => checked,
            Err(refusal) => {
                if refusal.verdict == Answered::Never {
                    // postpress does not know the account (any more).
                    let word = format!("not at postpress ({})", refusal.code);
                    let mut draft = Draft::new(Cause::Poll { account: id }, now);
                    self.lose_account(&mut draft, id, &word)?;
                    self.close_quietly(draft)?;
                }
                return self.poll_failed(id, &refusal, now);
            }
        };
        self.key_refused_until = None;
        let Some(mut account) = self.accounts.get(&id).cloned() else { return Ok(()) };
        let is_named = sender.as_ref().is_some_and(|sender| sender.first_name.is_some() || account.sender.provider_id.is_none());
        if is_named || account.created_at != created_at {
            account.sender = sender.filter(|_| is_named).unwrap_or(account.sender);
            account.created_at = created_at;
            let mut draft = Draft::new(Cause::Poll { account: id }, now);
            draft.stage_account(account.clone());
            self.close_quietly(draft)?;
        }
        let is_news = match (&status, &account.health) {
            (Ok(()), Health::Ok) | (Err(_), Health::Lost { .. } | Health::Deleted { .. }) => false,
            (Ok(()), Health::Unknown | Health::Lost { .. } | Health::Deleted { .. }) | (Err(_), Health::Ok | Health::Unknown) => {
                true
            }
        };
        if is_news {
            let word = status.as_ref().err().map_or("OK", String::as_str);
            self.take_in(&status_body(&account, word))?;
        }
        if status.is_err() {
            return self.polled_until(id, None, now.plus_ms(POLL_AGAIN_MS), now);
        }
        self.read_news(&account, now);
        Ok(())
    }

    /// Reads what may have happened since the last poll: relations while somebody waits for one, and our people's chats.
    fn read_news(&self, account: &Account, now: Timestamp) {
        let (id, provider, known) = (account.id, account.spec.provider_account.clone(), account.relations_seen.clone());
        let wants_relations = account.spec.channel == Channel::Linkedin && self.agenda.awaits_acceptance(id);
        let new_after = now.plus_ms(-NEWS_BACK_MS);
        let after = account.news_until.unwrap_or(new_after);
        let new_chats = self.unread.get(&id).map(|unread| unread.new_chats.clone()).unwrap_or_default();
        let (connector, store) = (Arc::clone(&self.parts.connector), Arc::clone(&self.parts.store));
        let lost = Message::Polled { account: id, result: Err(errand::never_back(Answered::Later { after_s: None })) };
        let errand = async move {
            let is_ours = move |chat: &ChatRow| {
                let person = chat.person.as_ref();
                let digits = person.and_then(|person| phone_digits(&person.0)).map(|digits| digits_route(id, &digits));
                let by_person = person.map(|person| person_route(id, person)).into_iter().chain(digits);
                let mut routes = by_person.chain([chat_route(id, &chat.id)]);
                // A store that cannot be read now takes no reply in either; the next poll asks again.
                chat.is_single && routes.any(|route| matches!(store.get(&Key::Route(route)), Ok(Some(_))))
            };
            let result = async {
                let mut news = News { new_chats: new_chats.clone(), ..News::default() };
                let since = Since { after, new_chats, new_after };
                if wants_relations {
                    let not_before = now.plus_ms(-RELATIONS_BACK_MS);
                    news.relations = errand::relations(Arc::clone(&connector), provider.clone(), known, not_before).await?;
                }
                (news.inbound, news.is_whole) = errand::replies(connector, provider, since, is_ours).await?;
                Ok(news)
            };
            Message::Polled { account: id, result: result.await }
        };
        self.parts.errands.start(lost, Box::pin(errand));
    }

    /// News was read: each enters as a webhook would; only then the marks move.
    pub(super) fn polled(&mut self, id: AccountId, result: Result<News, Refusal>, now: Timestamp) -> Result<(), StoreFault> {
        let news = match result {
            Ok(news) => news,
            Err(refusal) => return self.poll_failed(id, &refusal, now),
        };
        let Some(account) = self.accounts.get(&id).cloned() else { return Ok(()) };
        if is_planted(Bug::CursorFirst) {
            self.mark_read(id, &news, now)?;
        }
        for row in news.relations.iter().rev() {
            self.take_in(&relation_body(&account, row))?;
        }
        self.take_in_replies(id, &news.inbound)?;
        if let Some(unread) = self.unread.get_mut(&id) {
            unread.new_chats.retain(|chat| !news.new_chats.contains(chat));
        }
        self.mark_read(id, &news, now)?;
        self.polled_until(id, Some(now), pace::next_poll(id, now), now)?;
        self.release_held(id, now);
        Ok(())
    }

    /// What was read need not be read again.
    fn mark_read(&mut self, id: AccountId, news: &News, now: Timestamp) -> Result<(), StoreFault> {
        if let Some(mut account) = self.accounts.get(&id).cloned() {
            account.relations_seen = news.relations.first().map(|newest| newest.person.clone()).or(account.relations_seen);
            let behind_ms = self.parts.connector.clock_ahead_ms().unwrap_or(0).min(0);
            if self.unread.entry(id).or_default().is_over(news.is_whole, now) {
                let read = now.plus_ms(behind_ms - NEWS_AGAIN_MS);
                let mark = self.oldest_new_chat(id).map_or(read, |at| read.min(at));
                account.news_until = Some(mark).max(account.news_until);
            }
            let mut draft = Draft::new(Cause::Poll { account: id }, now);
            draft.stage_account(account);
            self.close_quietly(draft)?;
        }
        Ok(())
    }

    /// Since when a call is in doubt that may have opened a chat. Whoever answers in a chat that nobody knows yet is heard once it is
    /// known: providers may name people there as they are named nowhere else (`…@lid`).
    fn oldest_new_chat(&self, id: AccountId) -> Option<Timestamp> {
        let may_open = |intent: &&Intent| {
            let is_doubtful = matches!(intent.state, IntentState::Open | IntentState::Unknown { .. });
            intent.account == id && intent.chat.is_none() && is_doubtful && !intent.request.is_engagement()
        };
        self.intents.values().filter(may_open).map(|intent| intent.at.plus_ms(-NEWS_AGAIN_MS)).min()
    }

    fn poll_failed(&mut self, id: AccountId, refusal: &Refusal, now: Timestamp) -> Result<(), StoreFault> {
        if refusal.verdict == Answered::KeyWrong {
            self.refuse_key(refusal, now);
        }
        self.parts.pulse.trouble(Some(refusal.to_string()));
        self.polled_until(id, None, now.plus_ms(POLL_AGAIN_MS), now)
    }

    fn polled_until(
        &mut self,
        id: AccountId,
        polled_at: Option<Timestamp>,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        self.polling.remove(&id);
        let Some(mut account) = self.accounts.get(&id).cloned() else { return Ok(()) };
        account.poll_due = Some(due);
        if polled_at.is_some() {
            self.parts.pulse.trouble(None);
            account.polled_at = polled_at;
        }
        let mut draft = Draft::new(Cause::Poll { account: id }, now);
        draft.stage_account(account);
        self.close_quietly(draft)?;
        Ok(())
    }

    /// postpress says how an account is (POSTPRESS.md §2.11).
    pub(super) fn account_status(&self, draft: &mut Draft, id: AccountId, word: &str) -> Result<(), StoreFault> {
        let Some(account) = self.account(draft, id) else { return Ok(()) };
        match word {
            "OK" | "CREATION_SUCCESS" | "RECONNECTED" => self.account_is_back(draft, account),
            "CREDENTIALS" | "PERMISSIONS" | "ERROR" | "STOPPED" => self.lose_account(draft, id, word),
            "DELETED" => {
                let since = draft.at;
                draft.stage_account(Account { health: Health::Deleted { since }, ..account });
                self.tell_account_lost(draft, id, word)
            }
            // CONNECTING, SYNC_SUCCESS, CREATION_FAIL change nothing; a word we do not know neither: the poll will tell.
            _ if matches!(account.health, Health::Unknown) && word != "SYNC_SUCCESS" && word != "CONNECTING" => {
                self.lose_account(draft, id, word)
            }
            _ => Ok(()),
        }
    }

    /// Usable again; after an absence nothing is sent before a poll.
    fn account_is_back(&self, draft: &mut Draft, mut account: Account) -> Result<(), StoreFault> {
        let was_lost = matches!(account.health, Health::Lost { .. } | Health::Deleted { .. });
        account.health = Health::Ok;
        if was_lost {
            account.polled_at = None;
            account.poll_due = Some(draft.at);
        }
        let id = account.id;
        draft.stage_account(account);
        if was_lost { self.tell_accounts_people(draft, id, &Event::AccountBack) } else { Ok(()) }
    }

    /// Campaigns with an `on account lost` hear of it.
    pub(super) fn tell_account_lost(&self, draft: &mut Draft, id: AccountId, word: &str) -> Result<(), StoreFault> {
        self.tell_accounts_people(draft, id, &Event::AccountLost { word: word.to_owned() })
    }

    fn tell_accounts_people(&self, draft: &mut Draft, id: AccountId, event: &Event) -> Result<(), StoreFault> {
        let listens = self.campaigns.values().any(|installed| installed.campaign.handlers.on_account_lost.is_some());
        if !listens {
            return Ok(());
        }
        let mut people = Vec::new();
        self.parts.store.scan(Table::Enrollment, None, &mut |record| {
            if let Record::Enrollment(enrollment) = record
                && !enrollment.has_ended()
                && enrollment.lines.values().any(|line| line.account == id)
            {
                people.push(enrollment.id);
            }
            ControlFlow::Continue(())
        })?;
        for person in people {
            self.happen(draft, person, event)?;
        }
        Ok(())
    }
}
