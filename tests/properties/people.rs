//! Random contacts blocks and outcomes.

use crate::properties::program::{condition, delay, literal, name, plain, spanned};
use crate::properties::whole::cron;
use campaign_engine::lang::syntax::{Contacts, Enter, FieldDeclaration, Notes, OutcomeGroup, Span};
use campaign_engine::model::campaign::OutcomeKind;
use campaign_engine::model::value::FieldType;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

fn declaration(with_default: bool) -> impl Strategy<Value = FieldDeclaration> {
    let types = of(select(vec![FieldType::Text, FieldType::Number, FieldType::Date]).prop_map(spanned));
    (name(), types, of(literal())).prop_map(move |(name, ty, default)| FieldDeclaration {
        name,
        ty,
        default: default.filter(|_| with_default),
    })
}

/// The contacts block.
pub fn contacts() -> impl Strategy<Value = Contacts> {
    let enter = prop_oneof![Just(Enter::Once), delay(false).prop_map(|delay| Enter::AgainAfter(delay.value))];
    let fields = (vec(declaration(false), 0..3), vec(declaration(true), 0..3));
    let more = (of(1u32..9), any::<bool>(), of(cron()));
    (vec(plain(), 1..3), fields, vec(condition(), 0..2), of(enter), of(1u32..99), more).prop_map(
        |(from, fields, skip_when, enter, start, more)| Contacts {
            at_most_per_company: more.0.map(spanned),
            one_campaign_at_a_time: more.1.then(|| spanned(())),
            refresh: more.2,
            from,
            need: fields.0,
            may_have: fields.1,
            skip_when,
            enter: enter.map(spanned),
            start_per_day: start.map(spanned),
            span: Span::default(),
            notes: Notes::default(),
            clause_notes: Default::default(),
            end_notes: Notes::default(),
        },
    )
}

/// The outcomes of a campaign.
pub fn outcomes() -> impl Strategy<Value = Vec<OutcomeGroup>> {
    let group = |kind| vec(name(), 1..3).prop_map(move |names| OutcomeGroup { kind, names });
    let groups = (of(group(OutcomeKind::Won)), of(group(OutcomeKind::Lost)), group(OutcomeKind::Neutral));
    groups.prop_map(|(won, lost, neutral)| won.into_iter().chain(lost).chain([neutral]).collect())
}
