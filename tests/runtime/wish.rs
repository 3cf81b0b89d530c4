//! What a test of a whole run wants: people, a campaign, faults, limits, a store.

use campaign_engine::lang::compile;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::model::program::Program;
use campaign_engine::store::contract::Store;
use campaign_engine::store::memory::MemoryStore;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// What a test wants.
pub struct Wish {
    /// The campaign's steps and handlers.
    pub body: &'static str,
    /// `identifier,accepts_after,replies_after,reply,relation,open_profile`
    pub people: Vec<&'static str>,
    /// JSON list of fault rules.
    pub faults: Value,
    /// Webhooks are registered and arrive.
    pub hears: bool,
    /// Accounts of the pool beside lina's.
    pub others: Vec<String>,
    pub limits: &'static str,
    pub rules: &'static str,
    pub store: Arc<dyn Store>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            body: INTRO,
            people: Vec::new(),
            faults: json!([]),
            hears: true,
            others: Vec::new(),
            limits: "invites 20 a day, 100 a week",
            rules: "start 40 a day",
            store: Arc::new(MemoryStore::new()),
        }
    }
}

/// Invite; when accepted a message and two nudges; else an InMail.
pub const INTRO: &str = "
  message hello
    \"Hi {{ first_name }}, shall we connect?\"
  end
  message hi
    \"Good to meet you, {{ first_name }}. How are things?\"
  end
  message nudge
    \"{{ first_name }}, is this better in a month?\"
  end
  message cold
    subject \"A question\"
    \"{{ first_name }}, one question?\"
  end
  steps
    connect: invite with hello
    accept: wait up to 6 days
      when accepted
        wait 2 to 20 hours
        first: send hi
        nudges: repeat up to 2 times, 2 days apart
          send nudge
        end
        wait 3 days
        stop as no_answer
      on timeout
        withdraw invite
        if open profile or account has inmail credit
          mail: send inmail cold
          wait 4 days
          stop as no_answer
        else
          stop as unreachable
        end
    end
  end";

/// The folder that says so, compiled.
pub fn program(people: &[&str], body: &str, limits: &str, rules: &str) -> Program {
    pooled(&[], people, body, limits, rules)
}

/// As [`program`], with more accounts to share the people among.
pub fn pooled(others: &[String], people: &[&str], body: &str, limits: &str, rules: &str) -> Program {
    let accounts: Vec<&str> = std::iter::once("lina").chain(others.iter().map(String::as_str)).collect();
    let declared: String = accounts
        .iter()
        .map(|name| {
            format!("  account {name}\n    id \"acc_{name}\"\n    channel linkedin\n    tier sales_navigator\n    owner \"{name}@acme.example\"\n  end\n")
        })
        .collect();
    let pool = accounts.join(", ");
    let workspace = format!(
        "workspace acme\n{declared}  pool sdrs {pool}\n  schedule\n    send monday to friday 08:00-18:00\n    timezone \"UTC\"\n    gap 4 to 11 minutes\n  end\n  limits per account\n    {limits}\n  end\nend\n"
    );
    let campaign = format!(
        "campaign intro version 1\n  accounts from pool sdrs\n  outcomes neutral no_answer, unreachable\n  contacts from \"a.csv\"\n    need first_name, linkedin\n    enter once\n    {rules}\n  end\n{body}\nend\n"
    );
    let mut list = "first_name,linkedin\n".to_owned();
    for person in people {
        let slug = person.split(',').next().unwrap_or_default();
        list.push_str(&format!("{},https://www.linkedin.com/in/{slug}/\n", slug.to_uppercase()));
    }
    let source = |path: &str, text: String| Source { path: PathBuf::from(path), notation: Notation::Camp, text: text.into() };
    let files = MemoryFiles::new("").with("a.csv", list);
    let compiled = compile(&[source("workspace.camp", workspace), source("intro.camp", campaign)], &files);
    assert!(!compiled.program.campaigns.is_empty(), "{:#?}", compiled.diagnostics);
    compiled.program
}
