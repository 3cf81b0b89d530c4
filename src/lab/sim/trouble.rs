//! What goes wrong in one seed's world, and when: the far side's faults, and those of our own side.

use crate::lab::sim::chance::Chance;
use crate::lab::sim::shaky::Trip;
use crate::model::time::{DAY_MS, HOUR_MS, Timestamp};
use crate::sim::faults::{Faults, Kind, Rule};

/// Something that happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// The process ends; it is started again at once.
    Crash,
    /// It ends, and ends again while it starts.
    CrashTwice,
    /// It ends at the n-th commit from now.
    Trip(u64, Trip),
    /// It ends, and stays down so many minutes.
    Down(i64),
    /// The disk is full; or has room again.
    Full(bool),
    /// Time goes on by so many hours in one go, as after a machine slept.
    Sleep(i64),
    /// A later version of the campaign.
    Edit,
    /// The list once more, with one row more.
    Reimport,
    /// The workspace allows less.
    Lower,
    /// An account is signed out for so many hours.
    SignOut(i64),
    /// Webhooks that are nobody's, or of a shape nobody knows.
    Stray,
    /// The last webhooks once more, in another order.
    Again,
    /// Somebody is paused, and resumed after so many hours.
    Pause(i64),
    /// Everything is paused, and resumed after so many hours.
    PauseAll(i64),
    /// The campaign is paused, and resumed after so many hours.
    PauseCampaign(i64),
    Resume,
    /// Somebody is stopped.
    Stop,
    /// An event of the user's own.
    Named,
    /// Somebody is never to be contacted again.
    Suppress,
    /// Those who can be are answered by hand, or half of them.
    Answer,
    /// The engine's clock is set forward by so many minutes; postpress's is not.
    ClockForward(i64),
    /// The engine's clock is set back by so many minutes.
    ClockBack(i64),
}

/// All of it.
pub struct Trouble {
    rules: Vec<Rule>,
    /// When, and what; oldest first.
    pub acts: Vec<(Timestamp, Act)>,
    /// One in so many errands never comes back; 0: all do.
    pub loses: u64,
    /// No webhook ever arrives.
    pub is_deaf: bool,
    /// When all faults end.
    pub calm_at: Timestamp,
}

/// Routes that reach people, and routes that are read.
const ROUTES: [&str; 7] =
    ["POST /users/invite", "POST /chats", "POST /chats/*/messages", "POST", "GET", "GET /users", "GET /chats"];

impl Trouble {
    /// Draws it.
    pub fn draw(seed: u64, begin: Timestamp) -> Self {
        let mut chance = Chance::new(seed, "trouble");
        let calm_at = begin.plus_ms(chance.between(5, 16) * DAY_MS);
        let mut rules: Vec<Rule> = (0..chance.below(6)).map(|_| rule(&mut chance)).collect();
        if chance.percent(10) {
            // One reading of a chat that is far behind, once.
            let lasts = Some(format!("{}m", chance.between(20, 50)));
            rules.push(Rule { share: Some(0.4), times: Some(1), lasts, ..Rule::always("GET /chats/*/messages", Kind::ListLag) });
        }
        if chance.percent(9) {
            // Lists that are down for days, and calls whose end nobody knows.
            rules.push(Rule { share: Some(0.3), ..Rule::always("POST", Kind::GatewayAfter) });
            rules.push(Rule {
                share: Some(1.0),
                ..Rule::always(chance.pick(&["GET /chats", "GET /users/invite", "GET"]), Kind::NoSession)
            });
        }
        let mut acts: Vec<(Timestamp, Act)> = Vec::new();
        for _ in 0..chance.below(7) {
            let at = begin.plus_ms(chance.between(0, calm_at.since_ms(begin)));
            acts.push((at, act(&mut chance)));
        }
        // Drawn apart, so that worlds kept from before have the same faults as then.
        let mut hands = Chance::new(seed, "hands");
        if hands.percent(30) {
            acts.extend((0..=hands.below(2)).map(|_| (begin.plus_ms(hands.between(0, calm_at.since_ms(begin))), Act::Answer)));
        }
        acts.sort();
        let is_recipe = chance.percent(15);
        if is_recipe {
            // Two readings that are both further behind than a call is left alone for are what the protocol cannot stand.
            rules.retain(|rule| rule.kind != Kind::ListLag);
            rules.extend(recipe(&mut chance));
        }
        let loses = if chance.percent(15) { chance.between(2, 12) as u64 } else { 0 };
        Self { rules, acts, loses, is_deaf: is_recipe || chance.percent(10), calm_at }
    }

