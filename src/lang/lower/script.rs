//! `test` blocks: names bound against the campaign they are of, the contact measured by what the campaign needs.

use crate::lang::check::names;
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lists::fits;
use crate::lang::lower::lines::Lines;
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{self, Expectation, Given, Item, Literal, Name, Test, TestTime, TestWhat};
use crate::lang::words::nearest;
use crate::model::account::Channel;
use crate::model::campaign::{Action, Campaign};
use crate::model::effect::Call;
use crate::model::id::MessageId;
use crate::model::identity::IDENTIFYING_COLUMNS;
use crate::model::program::Program;
use crate::model::script::{Act, Expected, Script, ScriptLine, Sought, What, When};
use crate::model::time::Delay;
use crate::model::value::{FieldType, Fields};

/// Columns with a meaning of their own, besides those that identify somebody (LANGUAGE.md §6).
const KNOWN_COLUMNS: [&str; 5] = ["first_name", "last_name", "company", "language", "timezone"];

/// What a test is lowered against.
struct Tested<'a> {
    /// Names of all campaigns as written, also of those with faults.
    names: Vec<&'a str>,
    /// The campaigns without faults.
    campaigns: Vec<&'a Campaign>,
    /// Channels of an account, by its name.
    channels: Vec<(&'a str, Channel)>,
}

/// Lowers every test of a folder, in the order of the files; those of campaigns with faults wait until these are mended.
pub fn lower_all(parsed: &[syntax::File], program: &Program, lines: &Lines, diagnostics: &mut Diagnostics) -> Vec<Script> {
    let tested = Tested {
        names: names::campaigns(parsed).map(|campaign| campaign.name.value.as_str()).collect(),
        campaigns: program.campaigns.iter().collect(),
        channels: program.workspace.accounts.iter().map(|account| (account.name.as_str(), account.channel)).collect(),
    };
    let tests = parsed.iter().flat_map(|file| &file.items).flat_map(|item| match item {
        Item::Test(test) => std::slice::from_ref(test),
        Item::Campaign(campaign) => campaign.tests.as_slice(),
        Item::Workspace(_) | Item::Message(_) | Item::Class(_) | Item::Part(_) => &[],
    });
    tests.filter_map(|test| lower(test, &tested, lines, diagnostics)).collect()
}

/// Lowers a test. None: it has faults, or its campaign has; both were told of.
fn lower(test: &Test, tested: &Tested, lines: &Lines, diagnostics: &mut Diagnostics) -> Option<Script> {
    let before = diagnostics.len();
    if !tested.names.contains(&test.campaign.value.as_str()) {
        diagnostics.push(names::unknown("campaign", &test.campaign, tested.names.iter().copied()));
        return None;
    }
    let campaign = tested.campaigns.iter().find(|campaign| campaign.name == test.campaign.value)?;
    let mut made = Script {
        title: test.title.value.clone(),
        campaign: campaign.name.clone(),
        source: test.span.source.0,
        line: lines.line(test.span),
        fields: Fields::new(),
        key: String::new(),
        inmail_credits: 0,
        is_relation: false,
        lines: Vec::new(),
    };
    for given in &test.given {
        match &given.value {
            Given::Contact(fields) => fields.iter().for_each(|field| set_field(&mut made, campaign, field, diagnostics)),
            Given::InmailCredits(count) => made.inmail_credits = count.value,
            Given::Relation => made.is_relation = true,
        }
    }
    identify(&mut made, test, campaign, tested, diagnostics);
    let mut latest = (0, None);
    for line in &test.lines {
        in_order(line.value.at, line.span, &mut latest, diagnostics);
        let what = match &line.value.what {
            TestWhat::Act(done) => What::Act(act(done)),
            TestWhat::Expect { what, within } => {
                let expected = expected(what, campaign, line.span, diagnostics);
                let within = within.as_ref().map(|within| fixed(within, diagnostics));
                let Some(what) = expected else { continue };
                What::Expect { what, within }
            }
        };
        made.lines.push(ScriptLine { line: lines.line(line.span), when: when(line.value.at), what });
    }
    (diagnostics.len() == before).then_some(made)
}

