//! Walks files as written and notes every name: where it is given, and where it is used.

use crate::lang::check::names::campaigns;
use crate::lang::syntax::{
    Accounts, Campaign, Class, Contacts, Expectation, File, Given, Item, Message, MigrateTarget, Name, Part, Test, TestWhat,
    Workspace,
};
use crate::lsp::statements;
use crate::lsp::symbol::{Index, Kind};
use crate::lsp::walk::Walk;
use std::collections::BTreeSet;

impl Index {
    /// Of these files, which are one program.
    pub fn of(files: &[File]) -> Self {
        let own: BTreeSet<(String, Kind, String)> = campaigns(files).flat_map(own_names).collect();
        let mut walk = Walk { own: &own, campaign: None, occurrences: Vec::new() };
        for item in files.iter().flat_map(|file| &file.items) {
            walk.item(item);
        }
        Self { occurrences: walk.occurrences }
    }
}

/// What a campaign gives names to that hide nothing outside: its messages, parts and classes.
fn own_names(campaign: &Campaign) -> Vec<(String, Kind, String)> {
    let own = |kind: Kind| move |name: &Name| (campaign.name.value.clone(), kind, name.value.clone());
    let messages = campaign.messages.iter().map(|message| &message.name).map(own(Kind::Message));
    let parts = campaign.parts.iter().map(|part| &part.name).map(own(Kind::Part));
    let classes = campaign.classes.iter().map(|class| &class.name).map(own(Kind::Class));
    messages.chain(parts).chain(classes).collect()
}

impl Walk<'_> {
    fn item(&mut self, item: &Item) {
        self.campaign = None;
        match item {
            Item::Campaign(campaign) => self.campaign(campaign),
            Item::Workspace(workspace) => self.workspace(workspace),
            Item::Message(message) => self.message(message),
            Item::Class(class) => self.class(class),
            Item::Part(part) => self.part(part),
            Item::Test(test) => self.test(test),
        }
    }

    fn campaign(&mut self, campaign: &Campaign) {
        self.define(Kind::Campaign, &campaign.name);
        self.campaign = Some(campaign.name.value.clone());
        for accounts in campaign.accounts.iter().map(|line| &line.value) {
            match accounts {
                Accounts::Pool(pool) => self.mention(Kind::Pool, pool),
                Accounts::Listed(listed) => listed.iter().for_each(|account| self.mention(Kind::Account, account)),
            }
        }
        let outcomes = campaign.outcomes.iter().flat_map(|line| &line.value).flat_map(|group| &group.names);
        outcomes.for_each(|outcome| self.define(Kind::Outcome, outcome));
        campaign.contacts.iter().for_each(|contacts| self.contacts(contacts));
        if let Some(goal) = campaign.goal.as_ref() {
            self.text(&goal.value.text);
            goal.value.reached_when.iter().for_each(|condition| self.condition(condition));
        }
        campaign.classes.iter().for_each(|class| self.class(class));
        campaign.messages.iter().for_each(|message| self.message(message));
        campaign.parts.iter().for_each(|part| self.part(part));
        campaign.steps.iter().for_each(|steps| statements::block(self, steps));
        for handler in &campaign.handlers {
            handler.guard.iter().for_each(|guard| self.condition(guard));
            handler.body.iter().for_each(|body| statements::block(self, body));
        }
        for target in campaign.migrations.iter().flat_map(|migration| &migration.rules).map(|line| &line.value.target) {
            if let MigrateTarget::GoTo(label) = target {
                self.mention(Kind::Label, label);
            }
        }
        campaign.tests.iter().for_each(|test| self.test(test));
    }

    fn contacts(&mut self, contacts: &Contacts) {
        contacts.need.iter().chain(&contacts.may_have).for_each(|field| self.define(Kind::Field, &field.name));
        contacts.skip_when.iter().for_each(|condition| self.condition(condition));
    }

    fn workspace(&mut self, workspace: &Workspace) {
        for account in &workspace.accounts {
            self.define(Kind::Account, &account.name);
        }
        for pool in workspace.pools.iter().map(|line| &line.value) {
            self.define(Kind::Pool, &pool.name);
            pool.accounts.iter().for_each(|account| self.mention(Kind::Account, account));
        }
        workspace.people.iter().for_each(|line| self.define(Kind::Person, &line.value.name));
        workspace.classes.iter().for_each(|class| self.class(class));
        workspace.messages.iter().for_each(|message| self.message(message));
        workspace.parts.iter().for_each(|part| self.part(part));
    }

    fn class(&mut self, class: &Class) {
        self.define(Kind::Class, &class.name);
    }

    fn message(&mut self, message: &Message) {
        self.define(Kind::Message, &message.name);
        for variant in &message.variants {
            variant.subject.iter().chain([&variant.text]).for_each(|text| self.text(text));
        }
    }

    fn part(&mut self, part: &Part) {
        self.define(Kind::Part, &part.name);
        statements::block(self, &part.body);
    }

    fn test(&mut self, test: &Test) {
        self.mention(Kind::Campaign, &test.campaign);
        let before = self.campaign.replace(test.campaign.value.clone());
        for given in test.given.iter().map(|line| &line.value) {
            if let Given::Contact(fields) = given {
                fields.iter().for_each(|(field, _)| self.mention(Kind::Field, field));
            }
        }
        for line in &test.lines {
            if let TestWhat::Expect { what, .. } = &line.value.what {
                self.expectation(what);
            }
        }
        self.campaign = before;
    }

    fn expectation(&mut self, expected: &Expectation) {
        match expected {
            Expectation::Invite { with: message }
            | Expectation::Send { message, containing: _ }
            | Expectation::SendInmail { message } => message.iter().for_each(|message| self.mention(Kind::Message, message)),
            Expectation::Stop { outcome } => self.mention(Kind::Outcome, outcome),
            Expectation::Withdraw | Expectation::NoMoreSends | Expectation::Task { .. } => {}
        }
    }
}
