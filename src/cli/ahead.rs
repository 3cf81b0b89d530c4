//! A plan made: the folder installed on a copy of the store, and the forecast of the days that follow.

use crate::cli::program::{compile_paths, is_refused, tally};
use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::account::{Account, Budget, SenderProfile};
use crate::model::effect::Call;
use crate::model::id::{AccountId, MessageId};
use crate::model::program::Program;
use crate::model::time::{HOUR_MS, Timestamp};
use crate::plan::document::{Plan, SendPlan, UsePlan};
use crate::plan::foresee::foresee;
use crate::plan::scratch::scratch;
use crate::runtime::errand::Message;
use crate::runtime::install::InstallFault;
use crate::runtime::limits::caps_now;
use crate::sim::forecast::cast::Cast;
use crate::sim::forecast::drive;
use crate::sim::forecast::folk::Folk;
use crate::sim::forecast::opening::Opening;
use crate::sim::forecast::sink::{Happening, Sink, Who};
use crate::store::contract::{Store, StoreFault};
use crate::store::memory::MemoryStore;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// What is to be looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ahead {
    /// Absolute.
    pub paths: Vec<PathBuf>,
    /// `2027-01-04`; none: from the next full hour on.
    pub from: Option<String>,
    pub days: u32,
}

/// Plans for whoever asks over the socket. `turns`: of the engine that runs on the store, if one does.
pub fn answer(
    store: &Arc<dyn Store>,
    turns: Option<&Sender<Message>>,
    now: Timestamp,
    arguments: &Value,
) -> Result<Value, String> {
    let ahead = Ahead::deserialize(arguments).map_err(|fault| format!("the question is not understood: {fault}"))?;
    let loaded = compile_paths(&ahead.paths).map_err(|ending| ending.message.unwrap_or_default())?;
    if is_refused(&loaded, false) {
        return Err(tally(&loaded));
    }
    let copy = copied(store, turns, now)?;
    let plan = look_ahead(&Arc::new(copy), &loaded.compiled.program, now, &ahead)?;
    serde_json::to_value(plan).map_err(|fault| fault.to_string())
}

/// Rows that fit together: taken between two turns where turns are taken.
fn copied(store: &Arc<dyn Store>, turns: Option<&Sender<Message>>, now: Timestamp) -> Result<MemoryStore, String> {
    let Some(turns) = turns else { return scratch(&**store, now).map_err(|fault| fault.to_string()) };
    let (answer, answered) = channel::<Result<MemoryStore, StoreFault>>();
    let store = Arc::clone(store);
    let look = move || {
        // Whoever asked may have gone away.
        drop(answer.send(scratch(&*store, now)));
    };
    turns.send(Message::Between(Box::new(look))).map_err(|_| "the engine has ended".to_owned())?;
    answered.recv().map_err(|_| "the engine ended before it answered".to_owned())?.map_err(|fault| fault.to_string())
}

/// Installs the program on the copy and forecasts the days ahead. The error is a sentence.
pub fn look_ahead(copy: &Arc<MemoryStore>, program: &Program, now: Timestamp, ahead: &Ahead) -> Result<Plan, String> {
    let zone = program.workspace.calendar.zone_for(None);
    let begin = begin(ahead.from.as_deref(), now, &zone)?;
    let first = begin.in_zone(&zone).date();
    let told = |fault: InstallFault| fault.to_string();
    let mut plan = foresee(copy, program, begin, first.to_string(), ahead.days).map_err(told)?;
    let opening = Opening::stored(&**copy, &program.workspace, begin).map_err(|fault| fault.to_string())?;
    let until = end(first, ahead.days, &zone).unwrap_or(begin);
    let mut sends = Sends { opening: &opening, zone: &zone, sends: Vec::new(), used: BTreeMap::new() };
    drive::run(&Cast::new(&opening, &Folk::Silent), until, SEED, &mut sends);
    (plan.sends, plan.used) = sends.told();
    Ok(plan)
}

/// Nobody acts in such a forecast: there is nothing to draw.
const SEED: u64 = 0;

/// The day's first moment, or the next full hour: looking twice within an hour shows the same.
fn begin(from: Option<&str>, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let Some(from) = from else {
        let past = now.0.rem_euclid(HOUR_MS);
        return Ok(if past == 0 { now } else { now.plus_ms(HOUR_MS - past) });
    };
    let date: Date = from.parse().map_err(|_| format!("`{from}` is no date; write it as 2027-01-04"))?;
    let begin = date.to_zoned(zone.clone()).map_err(|fault| format!("`{from}` cannot be looked at: {fault}"))?;
    Ok(Timestamp::from(&begin).max(now))
}

