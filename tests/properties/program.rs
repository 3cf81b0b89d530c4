//! Random files: every construct of the syntax, in every combination that both notations can write.
//!
//! Places and notes are left out, for equality ignores them. Start at `file`.

use crate::properties::people::{contacts, outcomes};
use crate::properties::whole::{cron, goal, handlers, migrate, part, report, test};
use crate::properties::workspace::{limits, schedule, workspace};
use campaign_engine::lang::syntax::{
    Accounts, Arm, Block, Branch, Campaign, Class, Comparand, EndName, Event, EventKind, Expr, ExprKind, File, GroupMember, Item,
    Late, LateElse, Line, Literal, Message, Name, Notes, Regex, SetValue, Span, Spanned, SplitArm, Statement, StatementKind,
    Text, TextRef, Until, Variant,
};
use campaign_engine::lang::words;
use campaign_engine::model::account::{Channel, InmailApi};
use campaign_engine::model::expr::Op;
use campaign_engine::model::time::{Delay, Unit};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// A file of one to three blocks.
pub fn file() -> impl Strategy<Value = File> {
    vec(item(), 1..3).prop_map(|items| File { items, tail: Notes::default() })
}

/// A file of one block, as a YAML file has.
pub fn single() -> impl Strategy<Value = File> {
    item().prop_map(|item| File { items: vec![item], tail: Notes::default() })
}

/// A block of the top level.
pub fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        4 => campaign().prop_map(|campaign| Item::Campaign(Box::new(campaign))).boxed(),
        2 => workspace().prop_map(|workspace| Item::Workspace(Box::new(workspace))).boxed(),
        1 => message().prop_map(Item::Message),
        1 => class().prop_map(Item::Class),
        1 => part().prop_map(Item::Part),
        1 => name().prop_flat_map(test).prop_map(Item::Test),
    ]
}

/// A word that may be a name, and that no phrase of the language takes for its own.
pub fn name() -> impl Strategy<Value = Name> {
    const PHRASES: &[&str] = &[
        "missing",
        "present",
        "reply",
        "within",
        "containing",
        "one",
        "inmail",
        "to",
        "day",
        "of",
        "cron",
        "true",
        "false",
        "null",
    ];
    "[a-z][a-z0-9]{2,6}(_[a-z]{1,4})?"
        .prop_filter("a word of the language", |word| !words::is_keyword(word) && !PHRASES.contains(&word.as_str()))
        .prop_map(spanned)
}

/// A template: spintax, quotes, escapes, variables, several lines if it is a block.
pub fn text() -> impl Strategy<Value = Text> {
    let pieces = prop_oneof![
        4 => "[A-Za-zàéß ]{1,8}",
        1 => Just("{{ first_name }}".to_owned()),
        1 => Just("{{ pain or \"cost\" }}".to_owned()),
        1 => Just("{% if pain %}yes{% else %}no{% endif %}".to_owned()),
        1 => Just("{Hi|Hello} ".to_owned()),
        1 => select(vec!["\"", "\\", "\\{", "'", "#", ": ", "- ", "/", "end", "👍", "“", "“so”", "\\\"", "|"]).prop_map(str::to_owned),
    ];
    let line = vec(pieces, 0..4).prop_map(|pieces| pieces.concat());
    let many =
        vec(prop_oneof![3 => line.clone(), 1 => Just(String::new())], 1..4).prop_map(|lines| format!("A{}", lines.join("\n")));
    prop_oneof![
        line.prop_map(|value| Text { value, span: Span::default(), is_block: false, map: Vec::new() }),
        many.prop_map(|value| Text { value, span: Span::default(), is_block: true, map: Vec::new() }),
    ]
}

/// A path, a tag, an address.
pub fn plain() -> impl Strategy<Value = Spanned<String>> {
    prop_oneof![4 => "[A-Za-z0-9./@_-]{1,10}", 1 => "[a-z \"\\\\#:'éà-]{1,10}"].prop_map(spanned)
}

/// A length of time; a range if asked for.
pub fn delay(may_be_range: bool) -> impl Strategy<Value = Spanned<Delay>> {
    let units = select(vec![Unit::Minutes, Unit::Hours, Unit::Days, Unit::WorkingDays, Unit::Weeks]);
    (1u32..60, 0u32..20, units).prop_map(move |(min, more, unit)| {
        let more = if may_be_range { more.saturating_sub(10) } else { 0 };
        spanned(Delay { min, max: min + more, unit })
    })
}