    /// Does every webhook come, be it late? Only they tell of what the account's owner writes by hand.
    pub fn tells_of_hands(&self) -> bool {
        !self.is_deaf && self.rules.iter().all(|rule| rule.kind != Kind::WebhookLost)
    }

    /// The far side's faults, as they were drawn.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The far side's faults.
    pub fn faults(&self, seed: u64) -> Faults {
        Faults::new(seed, self.rules.clone())
    }
}

/// Faults that only together are dangerous: calls whose end nobody knows, no echo to tell of it, and a list that is behind,
/// that is far behind once, or that comes in small pages.
fn recipe(chance: &mut Chance) -> Vec<Rule> {
    let kind = [Kind::GatewayAfter, Kind::SilenceAfter, Kind::ErrorAfter].get(chance.below(3) as usize).copied();
    let doubt = Rule { share: Some(0.4), ..Rule::always("POST /chats", kind.unwrap_or(Kind::GatewayAfter)) };
    let minutes = |chance: &mut Chance, least, most| Some(format!("{}m", chance.between(least, most)));
    let list = match chance.below(3) {
        0 => Rule { lasts: minutes(chance, 7, 10), ..Rule::always("GET", Kind::ListLag) },
        1 => {
            let lasts = minutes(chance, 20, 50);
            Rule { times: Some(1), lasts, ..Rule::always("GET /chats/*/messages", Kind::ListLag) }
        }
        _ => Rule::always("GET", Kind::SmallPages),
    };
    vec![doubt, list]
}

fn rule(chance: &mut Chance) -> Rule {
    let at = chance.below(Kind::ALL.len() as u64) as usize;
    let kind = Kind::ALL.get(at).copied().unwrap_or(Kind::GatewayAfter);
    let route = match kind {
        Kind::ListLag | Kind::SmallPages | Kind::PagesShift => Some("GET"),
        Kind::WebhookTwice | Kind::WebhookLate | Kind::WebhookLost => None,
        Kind::Disconnect => Some("POST"),
        Kind::WithoutId | Kind::Truncated | Kind::WrongBody if chance.percent(70) => Some("POST"),
        _ => Some(chance.pick(&ROUTES)),
    };
    let lasts = match kind {
        Kind::ListLag => Some(format!("{}m", chance.between(1, 10))),
        Kind::WebhookLate if chance.percent(20) => Some(format!("{}h", chance.between(9, 168))),
        Kind::WebhookLate => Some(format!("{}m", chance.between(1, 480))),
        Kind::Disconnect => Some(format!("{}h", chance.between(1, 40))),
        _ => None,
    };
    let share = match kind {
        Kind::Disconnect => 0.02,
        Kind::ListLag | Kind::SmallPages | Kind::PagesShift if chance.percent(60) => 1.0,
        _ => (chance.between(2, 60) as f64) / 100.0,
    };
    let (status, slug) = match chance.below(5) {
        0 => (422, "blocked_recipient"),
        1 => (422, "cannot_resend_yet"),
        2 => (401, "missing_credentials"),
        3 => (404, "resource_not_found"),
        _ => (403, "insufficient_permissions"),
    };
    let times = (kind == Kind::Refuse || kind == Kind::Disconnect).then(|| chance.below(3) + 1);
    let is_refusal = kind == Kind::Refuse;
    Rule {
        share: Some(share),
        lasts,
        times,
        status: is_refusal.then_some(status),
        slug: is_refusal.then(|| slug.to_owned()),
        route: route.map(str::to_owned),
        ..Rule::always("", kind)
    }
}

fn act(chance: &mut Chance) -> Act {
    let hours = chance.between(1, 60);
    match chance.below(26) {
        0..=3 => Act::Crash,
        4 => Act::CrashTwice,
        5..=8 => {
            let at = chance.below(Trip::ALL.len() as u64) as usize;
            Act::Trip(chance.below(40), Trip::ALL.get(at).copied().unwrap_or(Trip::Before))
        }
        9 => Act::Down(chance.between(10, 5_000)),
        10 => Act::Full(true),
        11 => Act::Sleep(hours),
        12 => Act::Edit,
        13 => Act::Reimport,
        14 => Act::Lower,
        15 => Act::SignOut(hours),
        16 => Act::Stray,
        17 => Act::Again,
        18 => Act::Pause(hours),
        19 => Act::PauseAll(hours),
        20 => Act::PauseCampaign(hours),
        21 => Act::Stop,
        22 => Act::Named,
        23 => Act::Suppress,
        24 => Act::ClockForward(chance.between(3, 4_000)),
        _ => Act::ClockBack(chance.between(3, 600)),
    }
}

/// How long a disk stays full.
pub const FULL_MS: i64 = 9 * HOUR_MS;
