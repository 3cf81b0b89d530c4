//! The forecast against the real turns: the same people, campaign and limits send the same on the same days.

use crate::runtime::town::{BEGIN, Town, word};
use crate::runtime::wish::{Wish, program};
use campaign_engine::model::effect::Call;
use campaign_engine::model::event::Settlement;
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::sim::forecast::cast::Cast;
use campaign_engine::sim::forecast::drive::run;
use campaign_engine::sim::forecast::folk::Folk;
use campaign_engine::sim::forecast::opening::Opening;
use campaign_engine::sim::forecast::sink::{Happening, Sink, Who};
use campaign_engine::sim::people;
use std::collections::BTreeMap;

/// Sends as `minute kind person`, and outcomes, as far as they are told.
#[derive(Default)]
struct Told {
    sends: Vec<(i64, String)>,
    outcomes: BTreeMap<String, usize>,
}

impl Sink for Told {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        match happening {
            Happening::Called { call, settlement: Settlement::Sent { .. }, .. } => {
                let kind = match call {
                    Call::Invite { .. } => "invite",
                    Call::Withdraw => "withdraw",
                    Call::Message { .. } => "message",
                    Call::Inmail { .. } => "inmail",
                    Call::Engage(_) | Call::Group { .. } | Call::ByHand { .. } => "other",
                };
                let slug = who.contact.key.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                self.sends.push((at.0, format!("{kind} {slug}")));
            }
            Happening::Ended { outcome, .. } => {
                *self.outcomes.entry(who.campaign.outcome(*outcome).name.clone()).or_default() += 1;
            }
            Happening::Called { .. } | Happening::Started | Happening::Accepted | Happening::Replied | Happening::Told { .. } => {
            }
        }
    }
}

/// Both play it: the same sends in the same order at the same second, the same outcomes.
#[track_caller]
fn check(wish: Wish, days: i64) {
    let rows = wish.people.join("\n");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("people.csv");
    std::fs::write(&file, format!("identifier,accepts_after,replies_after,reply,relation,open_profile\n{rows}\n")).unwrap();
    let program = program(&wish.people, wish.body, wish.limits, wish.rules);
    let mut town = Town::new(wish);
    town.live(days);
    let real: Vec<(i64, String)> = town
        .ledger()
        .iter()
        .map(|line| (line.time().0, format!("{} {}", word(line.kind), line.recipient)))
        .filter(|(_, line)| !line.starts_with("view"))
        .collect();
    let opening = Opening::fresh(&program, BEGIN, Some(365));
    let folk = Folk::Named(people::file::read(&file, 7).unwrap());
    let mut told = Told::default();
    let cast = Cast::new(&opening, &folk);
    let finish = run(&cast, BEGIN.plus_ms(days * DAY_MS), 7, &mut told);
    let lines = |sends: &[(i64, String)]| sends.iter().map(|(_, line)| line.clone()).collect::<Vec<String>>();
    assert_eq!(lines(&told.sends), lines(&real), "the forecast on the left, the engine on the right");
    for ((forecast, line), (engine, _)) in told.sends.iter().zip(&real) {
        assert!((forecast - engine).abs() < 1_000, "{line}: {forecast} in the forecast, {engine} in the engine");
    }
    assert_eq!(told.outcomes, town.outcomes());
    assert_eq!(finish.open, 0);
}

#[test]
fn four_people_live_through_the_same_days() {
    check(Wish { people: vec!["ada,2h,,,,", "bob,3h,1h,Sure,,", "cyd,,,,,yes", "dan,,,,,"], ..Wish::default() }, 60);
}

#[test]
fn limits_and_starts_hold_the_same_people_back() {
    let people = vec!["p0,2h,,,,", "p1,30m,2d,Unsubscribe,,", "p2,,,,,", "p3,4d,,,yes,", "p4,,,,,", "p5,5h,1h,Who are you?,,"];
    check(Wish { people: people.clone(), limits: "invites 2 a day, 3 a week", ..Wish::default() }, 90);
    check(Wish { people: people.clone(), rules: "start 1 a day", ..Wish::default() }, 90);
    check(
        Wish {
            people,
            limits: "invites 9 a day\n    messages 1 a day\n    visits 2 a day\n    pending invites at most 2",
            ..Wish::default()
        },
        120,
    );
}