/// A pattern that compiles.
pub fn regex() -> impl Strategy<Value = Spanned<Regex>> {
    let sources = vec!["yes", r"\b(yes|sure)\b", "a b", r"https?:\/\/x", "[#\"]", "é+", r"\\", "it's", ": x"];
    (select(sources), any::<bool>()).prop_map(|(source, ignore_case)| spanned(Regex { source: source.to_owned(), ignore_case }))
}

/// A condition, three deep at most.
pub fn condition() -> impl Strategy<Value = Expr> {
    atom().prop_map(expr).prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| expr(ExprKind::And(parts))),
            vec(inner.clone(), 2..4).prop_map(|parts| expr(ExprKind::Or(parts))),
            inner.prop_map(|part| expr(ExprKind::Not(Box::new(part)))),
        ]
    })
}

fn atom() -> impl Strategy<Value = ExprKind> {
    let ops = select(vec![Op::Is, Op::IsNot, Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual]);
    let right = prop_oneof![literal().prop_map(Comparand::Literal), name().prop_map(Comparand::Field)];
    prop_oneof![
        (field(), ops, right).prop_map(|(left, op, right)| ExprKind::Compare { left, op, right }),
        name().prop_map(ExprKind::IsMissing),
        name().prop_map(ExprKind::IsPresent),
        (field(), plain()).prop_map(|(left, text)| ExprKind::Contains { left, text }),
        (field(), regex()).prop_map(|(left, pattern)| ExprKind::Matches { left, pattern }),
        (name(), vec(literal(), 1..3)).prop_map(|(left, values)| ExprKind::In { left, values }),
        select(vec![ExprKind::Connected, ExprKind::Replied, ExprKind::OpenProfile, ExprKind::InmailCredit]),
        plain().prop_map(ExprKind::Tagged),
        plain().prop_map(ExprKind::InList),
        delay(false).prop_map(ExprKind::ContactedWithin),
        (name(), any::<bool>()).prop_map(|(class, negated)| ExprKind::ReplyIs { class, negated }),
    ]
}

fn field() -> impl Strategy<Value = Name> {
    prop_oneof![3 => name(), 1 => select(vec!["reply.text", "sender.first_name"]).prop_map(|word| spanned(word.to_owned()))]
}

/// A value written out.
pub fn literal() -> impl Strategy<Value = Spanned<Literal>> {
    prop_oneof![
        plain().prop_map(|text| spanned(Literal::Text(text.value))),
        (-20i32..2000).prop_map(|halves| spanned(Literal::Number(f64::from(halves) / 2.0))),
    ]
}

/// An event, sometimes with a condition.
pub fn event() -> impl Strategy<Value = Event> {
    let plain_kinds = vec![
        EventKind::Accepted,
        EventKind::Replied,
        EventKind::Seen,
        EventKind::Delivered,
        EventKind::Reacted,
        EventKind::Approved,
        EventKind::Rejected,
        EventKind::Done,
    ];
    prop_oneof![
        2 => select(plain_kinds).prop_map(|kind| (kind, None)),
        1 => name().prop_map(|class| (EventKind::ReplyIs(class), None)),
        1 => regex().prop_map(|pattern| (EventKind::ReplyMatches(pattern), None)),
        1 => (plain(), of(condition())).prop_map(|(name, guard)| (EventKind::Named(name), guard)),
    ]
    .prop_map(|(kind, guard)| Event { kind, guard, span: Span::default() })
}

fn text_ref() -> impl Strategy<Value = TextRef> {
    prop_oneof![name().prop_map(TextRef::Named), text().prop_map(TextRef::Inline)]
}

/// A channel.
pub fn channel() -> impl Strategy<Value = Spanned<Channel>> {
    select(Channel::ALL.to_vec()).prop_map(spanned)
}

fn moment() -> impl Strategy<Value = Until> {
    (0u8..7, 0u16..1440).prop_map(|(weekday, minute)| Until::Weekday { weekday, minute })
}

