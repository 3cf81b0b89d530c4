//! One seed's world, drawn: campaigns, lists, people, accounts, and when it begins.

use crate::lab::LabFault;
use crate::lab::sim::chance::Chance;
use crate::lab::sim::text::{Allowed, Shape, ZONES, campaign, workspace};
use crate::lang::compile;
use crate::lang::folder::MemoryFiles;
use crate::lang::source::{Notation, Source};
use crate::model::account::{Channel, Tier};
use crate::model::program::Program;
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS, Timestamp};
use crate::sim::people::directory::Directory;
use crate::sim::people::identity;
use crate::sim::people::person::{Script, Ties};
use crate::sim::postpress::account::AccountSeed;
use std::path::PathBuf;

/// Moments a few days before clocks change somewhere, and a plain one.
const BEGINS: [&str; 7] = [
    "2027-03-11T07:00:00Z",
    "2027-03-25T07:00:00Z",
    "2027-04-01T07:00:00Z",
    "2027-09-01T07:00:00Z",
    "2027-09-30T07:00:00Z",
    "2027-10-28T07:00:00Z",
    "2027-01-04T07:00:00Z",
];
const HOSTILE: [&str; 3] = ["{{ sender.first_name }}", "{Ann|Bob}", "{% if first_name %}X{% endif %}"];
const REPLIES: [&str; 6] = [
    "Yes, happy to hear more",
    "Please stop messaging me.",
    "I am out of the office until next Monday.",
    "Who gave you my name?",
    "Not right now, thanks",
    "",
];

/// A world before anything has gone wrong.
pub struct Scene {
    seed: u64,
    shape: Shape,
    pub allowed: Allowed,
    zone: &'static str,
    folk: Vec<Row>,
    has_second: bool,
    /// The second campaign invites too: through another account, now and then.
    both_invite: bool,
    pub begin: Timestamp,
}

/// A row of the list.
struct Row {
    slug: String,
    /// As the list has it: now and then one that looks like a template.
    name: String,
    phone: Option<String>,
    zone: Option<&'static str>,
}

