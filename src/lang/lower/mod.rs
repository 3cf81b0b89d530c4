//! Syntax in, machine out: names bound, units parsed, statements made into steps.
//!
//! Reads no file and knows no notation. Tells of every fault it meets and goes on; what it makes of a faulty campaign is
//! good enough to be looked at for more faults, and never run. Start at [`lower_campaign`].

mod acts;
mod builder;
mod contacts;
mod expr;
mod handlers;
mod hash;
mod lines;
mod parts;
mod script;
mod small;
mod steps;
mod texts;
mod times;
mod versions;
mod whole;
pub mod workspace;

pub use builder::Places;
pub use expr::SENDER_FIELDS;
pub use handlers::handler_words;
pub use lines::Lines;
pub use script::lower_all as lower_tests;
pub use texts::{SentText, Written, message_texts};
pub use whole::Whole;

use crate::lang::check::names::{self, Shared, Uses};
use crate::lang::check::shape;
use crate::lang::diagnostic::Diagnostics;
use crate::lang::lower::builder::Builder;
use crate::lang::source::Spanned;
use crate::lang::syntax;
use crate::model::calendar::Calendar;
use crate::model::campaign::{
    Action, BUILT_IN_OUTCOMES, Bound, Campaign, Class, Destination, Limits, Outcome, OutcomeKind, Recipient, Report,
};
use crate::model::id::{Fingerprint, StepId};
use std::collections::BTreeMap;

/// A lowered campaign and where its parts stand in the text.
pub struct Lowered<'a> {
    /// Its `lists` are empty and its `bound` is not computed yet.
    pub campaign: Campaign,
    pub places: Places,
    /// Lists that `in list` conditions name.
    pub lists: Vec<Spanned<String>>,
    /// All its accounts were found, and with them its channel.
    pub knows_accounts: bool,
    /// One a message: where it is written, and what sends it.
    pub texts: Vec<SentText<'a>>,
}

/// What is decided of a campaign before it is lowered.
pub struct Given {
    /// How much of its text could be read.
    pub whole: Whole,
    pub calendar: Calendar,
    pub limits: Limits,
}

/// Lowers a campaign. None: there is nothing that could be looked at, which was told of.
pub fn lower_campaign<'a>(
    campaign: &'a syntax::Campaign,
    given: Given,
    shared: &'a Shared<'a>,
    uses: &mut Uses,
    lines: &Lines,
    diagnostics: &mut Diagnostics,
) -> Option<Lowered<'a>> {
    let mut builder = Builder::new(campaign, shared, uses, lines, diagnostics);
    builder.whole = given.whole;
    let statements = sized_steps(&mut builder)?;
    workspace::choose(&mut builder);
    builder.fields = contacts::fields(&mut builder);
    builder.outcomes = outcomes(campaign);
    let contacts = contacts::rules(&mut builder);
    let sink = StepId(steps::size(&builder.parts, statements));
    let entry = steps::block(&mut builder, statements, "steps", None, sink);
    let label = builder.derive_label("steps.end", campaign.span);
    builder.reserve(label, false, campaign.span, None);
    builder.places.sink = Some(sink);
    let handlers = handlers::lower(&mut builder);
    let migrations = versions::migrations(&mut builder);
    let goal = campaign.goal.as_ref().and_then(|goal| goal.value.reached_when.as_ref());
    let goal_reached = goal.map(|condition| expr::condition(&mut builder, condition));
    let reports = reports(&mut builder);
    let classes = classes(&mut builder);
    if given.whole.all {
        tell_unused(&mut builder);
    }
    let mut lowered = Campaign {
        name: campaign.name.value.clone(),
        version: campaign.version.as_ref().map_or(1, |version| version.value),
        hash: Fingerprint::default(),
        goal: campaign.goal.as_ref().map(|goal| goal.value.text.value.clone()),
        channel: builder.channel,
        accounts: builder.accounts.iter().flatten().map(|(name, _)| name.clone()).collect(),
        outcomes: builder.outcomes,
        fields: builder.fields,
        contacts,
        messages: builder.messages,
        classes,
        steps: builder.steps,
        entry,
        handlers,
        calendar: given.calendar,
        limits: given.limits,
        lists: BTreeMap::new(),
        bound: Bound::default(),
        migrations,
        reports,
        goal_reached,
    };
    lowered.hash = hash::hash(&lowered, campaign.schedule.is_some());
    let (places, lists, knows_accounts) = (builder.places, builder.lists, builder.knows_accounts);
    Some(Lowered { campaign: lowered, places, lists, knows_accounts, texts: builder.texts })
}

/// When the campaign's own figures are sent, and to whom.
fn reports(builder: &mut Builder) -> Vec<Report> {
    let (mut unknown, shared) = (Vec::new(), builder.shared);
    let mut recipient = |who: &syntax::Name| {
        small::recipient_of(shared, who).unwrap_or_else(|fault| {
            unknown.push(*fault);
            Recipient::Owner
        })
    };
    let reports = times::reports(&builder.campaign.reports, &mut recipient);
    unknown.into_iter().for_each(|fault| builder.tell_unknown("person", fault));
    reports
}