/// A value of the contact, if the campaign reads such a column or the column means something to the engine.
fn set_field(made: &mut Script, campaign: &Campaign, field: &(Name, Spanned<Literal>), diagnostics: &mut Diagnostics) {
    let (name, literal) = field;
    let declared = campaign.fields.iter().find(|field| field.name == name.value);
    let known = || IDENTIFYING_COLUMNS.into_iter().chain(KNOWN_COLUMNS);
    if declared.is_none() && !known().any(|column| column == name.value) {
        let candidates = campaign.fields.iter().map(|field| field.name.as_str()).chain(known());
        let help = match nearest(&name.value, candidates) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it in the contacts of `{}`: `may have {}`", campaign.name, name.value),
        };
        let message = format!("the contacts of `{}` have no field `{}`", campaign.name, name.value);
        diagnostics.push(Diagnostic::new(Code::UnknownField, name.span, message, help));
        return;
    }
    let text = match &literal.value {
        Literal::Text(text) => text.trim().to_owned(),
        Literal::Number(number) => number.to_string(),
    };
    let ty = declared.map_or(FieldType::Text, |field| field.ty);
    if !text.is_empty() && !fits(&text, ty) {
        let message = format!("`{}` is {}, and `{text}` is none", name.value, type_word(ty));
        let help = "write a value the list could hold: a number such as `40`, a date such as `2027-01-04`";
        diagnostics.push(Diagnostic::new(Code::TypeMismatch, literal.span, message, help));
    }
    if !text.is_empty() {
        made.fields.insert(name.value.clone(), text);
    }
}

/// Whatever the campaign needs must be there, and the contact must be somebody whom one of its accounts can reach.
fn identify(made: &mut Script, test: &Test, campaign: &Campaign, tested: &Tested, diagnostics: &mut Diagnostics) {
    if diagnostics.iter().any(|fault| fault.code == Code::UnknownField && is_given(test, fault.span)) {
        return;
    }
    let place = test.given.iter().find(|given| matches!(given.value, Given::Contact(_))).map_or(test.span, |given| given.span);
    let missing: Vec<&str> = campaign
        .fields
        .iter()
        .filter(|field| field.is_required && !made.fields.contains_key(&field.name))
        .map(|field| field.name.as_str())
        .collect();
    if !missing.is_empty() {
        let shown: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("the contact of this test has no {}, which `{}` needs", shown.join(", "), campaign.name);
        let example: Vec<String> = missing.iter().map(|name| format!("{name} = \"…\"")).collect();
        let help = format!("add `given contact {}`", example.join(", "));
        diagnostics.push(Diagnostic::new(Code::ColumnMissing, place, message, help));
        return;
    }
    let channels = tested.channels.iter().filter(|(name, _)| campaign.accounts.iter().any(|account| account == name));
    let reached: Vec<&str> = channels.map(|(_, channel)| channel.word()).collect();
    if !reached.iter().any(|column| made.fields.contains_key(*column)) {
        let column = campaign.channel.word();
        let message = format!("the contact of this test has no `{column}`: no account of `{}` could reach them", campaign.name);
        let help = format!("add `given contact {column} = \"ada\"`");
        diagnostics.push(Diagnostic::new(Code::ColumnMissing, place, message, help));
        return;
    }
    let identifying = ["id", campaign.channel.word()].into_iter().chain(reached);
    made.key = identifying.filter_map(|column| made.fields.get(column)).next().cloned().unwrap_or_default();
}

/// Does the place stand among what the test gives?
fn is_given(test: &Test, place: Span) -> bool {
    test.given.iter().any(|given| {
        place.source == given.span.source && (given.span.start..=given.span.end.max(place.start)).contains(&place.start)
    })
}

/// Days go forward.
fn in_order(at: TestTime, place: Span, latest: &mut (u32, Option<u16>), diagnostics: &mut Diagnostics) {
    let TestTime::Day { day, minute } = at else { return };
    let is_back = day < latest.0 || (day == latest.0 && minute.is_some() && minute < latest.1);
    if is_back {
        let message = format!("day {day} comes after a line of day {}: the lines of a test are in the order of time", latest.0);
        diagnostics.push(Diagnostic::new(Code::Unexpected, place, message, "put the line where its day belongs"));
    } else {
        *latest = (day, minute.or(latest.1.filter(|_| day == latest.0)));
    }
}

/// A length that is waited for at most: no range.
fn fixed(within: &Spanned<Delay>, diagnostics: &mut Diagnostics) -> Delay {
    let delay = within.value;
    if delay.min != delay.max {
        let message = format!("`within {delay}` is a range: a test looks for one length of time");
        let help = format!("write the longest: `within {}`", Delay { min: delay.max, ..delay });
        diagnostics.push(Diagnostic::new(Code::BadDuration, within.span, message, help));
    }
    Delay { min: delay.max, ..delay }
}

fn when(at: TestTime) -> When {
    match at {
        TestTime::Day { day, minute } => When::Day { day, minute },
        TestTime::Then => When::Then,
    }
}

