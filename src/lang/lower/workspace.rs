//! The workspace's accounts, and which of them a campaign speaks through.

use crate::lang::check::names::{self, Shared};
use crate::lang::code::Code;
use crate::lang::diagnostic::{Diagnostic, Diagnostics};
use crate::lang::lower::builder::Builder;
use crate::lang::lower::{small, times};
use crate::lang::syntax::{AccountBlock, Accounts, Name, Pool};
use crate::model::account::{AccountSpec, Channel};
use crate::model::campaign::{Recipient, Report};
use crate::model::cron::Cron;
use crate::model::id::ProviderAccount;

/// The accounts of the folder, checked: each has an id, each pool names accounts that exist.
pub fn accounts(shared: &Shared, diagnostics: &mut Diagnostics) -> Vec<AccountSpec> {
    for pool in &shared.pools {
        names::once("account in this pool", pool.accounts.iter(), diagnostics);
        for name in pool.accounts.iter().filter(|name| find(shared, name).is_none()) {
            diagnostics.push(names::unknown("account", name, account_names(shared)));
        }
    }
    shared.accounts.iter().filter_map(|account| spec(account, diagnostics)).collect()
}

fn spec(account: &AccountBlock, diagnostics: &mut Diagnostics) -> Option<AccountSpec> {
    let Some(id) = &account.id else {
        let message = format!("the account `{}` has no `id`", account.name.value);
        let help = "add `id \"…\"`: the account_id that `engine accounts` and postpress show";
        diagnostics.push(Diagnostic::new(Code::Unexpected, account.name.span, message, help));
        return None;
    };
    Some(AccountSpec {
        name: account.name.value.clone(),
        provider_account: ProviderAccount(id.value.clone()),
        channel: channel_of(account),
        tier: account.tier.as_ref().map(|tier| tier.value).unwrap_or_default(),
        timezone: account.timezone.as_ref().map(|zone| zone.value.clone()),
        owner: account.owner.as_ref().map(|owner| owner.value.clone()),
    })
}

/// An account without a `channel` is on LinkedIn.
fn channel_of(account: &AccountBlock) -> Channel {
    account.channel.as_ref().map_or(Channel::Linkedin, |channel| channel.value)
}

fn find<'a>(shared: &Shared<'a>, name: &Name) -> Option<&'a AccountBlock> {
    shared.accounts.iter().find(|account| account.name == *name).copied()
}

fn account_names<'a>(shared: &Shared<'a>) -> impl Iterator<Item = &'a str> {
    shared.accounts.iter().map(|account| account.name.value.as_str())
}

/// Finds the accounts of the builder's campaign, and with them its channel.
pub fn choose(builder: &mut Builder) {
    let shared = builder.shared;
    let chosen = match builder.campaign.accounts.as_ref().map(|line| &line.value) {
        Some(Accounts::Pool(name)) => match shared.pools.iter().find(|pool| pool.name == *name) {
            Some(pool) => from_pool(builder, pool),
            None => {
                let fault = names::unknown("pool", name, shared.pools.iter().map(|pool| pool.name.value.as_str()));
                builder.tell_unknown("pool", fault);
                None
            }
        },
        Some(Accounts::Listed(listed)) => {
            names::once("account in this line", listed.iter(), builder.diagnostics);
            for name in listed.iter().filter(|name| find(shared, name).is_none()) {
                builder.tell_unknown("account", names::unknown("account", name, account_names(shared)));
            }
            Some(listed.iter().filter_map(|name| find(shared, name)).collect())
        }
        None => the_only(builder),
    };
    builder.knows_accounts = builder.whole.shared && chosen.is_some() && names_all(builder);
    let chosen: Option<Vec<&AccountBlock>> = chosen.filter(|accounts: &Vec<&AccountBlock>| !accounts.is_empty());
    if let Some(first) = chosen.as_ref().and_then(|accounts| accounts.first()) {
        builder.channel = channel_of(first);
    }
    builder.accounts =
        chosen.map(|accounts| accounts.iter().map(|account| (account.name.value.clone(), channel_of(account))).collect());
}

/// Is there every account that the campaign, or its pool, names?
fn names_all(builder: &Builder) -> bool {
    let shared = builder.shared;
    let named = match builder.campaign.accounts.as_ref().map(|line| &line.value) {
        Some(Accounts::Listed(listed)) => Some(listed),
        Some(Accounts::Pool(name)) => shared.pools.iter().find(|pool| pool.name == *name).map(|pool| &pool.accounts),
        None => shared.pools.first().map(|pool| &pool.accounts),
    };
    named.into_iter().flatten().all(|name| find(shared, name).is_some())
}

fn from_pool<'a>(builder: &mut Builder<'a, '_>, pool: &Pool) -> Option<Vec<&'a AccountBlock>> {
    builder.uses.pools.insert(pool.name.value.clone());
    Some(pool.accounts.iter().filter_map(|name| find(builder.shared, name)).collect())
}

/// What a campaign that says nothing speaks through: the one pool, or without pools all accounts.
fn the_only<'a>(builder: &mut Builder<'a, '_>) -> Option<Vec<&'a AccountBlock>> {
    let shared = builder.shared;
    match shared.pools.as_slice() {
        [pool] => from_pool(builder, pool),
        [] if !shared.accounts.is_empty() => Some(shared.accounts.clone()),
        pools => {
            let name = &builder.campaign.name;
            let message = format!("`{}` does not say through which accounts it speaks", name.value);
            let help = match pools.first() {
                None => "declare accounts in a `workspace` block beside it, then `accounts from …`".to_owned(),
                Some(pool) => {
                    format!("there are {} pools: write `accounts from pool {}`, or another", pools.len(), pool.name.value)
                }
            };
            let span = name.span;
            builder.tell_unknown("pool", Diagnostic::new(Code::UnknownName, span, message, help));
            None
        }
    }
}

/// When the figures of all campaigns are sent, and to whom.
pub fn reports(shared: &Shared, diagnostics: &mut Diagnostics) -> Vec<Report> {
    let written = shared.workspace.map(|workspace| workspace.reports.as_slice()).unwrap_or_default();
    let mut unknown = Vec::new();
    let mut recipient = |who: &Name| {
        small::recipient_of(shared, who).unwrap_or_else(|fault| {
            unknown.push(*fault);
            Recipient::Owner
        })
    };
    let reports = times::reports(written, &mut recipient);
    diagnostics.extend(unknown);
    reports
}

/// When the lists of all campaigns are read again.
pub fn refresh(shared: &Shared) -> Option<Cron> {
    let written = shared.workspace.and_then(|workspace| workspace.refresh.as_ref())?;
    times::cron(&written.value)
}