fn simple() -> impl Strategy<Value = StatementKind> {
    let wait_until = prop_oneof![moment(), cron().prop_map(Until::Cron), name().prop_map(|name| Until::Field { name, or: None })];
    let fallback = of(delay(true)).prop_map(|delay| delay.map(|delay| delay.value));
    let field_or = (prop_oneof![name(), Just(spanned("reply.return_date".to_owned()))], fallback);
    let pause = prop_oneof![
        moment(),
        cron().prop_map(Until::Cron),
        delay(true).prop_map(|delay| Until::Delay(delay.value)),
        field_or.prop_map(|(name, or)| Until::Field { name, or })
    ];
    let value = prop_oneof![literal().prop_map(SetValue::Literal), name().prop_map(SetValue::Field)];
    prop_oneof![
        of(text_ref()).prop_map(|note| StatementKind::Invite { note }),
        Just(StatementKind::WithdrawInvite),
        (of(channel()), text_ref()).prop_map(|(channel, text)| StatementKind::Send { channel, text }),
        (text_ref(), of(select(InmailApi::ALL.to_vec()).prop_map(spanned)))
            .prop_map(|(text, via)| StatementKind::SendInmail { text, via }),
        rarer(),
        plain().prop_map(StatementKind::Tag),
        plain().prop_map(StatementKind::Untag),
        (name(), value).prop_map(|(field, value)| StatementKind::Set { field, value }),
        (name(), text_ref()).prop_map(|(who, text)| StatementKind::Notify { who, text }),
        of(channel()).prop_map(|channel| StatementKind::SuppressContact { channel }),
        pause.prop_map(|until| StatementKind::PauseUntil(spanned(until))),
        delay(true).prop_map(StatementKind::Wait),
        wait_until.prop_map(|until| StatementKind::WaitUntil(spanned(until))),
        (delay(false), event(), name()).prop_map(|(up_to, event, outcome)| StatementKind::WaitFor { up_to, event, outcome }),
        (name(), of(plain())).prop_map(|(outcome, reason)| StatementKind::Stop { outcome, reason }),
    ]
}

fn rarer() -> impl Strategy<Value = StatementKind> {
    let member = prop_oneof![name().prop_map(GroupMember::Field), plain().prop_map(GroupMember::Id)];
    prop_oneof![
        (text(), vec(member, 1..3), text_ref()).prop_map(|(subject, members, saying)| StatementKind::StartGroup {
            subject,
            members,
            saying
        }),
        select(vec![StatementKind::VisitProfile, StatementKind::Follow, StatementKind::LikeLatestPost]),
        text_ref().prop_map(StatementKind::CommentLatestPost),
        plain().prop_map(StatementKind::Endorse),
        plain().prop_map(StatementKind::React),
        plain().prop_map(StatementKind::CallWebhook),
        (name(), text_ref()).prop_map(|(who, text)| StatementKind::Ask { who, text }),
        name().prop_map(StatementKind::Do),
    ]
}

