//! The way out to people and systems of the user's own, put together from settings and environment.

use crate::cli::arguments::Run;
use crate::cli::context::Context;
use crate::cli::ending::{Ending, FAILED, UNSAFE, WRONG};
use crate::cli::program::{compile_paths, is_refused, tally};
use crate::connector::outlet::guard::{self, Allowed};
use crate::connector::outlet::http::{Post, Settings};
use crate::connector::outlet::sign::SigningKey;
use crate::model::campaign::Action;
use crate::model::program::Program;
use crate::runtime::clock::wall_now;
use crate::runtime::outside::{Lists, Outside};
use secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;

/// What webhooks of a sandbox are signed with when no key is set: everybody may know it.
const SANDBOX_KEY: &str = "sandbox signing key, known to everybody";

/// Puts it together. `call webhook` without a key to sign with is refused: nobody could tell its calls from forged ones.
pub fn outside(arguments: &Run, context: &Context, program: &Program) -> Result<Outside, Ending> {
    let is_sandbox = arguments.sandbox;
    let set = context.variable("ENGINE_WEBHOOK_SIGNING_KEY").map(SecretString::from);
    let written = set.or_else(|| is_sandbox.then(|| SecretString::from(SANDBOX_KEY)));
    let key = written
        .as_ref()
        .map(SigningKey::parse)
        .transpose()
        .map_err(|bad| Ending::new(UNSAFE, bad.to_string()).help("a good one: `echo whsec_$(openssl rand -base64 32)`"))?;
    if key.is_none()
        && let Some(campaign) = program.campaigns.iter().find(|campaign| calls(&campaign.steps))
    {
        return Err(Ending::new(UNSAFE, format!("`{}` calls a webhook, and there is no key to sign with", campaign.name))
            .help("set ENGINE_WEBHOOK_SIGNING_KEY: `echo whsec_$(openssl rand -base64 32)` makes one"));
    }
    let (notify_url, news_url, classifier_url) = (context.notify_url(), context.news_url(), context.classifier_url());
    if key.is_none() && news_url.is_some() {
        return Err(Ending::new(UNSAFE, "`news_url` is set, and there is no key to sign what is posted to it with")
            .help("set ENGINE_WEBHOOK_SIGNING_KEY: `echo whsec_$(openssl rand -base64 32)` makes one"));
    }
    let settings = context.outgoing();
    let allowed = Allowed { hosts: settings.hosts.clone(), private_hosts: settings.private_hosts.clone(), loopback: is_sandbox };
    for (name, url) in [("notify_url", &notify_url), ("news_url", &news_url), ("classifier_url", &classifier_url)] {
        let Some(url) = url else { continue };
        guard::check(url, &allowed).map_err(|barred| Ending::new(WRONG, format!("`{name}` cannot be used: {barred}")))?;
    }
    let post = Post::new(Settings { allowed, key, wall: Arc::new(wall_now) });
    let post = post.map_err(|fault| Ending::new(FAILED, format!("no secure connections can be made here: {fault}")))?;
    let (paths, strict) = (arguments.paths.clone(), arguments.strict);
    let lists: Lists = Arc::new(move || read_again(&paths, strict));
    Ok(Outside { outlet: Arc::new(post), notify_url, news_url, classifier_url, lists: Some(lists) })
}

/// The folder as it now is, for `refresh`.
fn read_again(paths: &[PathBuf], strict: bool) -> Result<Program, String> {
    let loaded = compile_paths(paths).map_err(|ending| ending.message.unwrap_or_default())?;
    if is_refused(&loaded, strict) { Err(tally(&loaded)) } else { Ok(loaded.compiled.program) }
}

fn calls(steps: &[crate::model::campaign::Step]) -> bool {
    steps.iter().any(|step| matches!(step.action, Action::Webhook { .. }))
}
