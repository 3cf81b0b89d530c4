//! Conditions and events: from pairs to syntax.

use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children, only};
use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{Comparand, Event, EventKind, Expr, ExprKind, Name};
use crate::model::expr::Op;

impl Phrase<'_> {
    /// A whole condition.
    pub fn condition(&mut self, pair: &Pair<'_>) -> Expr {
        let parts = children(pair, Rule::conjunction).iter().map(|part| self.conjunction(part)).collect();
        self.joined(pair, parts, ExprKind::Or)
    }

    /// The condition among the children, if there is one.
    pub fn condition_in(&mut self, pair: &Pair<'_>) -> Option<Expr> {
        child(pair, Rule::condition).map(|condition| self.condition(&condition))
    }

    fn conjunction(&mut self, pair: &Pair<'_>) -> Expr {
        let parts = children(pair, Rule::negation).iter().map(|part| self.negation(part)).collect();
        self.joined(pair, parts, ExprKind::And)
    }

    fn joined(&mut self, pair: &Pair<'_>, mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> ExprKind) -> Expr {
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Expr { kind: join(parts), span: self.span(pair) }
            }
        }
    }

    fn negation(&mut self, pair: &Pair<'_>) -> Expr {
        let nots = children(pair, Rule::k_not);
        let mut expr = match child(pair, Rule::atom) {
            Some(atom) => self.atom(&atom),
            None => Expr { kind: ExprKind::And(Vec::new()), span: self.span(pair) },
        };
        for not in nots.iter().rev() {
            let span = self.span(not).to(expr.span);
            expr = Expr { kind: ExprKind::Not(Box::new(expr)), span };
        }
        expr
    }

    fn atom(&mut self, pair: &Pair<'_>) -> Expr {
        let inner = only(pair.clone());
        let span = self.span(&inner);
        let text = self.plain_in(&inner);
        let kind = match (inner.as_rule(), text) {
            (Rule::condition, _) => return self.condition(&inner),
            (Rule::reply_is, _) => {
                ExprKind::ReplyIs { class: self.name_in(&inner), negated: child(&inner, Rule::k_not).is_some() }
            }
            (Rule::tagged, Some(tag)) => ExprKind::Tagged(tag),
            (Rule::in_list, Some(list)) => ExprKind::InList(list),
            (Rule::open_profile, _) => ExprKind::OpenProfile,
            (Rule::inmail_credit, _) => ExprKind::InmailCredit,
            (Rule::contacted, _) => ExprKind::ContactedWithin(self.delay_in(&inner)),
            (Rule::connected, _) => ExprKind::Connected,
            (Rule::has_replied, _) => ExprKind::Replied,
            (_, _) => self.comparison(&inner),
        };
        Expr { kind, span }
    }

    fn comparison(&mut self, pair: &Pair<'_>) -> ExprKind {
        let mut parts = pair.clone().into_inner();
        let left = parts.next().map(|field| self.field(&field)).unwrap_or_default();
        let Some(test) = parts.next() else { return ExprKind::IsPresent(left) };
        match test.as_rule() {
            Rule::is_missing => ExprKind::IsMissing(left),
            Rule::is_present => ExprKind::IsPresent(left),
            Rule::is_not => self.compare(left, Op::IsNot, &test),
            Rule::ordered => {
                let op = match child(&test, Rule::order).as_ref().map(Pair::as_str) {
                    Some("<") => Op::Less,
                    Some("<=") => Op::LessOrEqual,
                    Some(">") => Op::Greater,
                    Some(_) | None => Op::GreaterOrEqual,
                };
                self.compare(left, op, &test)
            }
            Rule::contains => ExprKind::Contains { left, text: self.plain_in(&test).unwrap_or_default() },
            Rule::matches => {
                let pattern = child(&test, Rule::regex).unwrap_or_else(|| test.clone());
                ExprKind::Matches { left, pattern: self.regex(&pattern) }
            }
            Rule::one_of => {
                let values = children(&test, Rule::literal).iter().map(|value| self.literal(value)).collect();
                ExprKind::In { left, values }
            }
            _ => self.compare(left, Op::Is, &test),
        }
    }

    fn compare(&mut self, left: Name, op: Op, test: &Pair<'_>) -> ExprKind {
        let inner = child(test, Rule::comparand).map_or_else(|| test.clone(), only);
        let right = match inner.as_rule() {
            Rule::literal => Comparand::Literal(self.literal(&inner)),
            _ => Comparand::Field(self.compared(&inner)),
        };
        if op == Op::IsNot && matches!(inner.as_str(), "missing" | "present") {
            let other = if inner.as_str() == "missing" { "present" } else { "missing" };
            let message = format!("`{}` does not fit behind `is not`", inner.as_str());
            self.fault(Code::Unexpected, self.span(&inner), message, format!("write `is {other}`"));
        }
        ExprKind::Compare { left, op, right }
    }

    /// The field on the right of a comparison: a bad name is rather a text without its quotes.
    fn compared(&mut self, pair: &Pair<'_>) -> Name {
        let word = pair.as_str();
        if word.contains(|letter: char| letter.is_uppercase()) {
            let help = format!("a text stands in double quotes: `\"{word}\"`");
            self.fault(Code::BadName, self.span(pair), format!("`{word}` is no field: their names are lower_case"), help);
            return Name::new(word.to_owned(), self.span(pair));
        }
        self.field(pair)
    }

    /// An event with its condition.
    pub fn event(&mut self, pair: &Pair<'_>) -> Option<Event> {
        let kind = only(child(pair, Rule::event_kind)?);
        let guard = self.condition_in(pair);
        let kind = match kind.as_rule() {
            Rule::accepted => EventKind::Accepted,
            Rule::replied => EventKind::Replied,
            Rule::seen => EventKind::Seen,
            Rule::delivered => EventKind::Delivered,
            Rule::reacted => EventKind::Reacted,
            Rule::reply_class => EventKind::ReplyIs(self.name_in(&kind)),
            Rule::reply_matches => EventKind::ReplyMatches(self.regex(&child(&kind, Rule::regex)?)),
            Rule::approved => EventKind::Approved,
            Rule::rejected => EventKind::Rejected,
            Rule::done => EventKind::Done,
            _ => EventKind::Named(self.plain_in(&kind)?),
        };
        Some(Event { kind, guard, span: self.span(pair) })
    }

    /// The event among the children.
    pub fn event_in(&mut self, pair: &Pair<'_>) -> Option<Event> {
        child(pair, Rule::event).and_then(|event| self.event(&event))
    }

    /// Default for a text that must be there.
    pub fn plain_or_empty(&mut self, pair: &Pair<'_>) -> Spanned<String> {
        self.plain_in(pair).unwrap_or_default()
    }
}