/// The campaign's statements, if there are some and not too many, parts written out.
fn sized_steps<'a>(builder: &mut Builder<'a, '_>) -> Option<&'a [syntax::Statement]> {
    let campaign = builder.campaign;
    let steps = campaign.steps.as_ref().filter(|steps| !steps.statements.is_empty());
    let Some(steps) = steps else {
        if builder.whole.all {
            builder.tell(shape::no_steps(&campaign.name));
        }
        return None;
    };
    let mut count = 0usize;
    for body in [steps].into_iter().chain(campaign.handlers.iter().filter_map(|handler| handler.body.as_ref())) {
        let before = count;
        count = count.saturating_add(builder.parts.count(&body.statements));
        if count > shape::STATEMENTS_MAX {
            let mut left = shape::STATEMENTS_MAX.saturating_sub(before);
            let first_over = shape::nth_statement(&body.statements, &mut left).or(body.statements.first());
            let span = first_over.map_or(campaign.span, |statement| statement.span);
            builder.tell(shape::too_many_statements(span, count));
            return None;
        }
    }
    Some(&steps.statements)
}

/// The declared outcomes, then the built-in ones that were not.
fn outcomes(campaign: &syntax::Campaign) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    for group in campaign.outcomes.iter().flat_map(|line| &line.value) {
        for name in &group.names {
            if !outcomes.iter().any(|known| known.name == name.value) {
                outcomes.push(Outcome { name: name.value.clone(), kind: group.kind });
            }
        }
    }
    for name in BUILT_IN_OUTCOMES {
        if !outcomes.iter().any(|known| known.name == name) {
            let kind = if name == "opted_out" { OutcomeKind::Lost } else { OutcomeKind::Neutral };
            outcomes.push(Outcome { name: name.to_owned(), kind });
        }
    }
    outcomes
}

/// The classes the campaign asks for, the workspace's first.
fn classes(builder: &mut Builder) -> Vec<Class> {
    let declared: Vec<&syntax::Class> = builder.shared.classes.iter().copied().chain(&builder.campaign.classes).collect();
    let mut classes: Vec<Class> = Vec::new();
    for class in declared {
        let pattern = expr::pattern(builder, &class.pattern);
        let is_new = !classes.iter().any(|known| known.name == class.name.value);
        if is_new && builder.classes_used.contains(&class.name.value) {
            classes.extend(pattern.map(|pattern| Class { name: class.name.value.clone(), pattern }));
        }
    }
    classes
}

/// The campaign's own messages, classes and outcomes that nothing uses.
fn tell_unused(builder: &mut Builder) {
    let campaign = builder.campaign;
    let classes = campaign.classes.iter().map(|class| &class.name);
    let outcomes = campaign.outcomes.iter().flat_map(|line| &line.value).flat_map(|group| &group.names);
    let outcomes = outcomes.filter(|name| !BUILT_IN_OUTCOMES.contains(&name.value.as_str()));
    let mut unused: Vec<(&'static str, &syntax::Name)> = Vec::new();
    unused.extend(builder.unused_messages().into_iter().map(|name| ("message", name)));
    unused.extend(classes.filter(|name| !builder.classes_used.contains(&name.value)).map(|name| ("class", name)));
    let own_parts = campaign.parts.iter().map(|part| &part.name);
    unused.extend(own_parts.filter(|name| !builder.parts_used.contains(&name.value)).map(|name| ("part", name)));
    unused.extend(outcomes.filter(|name| !builder.outcomes_used.contains(&name.value)).map(|name| ("outcome", name)));
    for (kind, name) in unused {
        if !builder.unknown.contains(kind) {
            builder.tell(names::never_used(kind, name));
        }
    }
}

impl Lowered<'_> {
    /// Takes the end of falling paths out again: a good campaign has none.
    pub fn without_sink(mut self) -> Campaign {
        if let Some(sink) = self.places.sink.take() {
            self.campaign.steps.remove(sink.0 as usize);
            let moved = |id: &mut StepId| id.0 -= u32::from(id.0 > sink.0);
            for step in &mut self.campaign.steps {
                for_each_target(&mut step.action, &moved);
            }
            self.campaign.handlers.entries_mut().for_each(moved);
            let rules = self.campaign.migrations.iter_mut().flat_map(|it| it.rules.values_mut().chain(&mut it.otherwise));
            rules.for_each(|rule| {
                if let Destination::GoTo(step) = rule {
                    moved(step);
                }
            });
        }
        self.campaign
    }
}

/// Changes every step an action leads to.
fn for_each_target(action: &mut Action, change: &dyn Fn(&mut StepId)) {
    match action {
        Action::Invite { next, .. }
        | Action::Withdraw { next }
        | Action::Send { next, .. }
        | Action::Inmail { next, .. }
        | Action::Wait { next, .. }
        | Action::WaitUntil { next, .. }
        | Action::Tag { next, .. }
        | Action::Untag { next, .. }
        | Action::Set { next, .. }
        | Action::Suppress { next, .. }
        | Action::Pause { next, .. }
        | Action::Notify { next, .. }
        | Action::Engage { next, .. }
        | Action::Group { next, .. }
        | Action::Ask { next, .. }
        | Action::Webhook { next, .. } => change(next),
        Action::Race { arms, on_timeout, .. } => {
            arms.iter_mut().for_each(|arm| change(&mut arm.target));
            change(on_timeout);
        }
        Action::Branch { arms, otherwise } => {
            arms.iter_mut().for_each(|(_, target)| change(target));
            change(otherwise);
        }
        Action::RepeatStart { repeat } => change(repeat),
        Action::Repeat { body, next, .. } => {
            change(body);
            change(next);
        }
        Action::Split { arms } => arms.iter_mut().for_each(|arm| change(&mut arm.target)),
        Action::Stop { .. } | Action::Return => {}
    }
}
