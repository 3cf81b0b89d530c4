//! What people do when something reaches them: pure functions of the seed, the person and the how-manieth effect it is.

use crate::model::id::draw;
use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::sim::people::person::{Person, Script};

/// Something a person does about a message, so many milliseconds after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    Delivered,
    Read,
    Reply {
        text: String,
    },
    /// Says no to an InMail with the button.
    Decline {
        text: String,
    },
    Emoji {
        emoji: String,
    },
    /// The account's owner writes by hand.
    Takeover {
        text: String,
    },
}

/// Share of strangers who accept an invitation.
const ACCEPTING: f64 = 0.45;
/// Share of people who answer messages at all.
const REPLYING: f64 = 0.35;
/// Share of people who answer an InMail, a quarter of them with the button.
const REPLYING_INMAIL: f64 = 0.08;
/// Share of messages that are read.
const READING: f64 = 0.8;
/// Share of silent readers who leave an emoji.
const EMOJI: f64 = 0.06;

const INTERESTED: &[&str] = &[
    "Yes, happy to hear more. Could you do Thursday at 10?",
    "Sure, sounds interesting. Send it over!",
    "Yes please, call me next week.",
    "Oui, avec plaisir. On en parle mardi ?",
];
const NOT_NOW: &[&str] = &[
    "Thanks, but not right now. Maybe next quarter.",
    "We are not looking at this before the summer.",
    "Danke, aber gerade passt es nicht.",
];
const PLAIN: &[&str] = &["Who gave you my name?", "What does it cost?", "Hi, what is this about?", "👍 let me read it first"];
const OPT_OUT: &[&str] =
    &["Please stop messaging me.", "Unsubscribe", "Please remove me from your list.", "Bitte keine weiteren Nachrichten."];
const AWAY: &[&str] = &[
    "I am out of the office until next Monday with limited access to messages.",
    "Out of office: I am on annual leave and will be back soon.",
    "Je suis absent du bureau jusqu'à lundi prochain.",
];

/// A number drawn from the seed and the parts.
pub fn number(seed: u64, parts: &[&str]) -> u64 {
    let seed = seed.to_le_bytes();
    let mut all: Vec<&[u8]> = vec![&seed];
    all.extend(parts.iter().map(|part| part.as_bytes()));
    draw(&all)
}

/// A number from 0 (included) to 1 (excluded).
pub fn share(seed: u64, parts: &[&str]) -> f64 {
    (number(seed, parts) >> 11) as f64 / (1u64 << 53) as f64
}

/// After how many milliseconds an invitation is accepted; none: never.
pub fn accepts(seed: u64, account: &str, person: &Person, nth: &str) -> Option<i64> {
    if let Some(script) = &person.script {
        return script.accepts_after_ms;
    }
    let parts = |what: &'static str| share(seed, &[what, account, &person.key, nth]);
    (parts("accepts") < ACCEPTING).then(|| between(2 * HOUR_MS, 5 * DAY_MS, parts("accepts after").powi(3)))
}

/// How late the provider says so: up to eight hours (POSTPRESS.md §2.10), mostly less.
pub fn relation_lag_ms(seed: u64, account: &str, person: &str) -> i64 {
    between(MINUTE_MS, 8 * HOUR_MS, share(seed, &["relation lag", account, person]).powi(2))
}

