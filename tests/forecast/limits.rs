//! Whatever the limits: no rolling window is ever exceeded, and nothing goes out outside the sending hours.

use crate::runtime::town::BEGIN;
use crate::runtime::wish::{INTRO, program};
use campaign_engine::model::account::Budget;
use campaign_engine::model::effect::Call;
use campaign_engine::model::event::Settlement;
use campaign_engine::model::id::AccountId;
use campaign_engine::model::time::{DAY_MS, MINUTE_MS, Timestamp};
use campaign_engine::sim::forecast::cast::Cast;
use campaign_engine::sim::forecast::change::{MoreAccounts, OtherLimit};
use campaign_engine::sim::forecast::drive::run;
use campaign_engine::sim::forecast::folk::Folk;
use campaign_engine::sim::forecast::opening::Opening;
use campaign_engine::sim::forecast::outlook::look_ahead;
use campaign_engine::sim::forecast::sink::{Happening, Sink, Who};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use std::collections::BTreeMap;

/// What goes out: account, budget, when.
#[derive(Default)]
struct Sent {
    calls: Vec<(AccountId, Budget, i64)>,
    /// Who is invited and has not answered, by whom.
    pending: BTreeMap<u32, AccountId>,
    /// The most invitations of one account that were pending at once.
    most_pending: usize,
}

impl Sink for Sent {
    fn take(&mut self, at: Timestamp, who: &Who<'_>, happening: &Happening<'_>) {
        match happening {
            Happening::Called { account, call, settlement: Settlement::Sent { .. }, .. } => {
                self.calls.extend(call.budget().map(|budget| (*account, budget, at.0)));
                match call {
                    Call::Invite { .. } => drop(self.pending.insert(who.seat, *account)),
                    Call::Withdraw => drop(self.pending.remove(&who.seat)),
                    _ => {}
                }
                let of_account = self.pending.values().filter(|held| *held == account).count();
                self.most_pending = self.most_pending.max(of_account);
            }
            Happening::Accepted | Happening::Ended { .. } => drop(self.pending.remove(&who.seat)),
            _ => {}
        }
    }
}

impl Sent {
    /// The most of an account and budget within any window of so many days.
    fn most(&self, budget: Budget, days: i64) -> usize {
        let of = |account: &AccountId| {
            let all = self.calls.iter().filter(move |(who, what, _)| who == account && *what == budget);
            all.map(|(_, _, at)| *at).collect::<Vec<i64>>()
        };
        let accounts: std::collections::BTreeSet<AccountId> = self.calls.iter().map(|(account, _, _)| *account).collect();
        let within = |times: &[i64], at: i64| times.iter().filter(|other| **other <= at && at - **other < days * DAY_MS).count();
        accounts
            .iter()
            .map(of)
            .flat_map(|times| times.iter().map(|at| within(&times, *at)).collect::<Vec<_>>())
            .max()
            .unwrap_or(0)
    }
}

fn people(count: usize) -> Vec<String> {
    (0..count).map(|nth| format!("person-{nth}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_calendar_keeps_every_limit(
        count in 1usize..60, day in 1u32..9, week in 1u32..30, messages in 1u32..9, pending in 1u32..40,
        start in 1u32..40, more in 0u32..3, seed in 0u64..1_000, age in 0u32..40,
    ) {
        let names = people(count);
        let rows: Vec<&str> = names.iter().map(String::as_str).collect();
        let limits = format!("invites {day} a day, {week} a week\n    messages {messages} a day\n    inmails 2 a day\n    visits 30 a day\n    pending invites at most {pending}\n    ramp up over 20 days from 30%");
        let mut program = program(&rows, INTRO, &limits, &format!("start {start} a day"));
        MoreAccounts { count: more, channel: None }.apply(&mut program).unwrap();
        let opening = Opening::fresh(&program, BEGIN, Some(age));
        let (mut sent, mut again) = (Sent::default(), Sent::default());
        let cast = Cast::new(&opening, &Folk::Drawn);
        let until = BEGIN.plus_ms(60 * DAY_MS);
        let finish = run(&cast, until, seed, &mut sent);
        prop_assert!(sent.most(Budget::Invites, 1) <= day as usize);
        prop_assert!(sent.most(Budget::Invites, 7) <= week as usize);
        prop_assert!(sent.most(Budget::Messages, 1) <= messages as usize);
        prop_assert!(sent.most(Budget::Inmails, 1) <= 2);
        prop_assert!(sent.most_pending <= pending as usize, "{} pending", sent.most_pending);
        for (_, _, at) in &sent.calls {
            let (weekday, minute) = ((at.div_euclid(DAY_MS) + 3) % 7, at.rem_euclid(DAY_MS) / MINUTE_MS);
            prop_assert!(weekday < 5 && (480..1_080).contains(&minute), "{at}");
        }
        for (at, (who, _, time)) in sent.calls.iter().enumerate() {
            let next = sent.calls.iter().skip(at + 1).find(|(other, _, _)| other == who);
            prop_assert!(next.is_none_or(|(_, _, next)| next - time >= 4 * MINUTE_MS), "the gap of an account");
        }
        prop_assert_eq!(run(&cast, until, seed, &mut again), finish);
        prop_assert_eq!(sent.calls, again.calls);
    }
}

#[test]
fn an_outlook_does_not_depend_on_threads() {
    let names = people(40);
    let rows: Vec<&str> = names.iter().map(String::as_str).collect();
    let program = program(&rows, INTRO, "invites 5 a day", "start 10 a day");
    let opening = Opening::fresh(&program, BEGIN, None);
    let until = BEGIN.plus_ms(120 * DAY_MS);
    let finishes = |threads: usize| {
        let outlook = look_ahead(&opening, &Folk::Drawn, until, 3, 5, threads);
        outlook.played.iter().map(|played| (played.seed, played.finish.at, played.tally.days.clone())).collect::<Vec<_>>()
    };
    assert_eq!(finishes(1), finishes(3));
    assert_eq!(finishes(1).len(), 5);
}

#[test]
fn what_if_flags_read_and_change() {
    let names = people(60);
    let rows: Vec<&str> = names.iter().map(String::as_str).collect();
    let finish = |accounts: Option<&str>, limit: Option<&str>| {
        let mut program = program(&rows, INTRO, "invites 3 a day", "start 60 a day");
        if let Some(more) = accounts {
            more.parse::<MoreAccounts>().unwrap().apply(&mut program).unwrap();
        }
        if let Some(limit) = limit {
            limit.parse::<OtherLimit>().unwrap().apply(&mut program);
        }
        let opening = Opening::fresh(&program, BEGIN, Some(365));
        run(&Cast::new(&opening, &Folk::Drawn), BEGIN.plus_ms(300 * DAY_MS), 1, ()).at.unwrap()
    };
    let now = finish(None, None);
    assert!(finish(Some("+1"), None) < now);
    assert!(finish(None, Some("invites=9")) < now);
    assert_eq!("invites=150/week".parse::<OtherLimit>().unwrap().to_string(), "invites=150/week");
    for wrong in ["invites", "invites=x", "nothing=3", "invites=3/year"] {
        assert!(wrong.parse::<OtherLimit>().is_err(), "{wrong}");
    }
    assert!("+2:pigeon".parse::<MoreAccounts>().is_err());
}
