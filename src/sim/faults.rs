//! The faults file: what goes wrong, where and when. Deterministic by seed; `docs/sandbox.md` lists the kinds.

use crate::sim::people::behaviour::share;
use crate::sim::people::file::length_ms;
use crate::sim::postpress::call::Refusal;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Why a faults file is refused.
#[derive(Debug, thiserror::Error)]
pub enum FaultsFault {
    #[error("cannot read `{path}`: {source}", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("`{path}` is no list of faults: {what}", path = path.display())]
    Shape { path: PathBuf, what: String },
}

/// One entry of the file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The n-th call (from 1) that the route matches.
    #[serde(default)]
    pub at_call: Option<u64>,
    /// This share of the calls, 0 to 1.
    #[serde(default)]
    pub share: Option<f64>,
    /// `POST /chats`, `POST /chats/*/messages`, `GET`; longer paths match too. None: every call.
    #[serde(default)]
    pub route: Option<String>,
    pub kind: Kind,
    /// How long: a lateness, a lag, a disconnection (`10m`, `2h`).
    #[serde(default, rename = "for")]
    pub lasts: Option<String>,
    /// At most so often.
    #[serde(default)]
    pub times: Option<u64>,
    /// Of `refuse`.
    #[serde(default)]
    pub status: Option<u16>,
    /// Of `refuse`: the error type without `errors/`.
    #[serde(default, rename = "type")]
    pub slug: Option<String>,
    /// Of `disconnect-account`: the word (`CREDENTIALS` by default).
    #[serde(default)]
    pub word: Option<String>,
}

/// What goes wrong. `before`: nothing was done; `after`: it was done all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Kind {
    #[serde(rename = "429")]
    TooMany,
    #[serde(rename = "429-retry-after")]
    TooManyRetryAfter,
    #[serde(rename = "500-before")]
    ErrorBefore,
    #[serde(rename = "500-after")]
    ErrorAfter,
    #[serde(rename = "502-before")]
    ProxyBefore,
    #[serde(rename = "502-after")]
    ProxyAfter,
    #[serde(rename = "503-before")]
    NoSession,
    #[serde(rename = "504-before")]
    GatewayBefore,
    #[serde(rename = "504-after")]
    GatewayAfter,
    #[serde(rename = "timeout-before")]
    SilenceBefore,
    #[serde(rename = "timeout", alias = "timeout-after")]
    SilenceAfter,
    #[serde(rename = "reset-before")]
    ResetBefore,
    #[serde(rename = "reset", alias = "reset-after")]
    ResetAfter,
    #[serde(rename = "truncated")]
    Truncated,
    #[serde(rename = "200-without-id", alias = "201-without-id")]
    WithoutId,
    #[serde(rename = "wrong-body")]
    WrongBody,
    #[serde(rename = "webhook-twice")]
    WebhookTwice,
    #[serde(rename = "webhook-late")]
    WebhookLate,
    #[serde(rename = "webhook-lost")]
    WebhookLost,
    #[serde(rename = "list-lag")]
    ListLag,
    #[serde(rename = "small-pages")]
    SmallPages,
    #[serde(rename = "pages-shift")]
    PagesShift,
    #[serde(rename = "disconnect-account")]
    Disconnect,
    #[serde(rename = "refuse")]
    Refuse,
}

impl Kind {
    /// Every kind, in the order of `docs/sandbox.md`.
    pub const ALL: [Self; 24] = [
        Self::TooMany,
        Self::TooManyRetryAfter,
        Self::ErrorBefore,
        Self::ProxyBefore,
        Self::NoSession,
        Self::GatewayBefore,
        Self::ErrorAfter,
        Self::ProxyAfter,
        Self::GatewayAfter,
        Self::SilenceAfter,
        Self::SilenceBefore,
        Self::ResetAfter,
        Self::ResetBefore,
        Self::Truncated,
        Self::WithoutId,
        Self::WrongBody,
        Self::Refuse,
        Self::WebhookTwice,
        Self::WebhookLate,
        Self::WebhookLost,
        Self::ListLag,
        Self::SmallPages,
        Self::PagesShift,
        Self::Disconnect,
    ];

    /// Does it befall webhooks rather than answers?
    pub fn is_of_webhooks(self) -> bool {
        matches!(self, Self::WebhookTwice | Self::WebhookLate | Self::WebhookLost)
    }
}

/// The rules, and how often each has been met.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    seed: u64,
    rules: Vec<(Rule, u64, u64)>,
}

impl Faults {
    /// These rules, drawn by that seed.
    pub fn new(seed: u64, rules: Vec<Rule>) -> Self {
        Self { seed, rules: rules.into_iter().map(|rule| (rule, 0, 0)).collect() }
    }

