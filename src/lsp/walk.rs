//! Notes names while a file is walked: each with what it names and in which campaign.

use crate::lang::syntax::{Comparand, Event, EventKind, Expr, ExprKind, Name, Text};
use crate::lang::text::template::parse;
use crate::lang::text::uses::fields_used;
use crate::lsp::symbol::{Kind, Occurrence, Symbol};
use std::collections::BTreeSet;

/// A walk over the files; `campaign` is the one it is inside of.
pub struct Walk<'a> {
    pub own: &'a BTreeSet<(String, Kind, String)>,
    pub campaign: Option<String>,
    pub occurrences: Vec<Occurrence>,
}

impl Walk<'_> {
    /// A name is given here.
    pub fn define(&mut self, kind: Kind, name: &Name) {
        self.note(kind, name, true);
    }

    /// A name is used here.
    pub fn mention(&mut self, kind: Kind, name: &Name) {
        self.note(kind, name, false);
    }

    fn note(&mut self, kind: Kind, name: &Name, is_definition: bool) {
        let is_own = match kind {
            Kind::Outcome | Kind::Label | Kind::Field => true,
            Kind::Campaign | Kind::Account | Kind::Pool | Kind::Person => false,
            Kind::Message | Kind::Part | Kind::Class => {
                let inside = self.campaign.clone().unwrap_or_default();
                self.own.contains(&(inside, kind, name.value.clone()))
            }
        };
        let campaign = self.campaign.clone().filter(|_| is_own);
        let symbol = Symbol { kind, campaign, name: name.value.clone() };
        self.occurrences.push(Occurrence { symbol, span: name.span, is_definition });
    }

    /// Fields are what has no point in it: `sender.name` and `reply.text` are the language's.
    pub fn field(&mut self, name: &Name) {
        if !name.value.contains('.') {
            self.mention(Kind::Field, name);
        }
    }

    /// `owner` is nobody's name.
    pub fn person(&mut self, name: &Name) {
        if name.value != "owner" {
            let is_account = self
                .occurrences
                .iter()
                .any(|known| known.is_definition && known.symbol.kind == Kind::Account && known.symbol.name == name.value);
            self.mention(if is_account { Kind::Account } else { Kind::Person }, name);
        }
    }

    /// The fields a text speaks of.
    pub fn text(&mut self, text: &Text) {
        let Ok(template) = parse(&text.value) else { return };
        for used in fields_used(&template) {
            let span = text.place(used.at.start, used.at.end);
            self.field(&Name { value: used.path, span });
        }
    }

    /// An event, with the condition behind it.
    pub fn event(&mut self, event: &Event) {
        event.guard.iter().for_each(|guard| self.condition(guard));
        if let EventKind::ReplyIs(class) = &event.kind {
            self.mention(Kind::Class, class);
        }
    }

    /// A condition, and those inside it.
    pub fn condition(&mut self, condition: &Expr) {
        match &condition.kind {
            ExprKind::And(all) | ExprKind::Or(all) => all.iter().for_each(|inner| self.condition(inner)),
            ExprKind::Not(inner) => self.condition(inner),
            ExprKind::Compare { left, op: _, right } => {
                self.field(left);
                if let Comparand::Field(right) = right {
                    self.field(right);
                }
            }
            ExprKind::IsMissing(field)
            | ExprKind::IsPresent(field)
            | ExprKind::Contains { left: field, .. }
            | ExprKind::Matches { left: field, .. }
            | ExprKind::In { left: field, .. } => self.field(field),
            ExprKind::ReplyIs { class, .. } => self.mention(Kind::Class, class),
            ExprKind::Connected
            | ExprKind::Replied
            | ExprKind::OpenProfile
            | ExprKind::InmailCredit
            | ExprKind::Tagged(_)
            | ExprKind::InList(_)
            | ExprKind::ContactedWithin(_) => {}
        }
    }
}