/// The midnight after so many days.
fn end(first: Date, days: u32, zone: &TimeZone) -> Option<Timestamp> {
    let last = first.checked_add(i64::from(days).days()).ok()?;
    let midnight: Zoned = last.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from(&midnight).plus_ms(-1))
}

/// Day, account and budget.
type Spent = (String, AccountId, Budget);

/// Listens for what goes out.
struct Sends<'a> {
    opening: &'a Opening,
    zone: &'a TimeZone,
    sends: Vec<((String, String, Timestamp, u64), SendPlan)>,
    used: BTreeMap<Spent, (u32, Option<u32>)>,
}

impl Sink for Sends<'_> {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        let Happening::Called { account, step, call, settlement: crate::model::event::Settlement::Sent { .. } } = happening
        else {
            return;
        };
        let Some(known) = self.opening.accounts.get(account) else { return };
        let day = at.in_zone(self.zone).date().to_string();
        if let Some(budget) = call.budget() {
            let cap = caps_now(&self.opening.workspace.limits, budget, known.ramps_since().or(Some(at)), at).day;
            let spent = self.used.entry((day.clone(), *account, budget)).or_insert((0, cap));
            spent.0 += 1;
        }
        if matches!(call, Call::Withdraw) {
            return;
        }
        let (subject, text) = texts(who, known, call);
        let send = SendPlan {
            day: day.clone(),
            account: known.spec.name.clone(),
            campaign: who.campaign.name.clone(),
            version: who.campaign.version,
            contact: who.contact.key.clone(),
            name: who.contact.name(),
            step: who.campaign.steps.get(step.0 as usize).map_or_else(|| "by hand".to_owned(), |step| step.label.clone()),
            kind: kind(call).to_owned(),
            subject,
            text,
        };
        self.sends.push(((day, known.spec.name.clone(), at, who.enrollment.id.0), send));
    }
}

impl Sends<'_> {
    fn told(mut self) -> (Vec<SendPlan>, Vec<UsePlan>) {
        self.sends.sort_by(|one, two| one.0.cmp(&two.0));
        let name = |id: AccountId| self.opening.accounts.get(&id).map(|account| account.spec.name.clone()).unwrap_or_default();
        let used = self.used.iter().map(|((day, account, budget), (used, limit))| UsePlan {
            day: day.clone(),
            account: name(*account),
            budget: budget.word().to_owned(),
            used: *used,
            limit: *limit,
        });
        let mut used: Vec<UsePlan> = used.collect();
        used.sort_by(|one, two| (&one.day, &one.account).cmp(&(&two.day, &two.account)));
        (self.sends.into_iter().map(|(_, send)| send).collect(), used)
    }
}

fn kind(call: &Call) -> &'static str {
    match call {
        Call::Invite { .. } => "invite",
        Call::Withdraw => "withdraw",
        Call::Message { .. } | Call::ByHand { .. } => "message",
        Call::Inmail { .. } => "inmail",
        Call::Engage(engagement) => engagement.word(),
        Call::Group { .. } => "group",
    }
}

/// Subject and text as they would be sent.
fn texts(who: &Who<'_>, account: &Account, call: &Call) -> (Option<String>, Option<String>) {
    let fields = fields_with_defaults(who.campaign, &who.contact.fields);
    let sender = named(&account.sender);
    let scope = Scope {
        campaign: &who.campaign.name,
        contact_key: &who.contact.key,
        fields: &fields,
        sender: &sender,
        reply_text: who.enrollment.reply().map(|reply| reply.text.as_str()),
    };
    let rendered = |id: MessageId| match render(who.campaign.message(id), &scope) {
        Ok(rendered) => (rendered.subject, rendered.text),
        Err(fault) => (None, format!("[cannot be written: {fault}]")),
    };
    let (subject, text) = call.message().map_or((None, None), |id| {
        let (subject, text) = rendered(id);
        (subject, Some(text))
    });
    match call {
        Call::Group { subject, .. } => (Some(rendered(*subject).1), text),
        Call::ByHand { text, .. } => (None, Some(text.clone())),
        Call::Invite { .. } | Call::Withdraw | Call::Message { .. } | Call::Inmail { .. } | Call::Engage(_) => (subject, text),
    }
}

/// What postpress has not told yet of the sender stands as its name.
fn named(sender: &SenderProfile) -> SenderProfile {
    let or = |known: &Option<String>, name: &str| known.clone().or_else(|| Some(format!("[sender.{name}]")));
    SenderProfile {
        provider_id: sender.provider_id.clone(),
        first_name: or(&sender.first_name, "first_name"),
        last_name: or(&sender.last_name, "last_name"),
        headline: or(&sender.headline, "headline"),
    }
}
