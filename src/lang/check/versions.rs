//! A changed campaign against the people who are on their way in it (LANGUAGE.md §7): is the version raised, is the place of
//! everybody named, and is what the new path takes for granted true of them?
//!
//! What is on the store is given as counts; nothing here reads one. Start at [`faults`].

use crate::lang::check::facts::{Person, falsehoods};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::source::Span;
use crate::lang::syntax::{File, Item};
use crate::lang::words;
use crate::model::account::Budget;
use crate::model::afoot::{Afoot, Group, Known};
use crate::model::campaign::{Action, Campaign, Engagement};
use crate::model::effect::Call;
use crate::model::id::StepId;
use crate::model::limits::Limits;
use crate::model::passage::{Landing, Passage};
use crate::model::relation::Relation;
use std::collections::{BTreeMap, BTreeSet};

/// More people than these are not written to at once without a warning.
const AT_ONCE_MAX: u32 = 10;

/// A fault of a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFault {
    pub code: Code,
    pub at: Written,
    pub message: String,
    pub help: String,
}

/// Where in the campaign's text the fault stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    Header,
    /// At the rule for that label; where there is none, at its `migrate from N`.
    Rule {
        from: u32,
        label: String,
    },
}

/// Would installing it decide anything about people of earlier versions? Not when it is what runs, mapping included.
pub fn decides(to: &Campaign, afoot: &[Afoot]) -> bool {
    let runs = |found: &&Afoot| found.is_current && found.campaign.name == to.name;
    !afoot.iter().find(runs).is_some_and(|found| found.campaign.hash == to.hash && found.campaign.migrations == to.migrations)
}

/// All that is wrong with putting this campaign in place of what is installed. `limits`: the workspace's.
pub fn faults(to: &Campaign, afoot: &[Afoot], limits: &Limits) -> Vec<VersionFault> {
    let others: Vec<&Afoot> =
        afoot.iter().filter(|found| found.campaign.name == to.name && found.campaign.hash != to.hash).collect();
    if let Some(fault) = not_raised(to, &others) {
        return vec![fault];
    }
    if !decides(to, afoot) {
        return Vec::new();
    }
    others.iter().flat_map(|older| migration_faults(to, older, limits)).collect()
}

/// A number names one meaning as long as somebody is in it, and numbers grow.
fn not_raised(to: &Campaign, others: &[&Afoot]) -> Option<VersionFault> {
    let newer = others.iter().filter(|other| other.campaign.version >= to.version && other.people() > 0);
    let highest = newer.max_by_key(|other| other.campaign.version)?;
    let (version, people) = (highest.campaign.version, many(highest.people()));
    let message = if version == to.version {
        format!("`{}` has changed while {people} on its version {version}", to.name)
    } else {
        format!("`{}` is version {} here, and {people} on its version {version}", to.name, to.version)
    };
    let help = format!(
        "raise `version` to {}: whoever is on their way finishes on the version they began with",
        version.saturating_add(1)
    );
    Some(VersionFault { code: Code::VersionNotRaised, at: Written::Header, message, help })
}

fn migration_faults(to: &Campaign, older: &Afoot, limits: &Limits) -> Vec<VersionFault> {
    let passage = Passage::new(&older.campaign, to);
    let Some(migration) = passage.migration() else { return Vec::new() };
    let known: BTreeSet<&str> = older.campaign.steps.iter().map(|step| step.label.as_str()).collect();
    let mut faults: Vec<VersionFault> = migration
        .rules
        .keys()
        .filter(|label| !known.contains(label.as_str()))
        .map(|label| no_such_label(label, older.campaign.version, &known))
        .collect();
    let mut here: BTreeMap<StepId, Vec<&Group>> = BTreeMap::new();
    older.groups.iter().for_each(|group| here.entry(group.step).or_default().push(group));
    let mut at_once = AtOnce::default();
    let path = path(to);
    for (step, groups) in &here {
        match passage.landing(*step) {
            None => faults.push(unmapped(&passage, *step, groups)),
            Some(Landing::Finish) => {}
            Some(Landing::Stay(there) | Landing::Enter(there)) if !path.contains(&there) => {
                faults.push(off_the_path(&passage, *step, there));
            }
            Some(Landing::Stay(there)) => faults.extend(falsehood(&passage, *step, there, groups)),
            Some(Landing::Enter(there)) => {
                faults.extend(falsehood(&passage, *step, there, groups));
                at_once.take(to, *step, there, groups);
            }
        }
    }
    faults.extend(at_once.fault(&passage, limits));
    faults
}

/// Steps of the path; those of handlers are none.
fn path(campaign: &Campaign) -> BTreeSet<StepId> {
    let (mut path, mut open) = (BTreeSet::from([campaign.entry]), vec![campaign.entry]);
    while let Some(step) = open.pop().and_then(|step| campaign.steps.get(step.0 as usize)) {
        open.extend(step.action.targets().into_iter().filter(|next| path.insert(*next)));
    }
    path
}

