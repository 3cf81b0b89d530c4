//! `test "…" of CAMPAIGN … end`: what is given, what happens, what is expected.

use crate::lang::camp::blocks::Block as Paired;
use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children};
use crate::lang::camp::reader::Reader;
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::syntax::{Act, Expectation, Given, Item, Spanned, Test, TestLine, TestTime, TestWhat};
use std::collections::HashMap;

const PLACE: &str = "a test";

impl<'f> Reader<'f> {
    /// A test; lines that cannot be read are reported and left out.
    pub fn test(&mut self, block: &Paired) -> Test {
        let header =
            self.read(block.header, Rule::test_line, |phrase, pair| (phrase.plain_or_empty(&pair), phrase.name_in(&pair)));
        let (title, campaign) = header.unwrap_or_else(|| (Spanned::default(), self.nameless(block.header)));
        let mut test = Test {
            title,
            campaign,
            given: Vec::new(),
            lines: Vec::new(),
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        for index in self.lines_of(block) {
            match self.head(index).word(0) {
                "given" => {
                    let given = self.optional_clause(index, Rule::given_line, given);
                    test.given.extend(given);
                }
                "day" | "then" => {
                    let told = self.optional_clause(index, Rule::told_line, told);
                    test.lines.extend(told);
                }
                "expect" | "contact" | "owner" | "account" | "event" => {
                    let word = self.head(index).word(0).to_owned();
                    let help = format!("say when: `then {word} …`, or `day 2 {word} …`");
                    self.fault(Code::Unexpected, self.first_word(index), format!("`{word}` has no time before it"), help);
                }
                _ => self.stray(index, PLACE, vocabulary::TEST),
            }
        }
        test
    }
}

/// `given contact first_name = "Ada"`
pub fn given(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Option<Given> {
    if let Some(contact) = child(&pair, Rule::given_contact) {
        let field = |field: &Pair<'_>| {
            let value = phrase.literal(&child(field, Rule::literal)?);
            Some((phrase.name_in(field), value))
        };
        return Some(Given::Contact(children(&contact, Rule::given_field).iter().filter_map(field).collect()));
    }
    match child(&pair, Rule::given_credits) {
        Some(credits) => Some(Given::InmailCredits(phrase.number_in(&credits))),
        None => Some(Given::Relation),
    }
}

/// `day 2 contact accepts`
pub fn told(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Option<TestLine> {
    let time = child(&pair, Rule::test_time)?;
    let at = match child(&time, Rule::number) {
        Some(day) => {
            let minute = child(&time, Rule::time).map(|time| phrase.minute(&time, false));
            TestTime::Day { day: phrase.number(&day).value, minute }
        }
        None => TestTime::Then,
    };
    let what = match child(&pair, Rule::expect) {
        Some(expect) => phrase.expect(&expect)?,
        None => TestWhat::Act(phrase.act_in(&pair)?),
    };
    Some(TestLine { at, what })
}

impl Phrase<'_> {
    /// `expect send intro containing "…" within 2 days`
    pub fn expect(&mut self, pair: &Pair<'_>) -> Option<TestWhat> {
        let within = child(pair, Rule::duration).map(|delay| self.delay(&delay));
        let what = pair.clone().into_inner().find(|inner| !matches!(inner.as_rule(), Rule::k_expect))?;
        let named = |phrase: &mut Self| child(&what, Rule::expected).map(|name| phrase.name_in(&name));
        let what = match what.as_rule() {
            Rule::e_invite => Expectation::Invite { with: child(&what, Rule::name).map(|name| self.name(&name)) },
            Rule::e_withdraw => Expectation::Withdraw,
            Rule::e_inmail => Expectation::SendInmail { message: named(self) },
            Rule::e_send => Expectation::Send { message: named(self), containing: self.plain_in(&what) },
            Rule::e_stop => Expectation::Stop { outcome: self.name_in(&what) },
            Rule::e_no_more => Expectation::NoMoreSends,
            _ => Expectation::Task { text: self.plain_in(&what)? },
        };
        Some(TestWhat::Expect { what, within })
    }

    /// `contact replies "…"`, `account disconnects`, `event "demo"`
    pub fn act_in(&mut self, pair: &Pair<'_>) -> Option<Act> {
        let who = [Rule::by_contact, Rule::by_owner, Rule::by_account].into_iter().find_map(|rule| child(pair, rule));
        let Some(who) = who else { return Some(Act::Named(self.plain_in(&child(pair, Rule::named_event)?)?)) };
        let does = who.into_inner().last()?;
        Some(match does.as_rule() {
            Rule::accepts => Act::Accepts,
            Rule::replies => Act::Replies(self.plain_in(&does)?),
            Rule::reads => Act::Reads,
            Rule::reacts => Act::Reacts(self.plain_in(&does)?),
            Rule::writes => Act::OwnerWrites(self.plain_in(&does)?),
            Rule::approves => Act::OwnerApproves,
            Rule::rejects => Act::OwnerRejects,
            Rule::disconnects => Act::Disconnects,
            _ => Act::Reconnects,
        })
    }
}

/// Tests of a campaign of the same file belong to it; the others stay where they are.
pub fn attach(mut items: Vec<Item>) -> Vec<Item> {
    let mut tests: HashMap<String, Vec<Test>> = HashMap::new();
    for item in &items {
        if let Item::Campaign(campaign) = item {
            tests.entry(campaign.name.value.clone()).or_default();
        }
    }
    items.retain(|item| match item {
        Item::Test(test) => match tests.get_mut(&test.campaign.value) {
            Some(own) => {
                own.push(test.clone());
                false
            }
            None => true,
        },
        Item::Campaign(_) | Item::Workspace(_) | Item::Message(_) | Item::Class(_) | Item::Part(_) => true,
    });
    for item in &mut items {
        if let Item::Campaign(campaign) = item {
            campaign.tests = tests.remove(&campaign.name.value).unwrap_or_default();
        }
    }
    items
}
