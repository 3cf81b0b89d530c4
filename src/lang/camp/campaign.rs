//! A campaign and what stands directly in it.

use crate::lang::camp::blocks::{Block as Paired, Node};
use crate::lang::camp::grammar::{Pair, Phrase, Rule, child, children};
use crate::lang::camp::head::Kind;
use crate::lang::camp::reader::{Reader, at, merge};
use crate::lang::camp::vocabulary;
use crate::lang::code::Code;
use crate::lang::source::Spanned;
use crate::lang::syntax::{
    Accounts, Block, Campaign, Class, Contacts, Enter, FieldDeclaration, Goal, Handler, HandlerKind, Line, Name, Notes,
    OutcomeGroup, Part, Report,
};
use crate::model::campaign::OutcomeKind;
use crate::model::value::FieldType;

const PLACE: &str = "a campaign";

impl<'f> Reader<'f> {
    /// `campaign NAME … end`
    pub fn campaign(&mut self, block: &Paired) -> Campaign {
        let header = self.read(block.header, Rule::campaign_line, |phrase, pair| {
            (phrase.name_in(&pair), child(&pair, Rule::number).map(|number| phrase.number(&number)))
        });
        let (name, version) = header.unwrap_or_else(|| (self.nameless(block.header), None));
        let mut campaign = Campaign {
            name,
            version,
            goal: None,
            accounts: None,
            outcomes: None,
            contacts: None,
            limits: None,
            schedule: None,
            classes: Vec::new(),
            messages: Vec::new(),
            parts: Vec::new(),
            steps: None,
            handlers: Vec::new(),
            reports: Vec::new(),
            migrations: Vec::new(),
            tests: Vec::new(),
            span: self.span(block.header),
            notes: self.notes(block.header),
            end_notes: self.end_notes(block),
        };
        for node in &block.children {
            match node {
                Node::Line(index) => self.campaign_line(*index, &mut campaign),
                Node::Block(inner) => self.campaign_block(inner, &mut campaign),
            }
        }
        campaign
    }

    /// A name for what has none that can be read: empty, at the header's end.
    pub fn nameless(&self, header: usize) -> Name {
        let span = self.span(header);
        Name::new(String::new(), self.place(span.end as usize, span.end as usize))
    }

    fn campaign_line(&mut self, index: usize, campaign: &mut Campaign) {
        match self.head(index).word(0) {
            "goal" => {
                let goal = self.clause(index, Rule::goal_line, |phrase, pair| {
                    let text = child(&pair, Rule::text).map_or_else(|| phrase.text(&pair), |text| phrase.text(&text));
                    Goal { text, reached_when: phrase.condition_in(&pair) }
                });
                self.once(&mut campaign.goal, goal, index, "campaign");
            }
            "accounts" => {
                let accounts = self.clause(index, Rule::accounts_line, accounts);
                self.once(&mut campaign.accounts, accounts, index, "campaign");
            }
            "outcomes" => {
                let outcomes = self.clause(index, Rule::outcomes_line, outcomes);
                self.once(&mut campaign.outcomes, outcomes, index, "campaign");
            }
            "report" => campaign.reports.extend(self.report(index)),
            "migrate" => campaign.migrations.extend(self.migrate_in_place(index)),
            "on" if self.head(index).words.contains(&"ignore") => campaign.handlers.extend(self.ignored(index)),
            "class" => campaign.classes.extend(self.class(index)),
            _ => self.stray(index, PLACE, vocabulary::CAMPAIGN),
        }
    }

    fn campaign_block(&mut self, block: &Paired, campaign: &mut Campaign) {
        match block.kind {
            Kind::Contacts => {
                let contacts = Some(self.contacts(block));
                self.once(&mut campaign.contacts, contacts, block.header, "campaign");
            }
            Kind::Limits => {
                let limits = Some(self.limits(block));
                self.once(&mut campaign.limits, limits, block.header, "campaign");
            }
            Kind::Schedule => {
                let schedule = Some(self.schedule(block));
                self.once(&mut campaign.schedule, schedule, block.header, "campaign");
            }
            Kind::Message => campaign.messages.push(self.message(block)),
            Kind::Part => campaign.parts.push(self.part(block)),
            Kind::Migrate => campaign.migrations.push(self.migrate(block)),
            Kind::Steps => {
                let steps = Some(self.steps(block));
                self.once(&mut campaign.steps, steps, block.header, "campaign");
            }
            Kind::Handler => campaign.handlers.extend(self.handler(block)),
            _ => self.stray(block.header, PLACE, vocabulary::CAMPAIGN),
        }
    }