/// Statements, three deep at most.
pub fn statements(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Statement>> {
    vec(statement(), count)
}

/// A statement, three deep at most.
pub fn statement() -> impl Strategy<Value = Statement> {
    labelled(simple().boxed()).prop_recursive(3, 24, 4, |inner| {
        let body = || vec(inner.clone(), 0..3).prop_map(block).boxed();
        let branches = vec((condition(), body()).prop_map(|(condition, body)| Branch { condition, body }), 1..3);
        let arms = vec((event(), body()).prop_map(|(event, body)| Arm { event, body }), 0..3);
        let shares = (1u32..100, name(), body()).prop_map(|(share, name, body)| SplitArm { share: spanned(share), name, body });
        let kinds = prop_oneof![
            (delay(false), arms, body()).prop_map(|(up_to, arms, timeout)| StatementKind::WaitUpTo {
                up_to,
                arms,
                timeout: Some(timeout)
            }),
            (branches, of(body())).prop_map(|(branches, otherwise)| StatementKind::If { branches, otherwise }),
            (1u32..9, delay(true), of(event()), body()).prop_map(|(times, apart, until, body)| StatementKind::Repeat {
                times: Some(spanned(times)),
                apart,
                until,
                body
            }),
            (name(), vec(shares, 1..3)).prop_map(|(name, arms)| StatementKind::Split { name, arms }),
        ];
        labelled(kinds.boxed())
    })
}

fn labelled(kind: proptest::strategy::BoxedStrategy<StatementKind>) -> proptest::strategy::BoxedStrategy<Statement> {
    (of(name()), kind, of(late()))
        .prop_map(|(label, kind, late)| Statement {
            late: late.filter(|_| can_be_late(&kind)),
            label,
            kind,
            span: Span::default(),
            notes: Notes::default(),
            end_notes: Notes::default(),
            end_name: EndName(None),
        })
        .boxed()
}

fn late() -> impl Strategy<Value = Line<Late>> {
    let otherwise = select(vec![LateElse::Skip, LateElse::Stop, LateElse::Send]).prop_map(spanned);
    (delay(true), otherwise).prop_map(|(within, otherwise)| line(Late { within, otherwise }))
}

fn can_be_late(kind: &StatementKind) -> bool {
    matches!(kind, StatementKind::Send { .. } | StatementKind::SendInmail { .. } | StatementKind::StartGroup { .. })
}

/// A message.
pub fn message() -> impl Strategy<Value = Message> {
    let variant = |language: Option<&'static str>| {
        (of(text()), text()).prop_map(move |(subject, text)| Variant {
            language: language.map(|word| spanned(word.to_owned())),
            subject,
            text,
            notes: Notes::default(),
        })
    };
    let variants = prop_oneof![
        variant(None).prop_map(|variant| vec![variant]),
        (variant(Some("en")), variant(Some("fr"))).prop_map(|(en, fr)| vec![en, fr]),
        (variant(Some("de")), text()).prop_map(|(mut de, subject)| {
            de.subject = Some(subject);
            let language = Some(spanned("en".to_owned()));
            vec![de.clone(), Variant { language, ..de }]
        }),
    ];
    (name(), variants, vec(plain(), 0..2), of(plain())).prop_map(|(name, variants, attachments, voice)| Message {
        voice: voice.map(line),
        name,
        variants,
        attachments: attachments.into_iter().map(line).collect(),
        span: Span::default(),
        notes: Notes::default(),
        end_notes: Notes::default(),
    })
}

/// A class.
pub fn class() -> impl Strategy<Value = Class> {
    (name(), regex()).prop_map(|(name, pattern)| Class { name, pattern, span: Span::default(), notes: Notes::default() })
}

fn campaign() -> impl Strategy<Value = Campaign> {
    let accounts = prop_oneof![name().prop_map(Accounts::Pool), vec(name(), 1..3).prop_map(Accounts::Listed)];
    let head = (name(), of(1u32..99), of(goal(text()).boxed()), of(accounts.boxed()), of(outcomes().boxed()));
    let data = (of(contacts().boxed()), of(limits().boxed()), of(schedule().boxed()));
    let rest = (vec(class().boxed(), 0..2), vec(message().boxed(), 0..3), of(vec(statement(), 1..4)), handlers().boxed());
    let beside = (vec(part().boxed(), 0..2), vec(report().boxed(), 0..2), vec(migrate().boxed(), 0..2));
    let whole = (head.boxed(), data.boxed(), rest.boxed(), beside.boxed()).prop_flat_map(|(head, data, rest, beside)| {
        let tests = vec(test(head.0.clone()).boxed(), 0..2);
        (Just((head, data, rest, beside)), tests)
    });
    whole.prop_map(|((head, data, rest, beside), tests)| Campaign {
        parts: distinct(beside.0, |part| part.name.value.clone()),
        reports: beside.1,
        migrations: distinct(beside.2, |migrate| migrate.from.value.to_string()),
        tests,
        name: head.0,
        version: head.1.map(spanned),
        goal: head.2,
        accounts: head.3.map(line),
        outcomes: head.4.map(line),
        contacts: data.0,
        limits: data.1,
        schedule: data.2,
        classes: distinct(rest.0, |class| class.name.value.clone()),
        messages: distinct(rest.1, |message| message.name.value.clone()),
        steps: rest.2.map(block),
        handlers: rest.3,
        span: Span::default(),
        notes: Notes::default(),
        end_notes: Notes::default(),
    })
}

/// Names are keys in YAML: each once.
pub fn distinct<T>(all: Vec<T>, name: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    all.into_iter().filter(|one| seen.insert(name(one))).collect()
}

fn block(statements: Vec<Statement>) -> Block {
    Block { statements, ..Block::default() }
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

/// On a line of its own.
pub fn line<T>(value: T) -> Line<T> {
    Line { value, span: Span::default(), notes: Notes::default() }
}

/// At no place.
pub fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::default())
}