    /// Reads the file: a JSON list of rules.
    pub fn read(path: &Path, seed: u64) -> Result<Self, FaultsFault> {
        let text = std::fs::read_to_string(path).map_err(|source| FaultsFault::Unreadable { path: path.to_owned(), source })?;
        let shape = |what: String| FaultsFault::Shape { path: path.to_owned(), what };
        let rules: Vec<Rule> = serde_json::from_str(&text).map_err(|fault| shape(fault.to_string()))?;
        for (n, rule) in rules.iter().enumerate() {
            rule.check().map_err(|what| shape(format!("entry {}: {what}", n + 1)))?;
        }
        Ok(Self::new(seed, rules))
    }

    /// How often each rule was met.
    pub fn met(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.rules.iter().map(|(rule, _, met)| (rule.kind, *met))
    }

    /// The rules that this call meets; counts it for all of them.
    pub fn meet(&mut self, route: &str) -> Vec<Rule> {
        self.meet_where(route, |_| true)
    }

    /// The rules that a webhook about something a person did meets: those of webhooks, of the route `WEBHOOK` or of none.
    pub fn meet_webhook(&mut self, event: &str) -> Vec<Rule> {
        self.meet_where(&format!("WEBHOOK /{event}"), |rule| rule.kind.is_of_webhooks())
    }

    fn meet_where(&mut self, route: &str, is_meant: impl Fn(&Rule) -> bool) -> Vec<Rule> {
        let seed = self.seed;
        let mut out = Vec::new();
        for (n, (rule, calls, met)) in self.rules.iter_mut().enumerate() {
            if !is_meant(rule) || !rule.matches(route) {
                continue;
            }
            *calls += 1;
            let drawn = rule.share.is_some_and(|wanted| share(seed, &["fault", &n.to_string(), &calls.to_string()]) < wanted);
            let is_due = rule.at_call == Some(*calls) || drawn || (rule.at_call.is_none() && rule.share.is_none());
            if is_due && rule.times.is_none_or(|times| *met < times) {
                *met += 1;
                out.push(rule.clone());
            }
        }
        out
    }
}

impl Rule {
    /// A rule of that kind for every call of a route.
    pub fn always(route: &str, kind: Kind) -> Self {
        let route = Some(route.to_owned());
        Self { at_call: None, share: None, route, kind, lasts: None, times: None, status: None, slug: None, word: None }
    }

    /// How long it lasts, in milliseconds.
    pub fn lasts_ms(&self, default: i64) -> i64 {
        self.lasts.as_deref().and_then(|text| length_ms(text).ok().flatten()).unwrap_or(default)
    }

    /// The refusal a `before` kind answers with; none: the call is let through.
    pub fn refusal_before(&self) -> Option<Refusal> {
        match self.kind {
            Kind::TooMany => Some(Refusal::new(429, "too_many_requests", "slow down")),
            Kind::TooManyRetryAfter => {
                Some(Refusal { retry_after_s: Some(60), ..Refusal::new(429, "too_many_requests", "slow down") })
            }
            Kind::ErrorBefore => Some(Refusal::new(500, "provider_error", "the provider failed to answer properly")),
            Kind::ProxyBefore => Some(Refusal::new(502, "proxy_error", "the proxy failed")),
            Kind::NoSession => Some(Refusal::new(503, "no_client_session", "no running session for this account")),
            Kind::GatewayBefore => Some(Refusal::new(504, "request_timeout", "no answer in time")),
            Kind::Refuse => Some(Refusal::new(
                self.status.unwrap_or(422),
                self.slug.as_deref().unwrap_or("unprocessable_entity"),
                "refused by a fault",
            )),
            Kind::ErrorAfter
            | Kind::ProxyAfter
            | Kind::GatewayAfter
            | Kind::SilenceBefore
            | Kind::SilenceAfter
            | Kind::ResetBefore
            | Kind::ResetAfter
            | Kind::Truncated
            | Kind::WithoutId
            | Kind::WrongBody
            | Kind::WebhookTwice
            | Kind::WebhookLate
            | Kind::WebhookLost
            | Kind::ListLag
            | Kind::SmallPages
            | Kind::PagesShift
            | Kind::Disconnect => None,
        }
    }

    fn matches(&self, route: &str) -> bool {
        let Some(wanted) = &self.route else { return true };
        let parts = |text: &str| text.split([' ', '/']).filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        let (wanted, have) = (parts(wanted), parts(route));
        let is_place = |part: &str| part == "*" || part.starts_with('{');
        wanted.len() <= have.len() && wanted.iter().zip(&have).all(|(wanted, have)| is_place(wanted) || wanted == have)
    }

    fn check(&self) -> Result<(), String> {
        if self.share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err("`share` lies between 0 and 1".to_owned());
        }
        self.lasts.as_deref().map_or(Ok(None), length_ms).map(|_| ())
    }
}