    fn steps(&mut self, block: &Paired) -> Block {
        self.read(block.header, Rule::steps_line, |_, _| ());
        self.whole_body(block)
    }

    fn handler(&mut self, block: &Paired) -> Option<Handler> {
        let read = self.read(block.header, Rule::handler_line, |phrase, pair| {
            let known = [
                (Rule::on_reply, HandlerKind::Reply),
                (Rule::on_opt_out, HandlerKind::OptOut),
                (Rule::on_takeover, HandlerKind::Takeover),
                (Rule::on_account_lost, HandlerKind::AccountLost),
                (Rule::on_send_failed, HandlerKind::SendFailed),
            ];
            if let Some(event) = child(&pair, Rule::on_event) {
                return Some((HandlerKind::Event(phrase.plain_or_empty(&event)), phrase.condition_in(&event)));
            }
            known.into_iter().find(|(rule, _)| child(&pair, *rule).is_some()).map(|(_, kind)| (kind, None))
        });
        let body = Some(self.whole_body(block));
        let (span, notes) = (self.span(block.header), self.notes(block.header));
        let (kind, guard) = read.flatten()?;
        Some(Handler { kind, guard, body, span, notes })
    }

    /// `on reply ignore`; no other handler can be left out like that.
    fn ignored(&mut self, index: usize) -> Option<Handler> {
        let head = self.head(index);
        if head.word(1) != "reply" {
            let help = "write what happens, and `end`; only replies can be ignored: `on reply ignore`";
            self.fault(Code::Unexpected, self.span(index), format!("`on {}` cannot be ignored", head.word(1)), help);
            return None;
        }
        self.read(index, Rule::ignore_line, |_, _| ())?;
        let (span, notes) = (self.span(index), self.notes(index));
        Some(Handler { kind: HandlerKind::Reply, guard: None, body: None, span, notes })
    }

    /// `part NAME … end`
    pub fn part(&mut self, block: &Paired) -> Part {
        let name = self.read(block.header, Rule::part_line, |phrase, pair| phrase.name_in(&pair));
        let body = self.whole_body(block);
        let name = name.unwrap_or_else(|| self.nameless(block.header));
        Part { name, body, span: self.span(block.header), notes: self.notes(block.header) }
    }

    /// `report "0 8 * * mon" to owner`
    pub fn report(&mut self, index: usize) -> Option<Line<Report>> {
        self.clause(index, Rule::report_line, |phrase, pair| Report { cron: phrase.cron(&pair), who: phrase.name_in(&pair) })
    }

    /// `class NAME when reply matches /re/`
    pub fn class(&mut self, index: usize) -> Option<Class> {
        let read = self.read(index, Rule::class_line, |phrase, pair| {
            let name = phrase.name_in(&pair);
            child(&pair, Rule::regex).map(|regex| (name, phrase.regex(&regex)))
        });
        let (name, pattern) = read.flatten()?;
        Some(Class { name, pattern, span: self.span(index), notes: self.notes(index) })
    }

    /// `contacts from "…" … end`
    fn contacts(&mut self, block: &Paired) -> Contacts {
        let from = self.read(block.header, Rule::contacts_line, |phrase, pair| {
            let texts = child(&pair, Rule::texts).map(|texts| children(&texts, Rule::text)).unwrap_or_default();
            texts.iter().map(|text| phrase.plain(text)).collect()
        });
        let mut contacts = Contacts {
            from: from.unwrap_or_default(),
            need: Vec::new(),
            may_have: Vec::new(),
            skip_when: Vec::new(),
            at_most_per_company: None,
            one_campaign_at_a_time: None,
            enter: None,
            start_per_day: None,
            refresh: None,
            span: self.span(block.header),
            notes: self.notes(block.header),
            clause_notes: Default::default(),
            end_notes: self.end_notes(block),
        };
        for index in self.lines_of(block) {
            self.contacts_clause(index, &mut contacts);
        }
        contacts
    }