fn act(done: &syntax::Act) -> Act {
    match done {
        syntax::Act::Accepts => Act::Accepts,
        syntax::Act::Replies(text) => Act::Replies(text.value.clone()),
        syntax::Act::Reads => Act::Reads,
        syntax::Act::Reacts(emoji) => Act::Reacts(emoji.value.clone()),
        syntax::Act::OwnerWrites(text) => Act::OwnerWrites(text.value.clone()),
        syntax::Act::OwnerApproves => Act::OwnerApproves,
        syntax::Act::OwnerRejects => Act::OwnerRejects,
        syntax::Act::Disconnects => Act::Disconnects,
        syntax::Act::Reconnects => Act::Reconnects,
        syntax::Act::Named(name) => Act::Named(name.value.clone()),
    }
}

fn expected(what: &Expectation, campaign: &Campaign, place: Span, diagnostics: &mut Diagnostics) -> Option<Expected> {
    let mut sought = |name: &Option<Name>, carrier: Carrier| match name {
        Some(name) => sought(name, campaign, carrier, diagnostics).map(Some),
        None => Some(None),
    };
    Some(match what {
        Expectation::Invite { with } => Expected::Invite { with: sought(with, Carrier::Invitation)? },
        Expectation::Withdraw => Expected::Withdraw,
        Expectation::Send { message, containing } => Expected::Send {
            what: sought(message, Carrier::Message)?,
            containing: containing.as_ref().map(|text| text.value.clone()),
        },
        Expectation::SendInmail { message } => Expected::Inmail { what: sought(message, Carrier::Inmail)? },
        Expectation::Stop { outcome } => {
            let Some(outcome) = campaign.outcome_named(&outcome.value) else {
                let known = campaign.outcomes.iter().map(|outcome| outcome.name.as_str());
                diagnostics.push(names::unknown("outcome", outcome, known));
                return None;
            };
            Expected::Stop { outcome }
        }
        Expectation::NoMoreSends => Expected::NoMoreSends,
        Expectation::Task { text } if text.value.trim().is_empty() => {
            let message = "a task without words is expected";
            diagnostics.push(Diagnostic::new(Code::Unexpected, place, message, "say some of what the task's text says"));
            return None;
        }
        Expectation::Task { text } => Expected::Task { text: text.value.clone() },
    })
}

/// What carries a message to the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Invitation,
    Message,
    Inmail,
}

impl Carrier {
    fn phrase(self) -> &'static str {
        match self {
            Self::Invitation => "invites with",
            Self::Message => "sends",
            Self::Inmail => "sends as an InMail",
        }
    }
}

/// The message such a step carries, if it is one.
fn carried(action: &Action, carrier: Carrier) -> Option<Option<MessageId>> {
    let call = Call::of(action, Channel::Linkedin)?;
    let carries = match &call {
        Call::Invite { .. } => carrier == Carrier::Invitation,
        Call::Inmail { .. } => carrier == Carrier::Inmail,
        Call::Message { .. } | Call::Group { .. } => carrier == Carrier::Message,
        Call::Engage(_) => carrier == Carrier::Message && call.message().is_some(),
        Call::Withdraw | Call::ByHand { .. } => false,
    };
    carries.then(|| call.message())
}

/// A message that such a step carries, or the label of such a step.
fn sought(name: &Name, campaign: &Campaign, carrier: Carrier, diagnostics: &mut Diagnostics) -> Option<Sought> {
    let carriers = || campaign.steps.iter().filter_map(|step| carried(&step.action, carrier).map(|message| (step, message)));
    let by_name = carriers().filter_map(|(_, message)| message).find(|id| campaign.message(*id).name == name.value);
    if let Some(id) = by_name {
        return Some(Sought::Message { name: name.value.clone(), id });
    }
    if let Some(id) = campaign.step_labelled(&name.value)
        && carried(&campaign.step(id).action, carrier).is_some()
    {
        return Some(Sought::Step { label: name.value.clone(), id });
    }
    let messages = carriers().filter_map(|(_, message)| message).map(|id| campaign.message(id).name.as_str());
    let labels = carriers().filter(|(step, _)| step.is_named).map(|(step, _)| step.label.as_str());
    let mut known: Vec<&str> = messages.chain(labels).collect();
    known.sort_unstable();
    known.dedup();
    if campaign.messages.iter().any(|message| message.name == name.value) {
        let message = format!("`{}` never {} `{}`", campaign.name, carrier.phrase(), name.value);
        let help = match known.is_empty() {
            true => "expect what its steps do".to_owned(),
            false => format!("it {} {}", carrier.phrase(), crate::lang::words::one_of(known)),
        };
        diagnostics.push(Diagnostic::new(Code::UnknownName, name.span, message, help));
    } else {
        diagnostics.push(names::unknown("message or label", name, known.into_iter()));
    }
    None
}

fn type_word(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Text => "a text",
        FieldType::Number => "a number",
        FieldType::Date => "a date",
    }
}
