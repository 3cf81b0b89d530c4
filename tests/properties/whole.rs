//! Random parts, tests, migrations and reports: what stands beside the steps of a campaign.

use crate::properties::program::{condition, delay, line, literal, name, plain, spanned, statements};
use campaign_engine::lang::syntax::{
    Act, Block, Expectation, Given, Goal, Handler, HandlerKind, Line, Literal, Migrate, MigrateRule, MigrateTarget, Name, Notes,
    Part, Report, Span, Spanned, Statement, Test, TestLine, TestTime, TestWhat, Text,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// A cron expression of five fields.
pub fn cron() -> impl Strategy<Value = Spanned<String>> {
    select(vec!["0 9 * * tue", "*/15 8-18 * * mon-fri", "0 7 1,15 * *", "30 12 * 1-6 sun"])
        .prop_map(|cron| spanned(cron.to_owned()))
}

/// A part.
pub fn part() -> impl Strategy<Value = Part> {
    (name(), statements(0..3)).prop_map(|(name, body)| Part {
        name,
        body: block(body),
        span: Span::default(),
        notes: Notes::default(),
    })
}

/// `report … to WHO`
pub fn report() -> impl Strategy<Value = Line<Report>> {
    (cron(), name()).prop_map(|(cron, who)| line(Report { cron, who }))
}

/// A goal, sometimes with what reaches it.
pub fn goal(text: impl Strategy<Value = Text>) -> impl Strategy<Value = Line<Goal>> {
    (text, of(condition())).prop_map(|(text, reached_when)| line(Goal { text, reached_when }))
}

/// Handlers, each event once.
pub fn handlers() -> impl Strategy<Value = Vec<Handler>> {
    let reply = of(of(statements(0..3))).prop_map(|body| body.map(|body| handler(HandlerKind::Reply, None, body)));
    let kinds = [HandlerKind::OptOut, HandlerKind::Takeover, HandlerKind::AccountLost, HandlerKind::SendFailed];
    let others = vec(of(statements(0..3)), kinds.len()).prop_map(move |bodies| {
        let written = kinds.iter().cloned().zip(bodies);
        written.filter_map(|(kind, body)| Some(handler(kind, None, Some(body?)))).collect::<Vec<_>>()
    });
    let event = of((plain(), of(condition()), statements(0..3)))
        .prop_map(|event| event.map(|(name, guard, body)| handler(HandlerKind::Event(name), guard, Some(body))));
    (reply, others, event).prop_map(|(reply, others, event)| reply.into_iter().chain(others).chain(event).collect())
}

fn handler(kind: HandlerKind, guard: Option<campaign_engine::lang::syntax::Expr>, body: Option<Vec<Statement>>) -> Handler {
    Handler { kind, guard, body: body.map(block), span: Span::default(), notes: Notes::default() }
}

/// A migration.
pub fn migrate() -> impl Strategy<Value = Migrate> {
    let target = || {
        prop_oneof![
            Just(MigrateTarget::Stay),
            label().prop_map(MigrateTarget::GoTo),
            (1u32..9).prop_map(|version| MigrateTarget::Finish(spanned(version))),
        ]
    };
    let rules = vec((label(), target()).prop_map(|(label, target)| MigrateRule { label, target }), 0..3);
    let ruled = (rules, of(target())).prop_map(|(rules, otherwise)| (false, rules, otherwise));
    let how = prop_oneof![1 => Just((true, Vec::new(), None)), 3 => ruled];
    (1u32..9, how).prop_map(|(from, (in_place, rules, otherwise))| Migrate {
        from: spanned(from),
        in_place,
        rules: crate::properties::program::distinct(rules, |rule| rule.label.value.clone()).into_iter().map(line).collect(),
        otherwise: otherwise.map(line),
        span: Span::default(),
        notes: Notes::default(),
        end_notes: Notes::default(),
    })
}

/// A label of the author's, or one made from a place.
fn label() -> impl Strategy<Value = Name> {
    prop_oneof![3 => name(), 1 => name().prop_map(|name| spanned(format!("{}.timeout.2", name.value)))]
}

/// A test of that campaign.
pub fn test(campaign: Name) -> impl Strategy<Value = Test> {
    let lines = vec((time(), what()).prop_map(|(at, what)| line(TestLine { at, what })), 0..4);
    (plain(), vec(given().prop_map(line), 0..3), lines).prop_map(move |(title, given, lines)| Test {
        title,
        campaign: campaign.clone(),
        given,
        lines,
        span: Span::default(),
        notes: Notes::default(),
        end_notes: Notes::default(),
    })
}

fn given() -> impl Strategy<Value = Given> {
    let field = (name(), literal());
    prop_oneof![
        3 => vec(field, 1..3).prop_map(|fields| Given::Contact(distinct_fields(fields))),
        1 => (0u32..3).prop_map(|count| Given::InmailCredits(spanned(count))),
        1 => Just(Given::Relation),
    ]
}

fn distinct_fields(fields: Vec<(Name, Spanned<Literal>)>) -> Vec<(Name, Spanned<Literal>)> {
    crate::properties::program::distinct(fields, |(name, _)| name.value.clone())
}

fn time() -> impl Strategy<Value = TestTime> {
    prop_oneof![
        2 => (0u32..99, of(0u16..1440)).prop_map(|(day, minute)| TestTime::Day { day, minute }),
        1 => Just(TestTime::Then),
    ]
}

fn what() -> impl Strategy<Value = TestWhat> {
    let expected = prop_oneof![
        of(name()).prop_map(|with| Expectation::Invite { with }),
        Just(Expectation::Withdraw),
        (of(name()), of(plain())).prop_map(|(message, containing)| Expectation::Send { message, containing }),
        of(name()).prop_map(|message| Expectation::SendInmail { message }),
        name().prop_map(|outcome| Expectation::Stop { outcome }),
        Just(Expectation::NoMoreSends),
        plain().prop_map(|text| Expectation::Task { text }),
    ];
    let acts = prop_oneof![
        select(vec![Act::Accepts, Act::Reads, Act::OwnerApproves, Act::OwnerRejects, Act::Disconnects, Act::Reconnects]),
        (plain(), any::<u8>()).prop_map(|(said, which)| match which % 4 {
            0 => Act::Replies(said),
            1 => Act::Reacts(said),
            2 => Act::OwnerWrites(said),
            _ => Act::Named(said),
        }),
    ];
    prop_oneof![
        (expected, of(delay(false))).prop_map(|(what, within)| TestWhat::Expect { what, within }),
        acts.prop_map(TestWhat::Act),
    ]
}

fn block(statements: Vec<Statement>) -> Block {
    Block { statements, ..Block::default() }
}