/// What follows the `ordinal`-th message (from 1) of an account to a person.
pub fn to_message(seed: u64, account: &str, person: &Person, ordinal: usize) -> Vec<(i64, Reaction)> {
    let nth = ordinal.to_string();
    let chance = |what: &'static str| share(seed, &[what, account, &person.key, &nth]);
    let mut out = vec![(between(500, 20_000, chance("delivered")), Reaction::Delivered)];
    let replies = match &person.script {
        Some(script) => scripted(script, ordinal),
        None => spontaneous(seed, account, person, ordinal),
    };
    let first_reply =
        replies.iter().filter(|(_, reaction)| matches!(reaction, Reaction::Reply { .. })).map(|(after, _)| *after).min();
    let read_after = between(2 * MINUTE_MS, 20 * HOUR_MS, chance("read after").powi(2));
    match first_reply {
        Some(reply) => out.push((read_after.min((reply - MINUTE_MS).max(reply / 2)), Reaction::Read)),
        None if person.script.as_ref().is_some_and(|script| script.is_silent) => {}
        None if chance("read") < READING => {
            out.push((read_after, Reaction::Read));
            if person.script.is_none() && chance("emoji") < EMOJI {
                out.push((read_after + 30_000, Reaction::Emoji { emoji: "👍".to_owned() }));
            }
        }
        None => {}
    }
    out.extend(replies);
    out
}

/// What follows an InMail.
pub fn to_inmail(seed: u64, account: &str, person: &Person, ordinal: usize) -> Vec<(i64, Reaction)> {
    let chance = |what: &'static str| share(seed, &[what, account, &person.key]);
    if let Some(script) = &person.script {
        return scripted(script, ordinal);
    }
    let roll = chance("inmail");
    if ordinal > 1 || roll >= REPLYING_INMAIL {
        return Vec::new();
    }
    let after = between(HOUR_MS, 3 * DAY_MS, chance("inmail after").powi(2));
    if roll < REPLYING_INMAIL / 4.0 {
        return vec![(after, Reaction::Decline { text: "Thanks for the InMail, not looking at this quarter.".to_owned() })];
    }
    vec![(after, Reaction::Reply { text: line(INTERESTED, number(seed, &["inmail line", account, &person.key])) })]
}

fn scripted(script: &Script, ordinal: usize) -> Vec<(i64, Reaction)> {
    let mut out = Vec::new();
    if ordinal != 1 {
        return out;
    }
    if let Some(after) = script.owner_writes_after_ms {
        out.push((after, Reaction::Takeover { text: "I will take it from here.".to_owned() }));
    }
    if let Some(after) = script.replies_after_ms {
        let text = script.reply.clone().filter(|text| !text.is_empty());
        out.push((after, Reaction::Reply { text: text.unwrap_or_else(|| "Thanks, tell me more.".to_owned()) }));
    }
    out
}

/// Some people answer, once: mostly the first message, sometimes the second or third. Automatic replies come first.
fn spontaneous(seed: u64, account: &str, person: &Person, ordinal: usize) -> Vec<(i64, Reaction)> {
    let chance = |what: &'static str| share(seed, &[what, account, &person.key]);
    let answered = match chance("which message") {
        roll if roll < 0.6 => 1,
        roll if roll < 0.85 => 2,
        _ => 3,
    };
    if chance("replies") >= REPLYING || answered != ordinal {
        return Vec::new();
    }
    let after = between(HOUR_MS, 3 * DAY_MS, chance("reply after").powi(2));
    let pick = number(seed, &["reply line", account, &person.key]);
    let reply = |from: &[&str]| Reaction::Reply { text: line(from, pick) };
    match chance("mood") {
        mood if mood < 0.30 => vec![(after, reply(INTERESTED))],
        mood if mood < 0.55 => vec![(after, reply(NOT_NOW))],
        mood if mood < 0.75 => vec![(after, reply(PLAIN))],
        mood if mood < 0.85 => vec![(after, reply(OPT_OUT))],
        mood if mood < 0.93 => vec![(between(MINUTE_MS, 10 * MINUTE_MS, chance("away after")), reply(AWAY))],
        _ => {
            vec![(between(MINUTE_MS, 10 * MINUTE_MS, chance("away after")), reply(AWAY)), (7 * DAY_MS + after, reply(INTERESTED))]
        }
    }
}

fn line(from: &[&str], pick: u64) -> String {
    from.get(pick as usize % from.len().max(1)).copied().unwrap_or_default().to_owned()
}

fn between(least: i64, most: i64, share: f64) -> i64 {
    least + ((most - least) as f64 * share) as i64
}
