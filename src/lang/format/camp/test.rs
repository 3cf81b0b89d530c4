//! Tests of campaigns in the `.camp` notation.

use crate::lang::format::page::Page;
use crate::lang::format::phrase;
use crate::lang::syntax::{Given, Test, TestLine, TestTime, TestWhat};

/// `test "…" of CAMPAIGN … end`
pub fn print_test(page: &mut Page, test: &Test, is_apart: bool) {
    page.apart(is_apart);
    page.open(&test.notes, &format!("test {} of {}", phrase::text(&test.title.value), test.campaign.value));
    test.given.iter().for_each(|line| page.line(&line.notes, &given(&line.value)));
    test.lines.iter().for_each(|line| page.line(&line.notes, &told(&line.value)));
    page.close(&test.end_notes, "end");
}

fn given(given: &Given) -> String {
    match given {
        Given::Contact(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{} = {}", name.value, phrase::literal(&value.value))).collect();
            format!("given contact {}", fields.join(", "))
        }
        Given::InmailCredits(count) => {
            let credits = if count.value == 1 { "credit" } else { "credits" };
            format!("given account with {} inmail {credits}", count.value)
        }
        Given::Relation => "given relation".to_owned(),
    }
}

fn told(line: &TestLine) -> String {
    let at = match line.at {
        TestTime::Day { day, minute: None } => format!("day {day}"),
        TestTime::Day { day, minute: Some(minute) } => format!("day {day} {}", phrase::time(minute)),
        TestTime::Then => "then".to_owned(),
    };
    match &line.what {
        TestWhat::Expect { what, within } => {
            let within = within.map(|within| format!(" within {}", within.value)).unwrap_or_default();
            format!("{at} expect {}{within}", phrase::expectation(what))
        }
        TestWhat::Act(act) => format!("{at} {}", phrase::act(act)),
    }
}
