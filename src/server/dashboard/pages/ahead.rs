//! What goes out on the coming days, as a table with bars: a forecast that is kept a while, and says how old it is.

use crate::server::dashboard::pages::chart::column;
use crate::server::dashboard::pages::words::{count, distance};
use maud::{Markup, html};
use serde_json::Value;

/// The section of a campaign's page. `answer`: what `ahead` says, or why it says nothing.
pub fn days_ahead(answer: &Result<Value, String>, campaign: &str, now: &str) -> Markup {
    html! {
        section aria-labelledby="ahead" {
            h2 #ahead { "Days ahead" }
            @match answer {
                Ok(ahead) => (told(ahead, campaign, now)),
                Err(sentence) => p .quiet { (sentence) },
            }
        }
    }
}

fn told(ahead: &Value, campaign: &str, now: &str) -> Markup {
    let days = ahead.pointer("/campaigns").and_then(|all| all.get(campaign)).and_then(Value::as_array);
    let days: &[Value] = days.map(Vec::as_slice).unwrap_or_default();
    let number = |day: &Value, name: &str| day.get(name).and_then(Value::as_u64).unwrap_or_default();
    let sum = |day: &Value| number(day, "invites") + number(day, "messages") + number(day, "inmails");
    let most = days.iter().map(sum).max().unwrap_or_default();
    let made_at = ahead.get("made_at").and_then(Value::as_str).unwrap_or_default();
    html! {
        @if ahead.get("too_many") == Some(&Value::Bool(true)) {
            p { (count(number(ahead, "people"))) " people are under way: more than a page looks ahead for. " code { "engine plan" } " does." }
        } @else if most == 0 {
            p { "Nothing is due to go out by itself. " code { "engine plan" } " says who would be written to, and " code { "engine why NAME" } " what somebody waits for." }
        } @else {
            div .scroll tabindex="0" role="region" aria-label="Table of the days ahead" {
                table {
                    thead { tr { th scope="col" { "Day" } th scope="col" .right { "Invitations" } th scope="col" .right { "Messages" } th scope="col" .right { "InMails" } th scope="col" { "Together" } } }
                    tbody {
                        @for day in days {
                            tr {
                                th scope="row" { (day.get("day").and_then(Value::as_str).unwrap_or_default()) }
                                @for kind in ["invites", "messages", "inmails"] { td .right { (count(number(day, kind))) } }
                                td { (column(sum(day), most)) }
                            }
                        }
                    }
                }
            }
        }
        p .quiet { "If nobody accepts or answers, as " code { "engine plan" } " tells it; forecast " (distance(made_at, now).unwrap_or_default()) "." }
    }
}
