//! `GET /metrics`: the figures of `engine status` and `engine accounts`, as Prometheus reads them.

use crate::runtime::query::status::StatusReport;
use crate::server::dashboard::Front;
use crate::server::dashboard::problem::problem;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

/// A family of figures: name, kind, what it says.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    samples: Vec<(String, f64)>,
}

/// The page.
pub async fn metrics(State(front): State<Arc<Front>>) -> Response {
    let status = front.ask("status", Value::Null).await;
    let report = status.and_then(|status| serde_json::from_value::<StatusReport>(status).map_err(|fault| fault.to_string()));
    match report {
        Ok(report) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page(&report)).into_response(),
        Err(sentence) => problem(StatusCode::INTERNAL_SERVER_ERROR, "it failed", &sentence),
    }
}

fn page(report: &StatusReport) -> String {
    let mut text = String::new();
    for family in families(report) {
        text.push_str(&format!("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name, family.kind));
        for (labels, value) in family.samples {
            text.push_str(&format!("{}{{{labels}}} {value}\n", family.name));
        }
    }
    text
}

fn families(report: &StatusReport) -> Vec<Family> {
    let mut contacts =
        Family { name: "engine_contacts", kind: "gauge", help: "Contacts by where they are.", samples: Vec::new() };
    let mut outcomes =
        Family { name: "engine_outcomes", kind: "gauge", help: "Contacts that ended, by outcome.", samples: Vec::new() };
    let mut sends = Family { name: "engine_sends_total", kind: "counter", help: "What was performed.", samples: Vec::new() };
    let mut here =
        Family { name: "engine_step_contacts", kind: "gauge", help: "Contacts that are at a step.", samples: Vec::new() };
    for campaign in &report.campaigns {
        let of = format!("campaign=\"{}\",version=\"{}\"", escaped(&campaign.name), campaign.version);
        let counts = campaign.contacts;
        for (status, count) in [
            ("queued", counts.queued),
            ("active", counts.active),
            ("paused", counts.paused),
            ("parked", counts.parked),
            ("ended", counts.ended),
        ] {
            contacts.samples.push((format!("{of},status=\"{status}\""), count as f64));
        }
        for (outcome, count) in &campaign.outcomes {
            outcomes.samples.push((format!("{of},outcome=\"{}\"", escaped(outcome)), count.as_f64().unwrap_or_default()));
        }
        for (kind, count) in
            [("invite", campaign.sends.invite), ("message", campaign.sends.message), ("inmail", campaign.sends.inmail)]
        {
            sends.samples.push((format!("{of},kind=\"{kind}\""), count as f64));
        }
        for step in campaign.steps.iter().filter(|step| step.here > 0) {
            here.samples.push((format!("{of},step=\"{}\"", escaped(&step.label)), step.here as f64));
        }
    }
    let mut families = vec![contacts, outcomes, sends, here];
    families.extend(accounts(report));
    families
}

fn accounts(report: &StatusReport) -> [Family; 3] {
    let mut healthy =
        Family { name: "engine_account_ok", kind: "gauge", help: "1 when the account can be used.", samples: Vec::new() };
    let mut used =
        Family { name: "engine_budget_used", kind: "gauge", help: "Calls counted in a rolling window.", samples: Vec::new() };
    let mut caps = Family {
        name: "engine_budget_limit",
        kind: "gauge",
        help: "The limit of a rolling window as it holds today.",
        samples: Vec::new(),
    };
    for account in &report.accounts {
        let of = format!("account=\"{}\",channel=\"{}\"", escaped(&account.name), account.channel);
        healthy.samples.push((of.clone(), f64::from(u8::from(account.health == "ok"))));
        for budget in &account.budgets {
            for window in &budget.windows {
                let labels = format!("{of},budget=\"{}\",window=\"{}\"", budget.budget, window.window);
                used.samples.push((labels.clone(), f64::from(window.used)));
                caps.samples.extend(window.cap.map(|cap| (labels, f64::from(cap))));
            }
        }
    }
    [healthy, used, caps]
}

/// A label's value as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