    fn contacts_clause(&mut self, index: usize, contacts: &mut Contacts) {
        let notes = self.notes(index);
        let [need, may, skip, most, one, enter, start, refresh] = &mut contacts.clause_notes;
        let slot: &mut Notes = match self.head(index).word(0) {
            "need" => {
                let declared = self.read(index, Rule::need_line, |phrase, pair| declarations(phrase, &pair, Rule::needed));
                contacts.need.extend(declared.unwrap_or_default());
                need
            }
            "may" => {
                let declared = self.read(index, Rule::may_line, |phrase, pair| declarations(phrase, &pair, Rule::optional));
                contacts.may_have.extend(declared.unwrap_or_default());
                may
            }
            "skip" => {
                let condition = self.read(index, Rule::skip_line, |phrase, pair| phrase.condition_in(&pair));
                contacts.skip_when.extend(condition.flatten());
                skip
            }
            "at" => {
                let read = self.read(index, Rule::company_line, |phrase, pair| phrase.number_in(&pair));
                self.once(&mut contacts.at_most_per_company, read, index, "list of contacts");
                most
            }
            "one" => {
                let read = self.read(index, Rule::one_line, |phrase, pair| at((), phrase, &pair));
                self.once(&mut contacts.one_campaign_at_a_time, read, index, "list of contacts");
                one
            }
            "refresh" => {
                let read = self.read(index, Rule::refresh_line, |phrase, pair| phrase.cron(&pair));
                self.once(&mut contacts.refresh, read, index, "list of contacts");
                refresh
            }
            "enter" => {
                let read = self.read(index, Rule::enter_line, entering);
                self.once(&mut contacts.enter, read, index, "list of contacts");
                enter
            }
            "start" => {
                let read = self.read(index, Rule::start_line, |phrase, pair| phrase.number_in(&pair));
                self.once(&mut contacts.start_per_day, read, index, "list of contacts");
                start
            }
            _ => return self.stray(index, "`contacts`", vocabulary::CONTACTS),
        };
        merge(slot, notes);
    }
}

fn accounts(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Accounts {
    match child(&pair, Rule::from_pool) {
        Some(pool) => Accounts::Pool(phrase.name_in(&pool)),
        None => Accounts::Listed(child(&pair, Rule::account_names).map(|names| phrase.names_in(&names)).unwrap_or_default()),
    }
}

fn outcomes(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Vec<OutcomeGroup> {
    let group = |group: &Pair<'_>| {
        let kind = match child(group, Rule::outcome_kind).as_ref().map(Pair::as_str) {
            Some("won") => OutcomeKind::Won,
            Some("lost") => OutcomeKind::Lost,
            Some(_) | None => OutcomeKind::Neutral,
        };
        OutcomeGroup { kind, names: child(group, Rule::names).map(|names| phrase.names_in(&names)).unwrap_or_default() }
    };
    children(&pair, Rule::outcome_group).iter().map(group).collect()
}

fn declarations(phrase: &mut Phrase<'_>, pair: &Pair<'_>, rule: Rule) -> Vec<FieldDeclaration> {
    let declared = |field: &Pair<'_>| {
        let ty = child(field, Rule::field_type).map(|ty| at(type_of(ty.as_str()), phrase, &ty));
        let default = child(field, Rule::literal).map(|literal| phrase.literal(&literal));
        FieldDeclaration { name: phrase.name_in(field), ty, default }
    };
    children(pair, rule).iter().map(declared).collect()
}

fn type_of(word: &str) -> FieldType {
    match word {
        "number" => FieldType::Number,
        "date" => FieldType::Date,
        _ => FieldType::Text,
    }
}

fn entering(phrase: &mut Phrase<'_>, pair: Pair<'_>) -> Spanned<Enter> {
    let value = match child(&pair, Rule::duration) {
        Some(delay) => Enter::AgainAfter(phrase.delay(&delay).value),
        None => Enter::Once,
    };
    at(value, phrase, &pair)
}