fn off_the_path(passage: &Passage<'_>, step: StepId, there: StepId) -> VersionFault {
    let (here, target) = (label(passage.from, step), label(passage.to, there));
    VersionFault {
        code: Code::MapsIntoFalsehood,
        at: Written::Rule { from: passage.from.version, label: here.to_owned() },
        message: format!(
            "people at `{here}` would go on at `{target}`, which belongs to a handler and runs only when it is called"
        ),
        help: "send them to a place of `steps`".to_owned(),
    }
}

fn label(campaign: &Campaign, step: StepId) -> &str {
    campaign.steps.get(step.0 as usize).map_or("", |step| step.label.as_str())
}

/// `1 person is`, `3 people are`
fn many(people: u32) -> String {
    if people == 1 { "1 person is".to_owned() } else { format!("{people} people are") }
}

fn no_such_label(label: &str, from: u32, known: &BTreeSet<&str>) -> VersionFault {
    let help = words::nearest(label, known.iter().copied()).map_or_else(
        || "labels are those of the version people come from; `engine status` shows them".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    VersionFault {
        code: Code::UnknownName,
        at: Written::Rule { from, label: label.to_owned() },
        message: format!("version {from} has no label `{label}`"),
        help,
    }
}

fn unmapped(passage: &Passage<'_>, step: StepId, groups: &[&Group]) -> VersionFault {
    let from = passage.from.version;
    let here = label(passage.from, step);
    let people = many(groups.iter().map(|group| group.people).sum());
    let migration = passage.migration();
    let is_named = migration.is_some_and(|migration| migration.rules.contains_key(here));
    let is_there = passage.to.step_labelled(here).is_some();
    let is_own = passage.from.steps.get(step.0 as usize).is_some_and(|step| step.is_named);
    let (message, help) = if is_named || (is_own && migration.is_some_and(|migration| migration.in_place) && !is_there) {
        (
            format!("{people} at `{here}` of version {from}, and this version has no `{here}` to stay at"),
            format!("say where they go: `at {here} -> go to LABEL`, or `at {here} -> finish on version {from}`"),
        )
    } else if is_own {
        (
            format!("{people} at `{here}` of version {from}, and `migrate from {from}` does not say where they go"),
            format!("add `at {here} -> stay`, `at {here} -> go to LABEL`, or `anyone else -> finish on version {from}`"),
        )
    } else {
        (
            format!("{people} at `{here}` of version {from}, a statement without a label that is not found again here"),
            format!("add `anyone else -> finish on version {from}`, and give what people wait at a label"),
        )
    };
    VersionFault { code: Code::UnmappedLabel, at: Written::Rule { from, label: here.to_owned() }, message, help }
}

/// People of whom something is not true that the path from there takes for granted.
fn falsehood(passage: &Passage<'_>, step: StepId, there: StepId, groups: &[&Group]) -> Option<VersionFault> {
    let mut found: BTreeMap<(Code, StepId), u32> = BTreeMap::new();
    for group in groups {
        for fault in falsehoods(passage.to, there, person(group.known)) {
            *found.entry((fault.code, fault.step)).or_default() += group.people;
        }
    }
    let (&(code, at), &people) = found.iter().max_by_key(|(key, people)| (**people, std::cmp::Reverse(**key)))?;
    let (here, target, culprit) = (label(passage.from, step), label(passage.to, there), label(passage.to, at));
    let (count, relative) = if people == 1 { ("1 person".to_owned(), "is") } else { (format!("{people} people"), "are") };
    let (who, why) = match code {
        Code::AlreadyInvited => (format!("who {relative} invited already"), "invites"),
        Code::SecondInmail => ("who had an InMail already".to_owned(), "sends an InMail"),
        Code::ReinviteTooSoon => ("who were invited lately".to_owned(), "invites"),
        _ => (format!("who {relative} no relation"), "writes to relations only"),
    };
    Some(VersionFault {
        code: Code::MapsIntoFalsehood,
        at: Written::Rule { from: passage.from.version, label: here.to_owned() },
        message: format!("{count} at `{here}` {who} would go on at `{target}`, and `{culprit}` {why}"),
        help: format!(
            "send them where it holds, for example into a wait for acceptance, or let them finish: `at {here} -> finish on version {}`",
            passage.from.version
        ),
    })
}

fn person(known: Known) -> Person {
    Person {
        relation: known.relation,
        is_invited: known.is_invited || known.relation == Relation::Pending,
        has_inmail: known.has_inmail,
        has_sent: known.has_message || known.has_inmail,
        has_replied: known.has_replied,
    }
}

/// Who would be written to by the move itself.
#[derive(Default)]
struct AtOnce {
    people: u32,
    by_account: BTreeMap<(Option<String>, Budget), u32>,
    /// The place most of them come from, and how many.
    most: Option<(u32, StepId)>,
}

impl AtOnce {
    fn take(&mut self, to: &Campaign, step: StepId, there: StepId, groups: &[&Group]) {
        let Some(budget) = writes_at_once(to, there, &mut BTreeSet::new()) else { return };
        let people: u32 = groups.iter().map(|group| group.people).sum();
        self.people += people;
        for group in groups {
            *self.by_account.entry((group.account.clone(), budget)).or_default() += group.people;
        }
        if self.most.is_none_or(|(most, _)| people > most) {
            self.most = Some((people, step));
        }
    }

    fn fault(self, passage: &Passage<'_>, limits: &Limits) -> Option<VersionFault> {
        let cap = |budget: Budget| {
            let caps = [&passage.to.limits, limits].map(|limits| limits.caps.get(&budget).and_then(|caps| caps.day));
            caps.into_iter().flatten().min()
        };
        let over = self.by_account.iter().find(|((_, budget), people)| cap(*budget).is_some_and(|cap| **people > cap));
        if self.people <= AT_ONCE_MAX && over.is_none() {
            return None;
        }
        let more = over.map(|((account, budget), people)| {
            let account = account.as_deref().map_or_else(String::new, |name| format!(" of `{name}`"));
            format!("; {people} are more {} than a day{account} has", budget.word())
        });
        let (_, step) = self.most?;
        Some(VersionFault {
            code: Code::MassSend,
            at: Written::Rule { from: passage.from.version, label: label(passage.from, step).to_owned() },
            message: format!("the move itself would write to {} people{}", self.people, more.unwrap_or_default()),
            help: "send them into a wait before it (`go to` the wait), or let them stay where they are".to_owned(),
        })
    }
}

/// What is spent on somebody who enters that step, before they wait for anything.
fn writes_at_once(campaign: &Campaign, step: StepId, seen: &mut BTreeSet<StepId>) -> Option<Budget> {
    if !seen.insert(step) {
        return None;
    }
    let action = &campaign.steps.get(step.0 as usize)?.action;
    match action {
        Action::Invite { .. }
        | Action::Send { .. }
        | Action::Inmail { .. }
        | Action::Group { .. }
        | Action::Engage { engagement: Engagement::CommentPost(_) | Engagement::React(_), .. } => {
            Call::of(action, campaign.channel).and_then(|call| call.budget())
        }
        Action::Wait { .. }
        | Action::WaitUntil { .. }
        | Action::Race { .. }
        | Action::Repeat { .. }
        | Action::Pause { .. }
        | Action::Stop { .. }
        | Action::Return => None,
        Action::Withdraw { .. }
        | Action::Engage { .. }
        | Action::Branch { .. }
        | Action::RepeatStart { .. }
        | Action::Split { .. }
        | Action::Tag { .. }
        | Action::Untag { .. }
        | Action::Set { .. }
        | Action::Suppress { .. }
        | Action::Notify { .. }
        | Action::Ask { .. }
        | Action::Webhook { .. } => action.targets().into_iter().find_map(|next| writes_at_once(campaign, next, seen)),
    }
}

/// The faults as diagnostics of the files the campaigns stand in.
pub fn diagnostics(files: &[File], campaigns: &[Campaign], afoot: &[Afoot], limits: &Limits) -> Diagnostics {
    let mut all = Vec::new();
    for campaign in campaigns {
        for fault in faults(campaign, afoot, limits) {
            let span = place(files, &campaign.name, &fault.at).unwrap_or_default();
            all.push(Diagnostic::new(fault.code, span, fault.message, fault.help));
        }
    }
    all
}

fn place(files: &[File], name: &str, at: &Written) -> Option<Span> {
    let campaigns = files.iter().flat_map(|file| &file.items).filter_map(|item| match item {
        Item::Campaign(campaign) => Some(campaign),
        Item::Workspace(_) | Item::Message(_) | Item::Class(_) | Item::Part(_) | Item::Test(_) => None,
    });
    let campaign = campaigns.into_iter().find(|campaign| campaign.name.value == name)?;
    let migration = |from: u32| campaign.migrations.iter().find(|migrate| migrate.from.value == from);
    let span = match at {
        Written::Header => campaign.version.as_ref().map(|version| version.span),
        Written::Rule { from, label } => migration(*from).map(|migrate| {
            let rule = migrate.rules.iter().find(|rule| rule.value.label.value == *label);
            rule.map_or(migrate.span, |rule| rule.value.label.span)
        }),
    };
    Some(span.unwrap_or(campaign.span))
}
