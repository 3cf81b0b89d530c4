//! What a look ahead costs: a generated list, read, checked and played over 90 days.
//!
//! Prints the time of each stage and contact-days a second of one seed on one core.
//! `cargo bench --bench simulate [-- PEOPLE [ACCOUNTS [DAYS]]]`
#![expect(clippy::disallowed_methods, reason = "a measurement needs the time of day")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod folder;

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::sim::forecast::cast::Cast;
use campaign_engine::sim::forecast::drive::run;
use campaign_engine::sim::forecast::folk::Folk;
use campaign_engine::sim::forecast::opening::Opening;
use campaign_engine::sim::forecast::sink::{Happening, Sink, Who};
use std::time::Instant;

/// 2027-01-04T07:00Z, a Monday.
const BEGIN: Timestamp = Timestamp(1_799_046_000_000);
const ZONES: [&str; 4] = ["Europe/Paris", "Europe/London", "America/New_York", "Asia/Tokyo"];

const CAMPAIGN: &str = r#"campaign bench version 1
  accounts from pool all
  outcomes won interested; neutral no_answer, unreachable
  contacts from "people.csv"
    need first_name, company, linkedin
    may have timezone
    enter once
  end
  message hello
    "Hi {{ first_name }}, shall we connect?"
  end
  message intro
    "{Thanks|Good to meet you}, {{ first_name }}. Is that on your list at {{ company }}?"
  end
  message nudge
    "{{ first_name }}, is this better in a month?"
  end
  steps
    connect: invite with hello
    accept: wait up to 14 days
      when accepted
        wait 2 to 20 hours
        first: send intro
        nudges: repeat up to 2 times, 3 days apart
          send nudge
        end
        wait 5 working days
        stop as no_answer
      on timeout
        withdraw invite
        stop as unreachable
    end
  end
end
"#;

/// How much happened.
#[derive(Default)]
struct Count {
    calls: usize,
    ended: usize,
}

impl Sink for Count {
    fn take(&mut self, _: Timestamp, _: &Who<'_>, happening: &Happening<'_>) {
        match happening {
            Happening::Called { .. } => self.calls += 1,
            Happening::Ended { before: None, .. } => self.ended += 1,
            Happening::Ended { .. } | Happening::Started | Happening::Accepted | Happening::Replied | Happening::Told { .. } => {}
        }
    }
}

fn main() {
    let mut words = folder::arguments();
    let mut number = |default: usize| words.next().and_then(|word| word.parse().ok()).unwrap_or(default);
    let (people, accounts, days) = (number(100_000), number(200), number(90));
    let sources = [folder::source("workspace.camp", &workspace(accounts)), folder::source("bench.camp", CAMPAIGN)];
    let begin = Instant::now();
    let files = MemoryFiles::new("").with("people.csv", list(people));
    let compiled = compile(&sources, &files);
    assert!(!compiled.program.campaigns.is_empty(), "{:#?}", compiled.diagnostics);
    let read = begin.elapsed().as_secs_f64();
    let opening = Opening::fresh(&compiled.program, BEGIN, Some(365));
    let cast = Cast::new(&opening, &Folk::Drawn);
    let opened = begin.elapsed().as_secs_f64();
    let mut count = Count::default();
    let finish = run(&cast, BEGIN.plus_ms(days as i64 * DAY_MS), 1, &mut count);
    let all = begin.elapsed().as_secs_f64();
    let played = all - opened;
    println!("{people} people, {accounts} accounts, {days} days: {all:.2} s");
    println!("  read and checked {read:.2} s, opened {:.2} s, played {played:.2} s", opened - read);
    println!("  {} calls, {} ended, {} open", count.calls, count.ended, finish.open);
    println!("  {:.2} M contact-days a second", (people * days) as f64 / played / 1e6);
}

fn workspace(accounts: usize) -> String {
    let account =
        |nth: usize| format!("  account a{nth}\n    id \"acc_{nth}\"\n    channel linkedin\n    tier sales_navigator\n  end\n");
    let all: String = (0..accounts).map(account).collect();
    let names: Vec<String> = (0..accounts).map(|nth| format!("a{nth}")).collect();
    format!(
        "workspace acme\n{all}  pool all {}\n  schedule\n    send monday to friday 09:00-12:00, 14:00-17:30\n    timezone of contact or \"Europe/Paris\"\n    gap 2 to 6 minutes\n  end\n  limits per account\n    invites 20 a day, 100 a week\n    messages 50 a day\n    visits 80 a day\n  end\nend\n",
        names.join(", ")
    )
}

fn list(people: usize) -> String {
    let mut list = "first_name,company,linkedin,timezone\n".to_owned();
    for nth in 0..people {
        let zone = ZONES.get(nth % 5).copied().unwrap_or_default();
        list.push_str(&format!("Ada{nth},Acme {},https://www.linkedin.com/in/person-{nth}/,{zone}\n", nth % 977));
    }
    list
}