impl Scene {
    /// Draws one.
    pub fn draw(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "scene");
        let shape = Shape { two_accounts: chance.percent(25), whatsapp: chance.percent(30), invites: chance.percent(70) };
        let allowed = Allowed::draw(&mut chance);
        let zone = chance.pick(&ZONES);
        let begin = chance.pick(&BEGINS).parse::<jiff::Timestamp>().map(Timestamp::from).unwrap_or_default();
        let begin = begin.plus_ms(chance.between(0, 3 * DAY_MS));
        let count = chance.between(2, 5);
        let folk = (0..=count).map(|n| Row {
            slug: format!("p-{seed}-{n}"),
            name: if chance.percent(12) { chance.pick(&HOSTILE).to_owned() } else { format!("Person {seed} {n}") },
            phone: chance.percent(60).then(|| format!("+33612{:06}", seed % 1_000 * 1_000 + n as u64)),
            zone: chance.percent(40).then(|| chance.pick(&ZONES)),
        });
        let folk = folk.collect();
        // One world in twelve: the same people are invited twice, through two accounts.
        let both_invite = chance.percent(8);
        let has_second = chance.percent(30) || both_invite;
        let shape = Shape { two_accounts: shape.two_accounts || both_invite, invites: shape.invites || both_invite, ..shape };
        Self { seed, shape, allowed, zone, folk, has_second, both_invite, begin }
    }

    /// The folder, compiled: that version of the campaigns, all rows or all but the last, and what the workspace allows.
    ///
    /// # Errors
    /// What was drawn does not compile: a fault of the drawing.
    pub fn program(&self, version: u32, with_last: bool, allowed: &Allowed) -> Result<Program, LabFault> {
        let mut chance = Chance::new(self.seed, "workspace");
        let workspace = workspace(&mut chance, self.shape, allowed, self.zone);
        let mut texts =
            vec![("workspace.camp", workspace), ("intro.camp", campaign(self.seed, "intro", version, self.shape, "a.csv"))];
        if self.has_second {
            let shape = Shape { invites: self.both_invite, ..self.shape };
            texts.push(("again.camp", campaign(self.seed, "again", 1, shape, "b.csv")));
        }
        let source =
            |(path, text): (&str, String)| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
        let sources: Vec<Source> = texts.into_iter().map(source).collect();
        let shown = self.folk.len() - usize::from(!with_last);
        let files = MemoryFiles::new("").with("a.csv", self.list(0, shown)).with("b.csv", self.list(1, shown.min(3)));
        let compiled = compile(&sources, &files);
        if compiled.program.campaigns.len() == sources.len() - 1 {
            return Ok(compiled.program);
        }
        let texts: Vec<&str> = sources.iter().skip(1).map(|source| source.text.as_ref()).collect();
        let told: Vec<String> =
            compiled.diagnostics.iter().map(|found| format!("{found:?}").chars().take(300).collect()).collect();
        Err(LabFault(format!("seed {} draws what does not compile: {}\n{}", self.seed, told.join("\n"), texts.join("\n"))))
    }

    fn list(&self, from: usize, to: usize) -> String {
        let mut list = "first_name,linkedin,whatsapp,timezone\n".to_owned();
        for row in self.folk.iter().take(to).skip(from) {
            let (phone, zone) = (row.phone.as_deref().unwrap_or_default(), row.zone.unwrap_or_default());
            list.push_str(&format!("{},https://www.linkedin.com/in/{}/,{phone},{zone}\n", row.name, row.slug));
        }
        list
    }

    /// By what name each goes.
    pub fn slugs(&self) -> Vec<String> {
        self.folk.iter().map(|row| row.slug.clone()).collect()
    }

    /// Everybody who lives in it.
    pub fn people(&self) -> Directory {
        let mut chance = Chance::new(self.seed, "people");
        let mut directory = Directory::new(self.seed);
        for row in &self.folk {
            let phone = row.phone.as_ref().and_then(|phone| identity::key(Channel::Whatsapp, phone));
            let mut person = directory.person(&row.slug);
            person.is_open = chance.percent(25);
            person.has_posts = chance.percent(50);
            person.relation =
                if chance.percent(if self.shape.invites { 15 } else { 80 }) { Ties::Everybody } else { Ties::Nobody };
            person.script = script(&mut chance);
            directory.name(person);
            if let Some(key) = phone {
                let mut person = directory.person(&key);
                person.script = script(&mut chance);
                directory.name(person);
            }
        }
        directory
    }

    /// The accounts the far side has.
    pub fn accounts(&self) -> Vec<AccountSeed> {
        let mut accounts = vec![AccountSeed::new("acc_lina", Channel::Linkedin, Tier::SalesNavigator, "Lina Berg")];
        if self.shape.two_accounts {
            accounts.push(AccountSeed::new("acc_marc", Channel::Linkedin, Tier::Classic, "Marc Roux"));
        }
        if self.shape.whatsapp {
            accounts.push(AccountSeed::new("acc_wanda", Channel::Whatsapp, Tier::Classic, "Wanda Ek"));
        }
        accounts
    }
}

/// What somebody does; none: as the seed of the world has it.
fn script(chance: &mut Chance) -> Option<Script> {
    if chance.percent(20) {
        return None;
    }
    let accepts_after_ms = chance.percent(65).then(|| chance.between(MINUTE_MS, 6 * DAY_MS));
    let replies_after_ms = chance.percent(45).then(|| chance.between(MINUTE_MS, 3 * DAY_MS));
    Some(Script {
        accepts_after_ms,
        replies_after_ms,
        reply: Some(chance.pick(&REPLIES).to_owned()),
        owner_writes_after_ms: chance.percent(7).then(|| chance.between(MINUTE_MS, 30 * HOUR_MS)),
        is_silent: chance.percent(10),
    })
}
