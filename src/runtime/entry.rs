//! Who enters, as pure rules: who is left out and why, who comes again, and through whom somebody is spoken to.
//!
//! No store. Enrolment and the forecast both ask here, so that they cannot disagree.

use crate::machine::eval::{Scope, holds};
use crate::model::account::{Account, AccountSpec, Channel, Health, SenderProfile};
use crate::model::campaign::Campaign;
use crate::model::contact::Contact;
use crate::model::enrollment::{Enrollment, Facts, Line, Sends, Status, Tasks, Trail};
use crate::model::id::{AccountId, CampaignId, ContactId, EnrollmentId};
use crate::model::identity::{IDENTIFYING_COLUMNS, identity as one_spelling};
use crate::model::program::{RosterRow, Workspace};
use crate::model::time::Timestamp;
use crate::model::value::Fields;
use crate::runtime::reach::address;
use std::collections::BTreeMap;

/// Why somebody on the list does not enter. None: they do.
pub fn leaves_out(
    workspace: &Workspace,
    campaign: &Campaign,
    contact: &Contact,
    row: &RosterRow,
    now: Timestamp,
) -> Option<String> {
    if contact.is_suppressed_on(campaign.channel) {
        return Some("suppressed: nobody writes to them any more; they asked for it, or `contacts suppress` said so".to_owned());
    }
    let known = IDENTIFYING_COLUMNS.iter().filter_map(|column| contact.fields.get(*column).map(String::as_str));
    let written = IDENTIFYING_COLUMNS.iter().filter_map(|column| row.get(column));
    let mut names = known.chain(written).chain([row.key()]);
    if !workspace.never_contact.is_empty() && names.any(|name| workspace.never_contact.contains(&one_spelling(name))) {
        return Some("on the workspace's never-contact list".to_owned());
    }
    let zone = campaign.calendar.zone_for(contact.fields.get("timezone").map(String::as_str));
    let (sender, facts) = (SenderProfile::default(), Facts::default());
    let scope = Scope { campaign, contact, sender: &sender, facts: &facts, reply: None, now, tz: &zone };
    let skips = campaign.contacts.skip_when.iter().any(|condition| holds(condition, &scope));
    skips.then(|| "`skip when` holds".to_owned())
}

/// The company a cap counts: the `company` field, however it is spaced and capitalised. None: it is not said.
pub fn company_of(fields: &Fields) -> Option<String> {
    let company = fields.get("company")?.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    (!company.is_empty()).then_some(company)
}

/// Why somebody whose company has so many in the campaign already does not enter. None: they do. Everybody counts who
/// ever entered it, however it ended.
pub fn company_is_full(campaign: &Campaign, contact: &Contact, held: u32) -> Option<String> {
    let most = campaign.contacts.at_most_per_company?;
    let company = contact.fields.get("company")?;
    (held >= most).then(|| format!("`at most {most} per company`: {held} of {company} are in `{}` already", campaign.name))
}

/// Why somebody who is on their way in another campaign does not enter this one now. None: they do. The next reading of
/// the list takes them in once that has ended.
pub fn waits_for(campaign: &Campaign, other: &Campaign, enrollment: &Enrollment) -> Option<String> {
    let is_exclusive = campaign.contacts.one_campaign_at_a_time || other.contacts.one_campaign_at_a_time;
    let is_other = campaign.name != other.name && !enrollment.has_ended();
    (is_exclusive && is_other).then(|| format!("`one campaign at a time`: they are on their way in `{}`", other.name))
}

/// Who of a campaign's accounts speaks on each channel, in the pool's order.
pub type Speakers = BTreeMap<Channel, Vec<AccountId>>;

/// The accounts a campaign may speak through.
pub fn speakers<'a>(accounts: impl Iterator<Item = &'a Account>, campaign: &Campaign) -> Speakers {
    let place: BTreeMap<&str, usize> = campaign.accounts.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut placed: Vec<(usize, &Account)> =
        accounts.filter_map(|account| Some((*place.get(account.spec.name.as_str())?, account))).collect();
    placed.sort_by_key(|(at, account)| (*at, account.id));
    let mut speakers = Speakers::new();
    for (_, account) in placed {
        speakers.entry(account.spec.channel).or_default().push(account.id);
    }
    speakers
}

/// One account a channel the contact can be reached on; taken in turn, so that a pool's accounts carry alike. `turn`: how
/// many entered before.
pub fn lines_for(speakers: &Speakers, contact: &Contact, turn: u64) -> BTreeMap<Channel, Line> {
    let reached = speakers.iter().filter(|(channel, _)| address(&contact.fields, **channel).is_some());
    let line = |account: &AccountId| Line { account: *account, person: None, chat: None };
    let lines = reached.filter_map(|(channel, accounts)| {
        let account = accounts.get((turn % accounts.len().max(1) as u64) as usize)?;
        Some((*channel, line(account)))
    });
    lines.collect()
}

/// The person of a row, with no fields yet.
pub fn new_contact(id: ContactId, row: &RosterRow) -> Contact {
    Contact {
        id,
        key: row.key().to_owned(),
        fields: BTreeMap::new(),
        tags: Default::default(),
        suppressed: None,
        contacted_at: None,
    }
}

/// May somebody who was in the campaign before enter it anew?
pub fn may_enter_again(campaign: &Campaign, enrollment: &Enrollment, now: Timestamp) -> bool {
    match (&enrollment.status, campaign.contacts.enter_again_after) {
        (Status::Ended { at, .. }, Some(after)) => now.since_ms(*at) >= after.longest_ms(),
        (Status::Queued | Status::Active { .. } | Status::Ended { .. }, _) => false,
    }
}

/// An account nobody has asked about yet.
pub fn new_account(id: AccountId, spec: AccountSpec) -> Account {
    Account {
        id,
        spec,
        health: Health::Unknown,
        sender: SenderProfile::default(),
        created_at: None,
        first_used: None,
        free_at: None,
        cooldowns: Vec::new(),
        invites_pending: 0,
        credits: None,
        relations_seen: None,
        news_until: None,
        polled_at: None,
        poll_due: None,
        is_paused: false,
    }
}

/// Somebody who has entered and not begun.
pub fn new_enrollment(
    id: EnrollmentId,
    campaign: CampaignId,
    contact: ContactId,
    lines: BTreeMap<Channel, Line>,
    at: Timestamp,
) -> Enrollment {
    Enrollment {
        id,
        campaign,
        contact,
        lines,
        enrolled_at: at,
        started_at: None,
        updated_at: at,
        status: Status::Queued,
        visits: 0,
        loops: Vec::new(),
        facts: Facts::default(),
        sends: Sends::default(),
        left: Vec::new(),
        trail: Trail::default(),
        tasks: Tasks::default(),
        groups: Vec::new(),
    }
}
