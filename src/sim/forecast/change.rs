//! What if: more accounts, other limits. Changes of a program before it is played; the files stay as they are.

use crate::model::account::{AccountSpec, Budget, Channel};
use crate::model::campaign::{Caps, Limits};
use crate::model::id::ProviderAccount;
use crate::model::program::Program;
use std::str::FromStr;

/// `--accounts +2`, or `+1:whatsapp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoreAccounts {
    pub count: u32,
    /// None: the channel of most campaigns.
    pub channel: Option<Channel>,
}

/// `--limit invites=30`, `invites=150/week`, `pending=400`, `start=60`, `start=none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherLimit {
    pub what: Limited,
    /// None: no such limit.
    pub most: Option<u32>,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// `window`: 0 a day, 1 a week, 2 a month.
    Budget {
        budget: Budget,
        window: u8,
    },
    Pending,
    Start,
}

/// The most accounts that can be imagined at once.
const ACCOUNTS_MAX: u32 = 10_000;

impl FromStr for MoreAccounts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as `+2`, or `+1:whatsapp`".to_owned();
        let (count, channel) = text.split_once(':').map_or((text, None), |(count, channel)| (count, Some(channel)));
        let count: u32 = count.trim_start_matches('+').parse().map_err(|_| wrong())?;
        if count > ACCOUNTS_MAX {
            return Err(format!("{ACCOUNTS_MAX} more accounts are the most"));
        }
        let channel =
            channel.map(|word| Channel::from_word(word).ok_or_else(|| format!("`{word}` is no channel"))).transpose()?;
        Ok(Self { count, channel })
    }
}

impl FromStr for OtherLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write it as `invites=30`, `invites=150/week`, `pending=400`, `start=60` or `start=none`".to_owned();
        let (name, value) = text.split_once('=').ok_or_else(wrong)?;
        let (most, window) = value.split_once('/').map_or((value, None), |(most, window)| (most, Some(window)));
        let window = match window {
            None | Some("day") => 0,
            Some("week") => 1,
            Some("month") => 2,
            Some(_) => return Err(wrong()),
        };
        let most = match most {
            "none" => None,
            number => Some(number.parse().map_err(|_| wrong())?),
        };
        let what = match name {
            "pending" => Limited::Pending,
            "start" => Limited::Start,
            name => {
                let budget = Budget::ALL.into_iter().find(|budget| budget.word() == name);
                Limited::Budget { budget: budget.ok_or_else(wrong)?, window }
            }
        };
        Ok(Self { what, most })
    }
}

impl MoreAccounts {
    /// Adds them, like the first account of their channel, to every campaign that speaks on it. Says their names.
    ///
    /// # Errors
    /// When the workspace has no account to take after, in one sentence.
    pub fn apply(&self, program: &mut Program) -> Result<Vec<String>, String> {
        let of = |channel: Channel| program.campaigns.iter().filter(|campaign| campaign.channel == channel).count();
        let most = Channel::ALL.into_iter().max_by_key(|channel| (of(*channel), std::cmp::Reverse(*channel)));
        let channel = self.channel.or(most).unwrap_or(Channel::Linkedin);
        let like = program.workspace.accounts.iter().find(|account| account.channel == channel).cloned();
        let like = like.ok_or_else(|| format!("the workspace has no {channel} account that another one could be like"))?;
        let names: Vec<String> = (1..=self.count).map(|nth| format!("{}_{}", like.name, nth + 1)).collect();
        let specs = &mut program.workspace.accounts;
        for name in &names {
            let provider_account = ProviderAccount(format!("{}_more_{name}", like.provider_account));
            specs.push(AccountSpec { name: name.clone(), provider_account, ..like.clone() });
        }
        for campaign in &mut program.campaigns {
            let speaks = specs.iter().any(|spec| spec.channel == channel && campaign.accounts.contains(&spec.name));
            if speaks {
                campaign.accounts.extend(names.iter().cloned());
            }
        }
        Ok(names)
    }
}

impl OtherLimit {
    /// Puts the limit in place of the workspace's, and of what campaigns say of the same window themselves.
    pub fn apply(&self, program: &mut Program) {
        match self.what {
            Limited::Budget { budget, window } => {
                self.put(program.workspace.limits.caps.entry(budget).or_default(), window);
                for caps in program.campaigns.iter_mut().filter_map(|campaign| campaign.limits.caps.get_mut(&budget)) {
                    if of_window(caps, window).is_some() {
                        self.put(caps, window);
                    }
                }
            }
            Limited::Pending => {
                program.workspace.limits.invites_pending_max = self.most;
                let stricter = |limits: &&mut Limits| limits.invites_pending_max.is_some();
                for limits in program.campaigns.iter_mut().map(|campaign| &mut campaign.limits).filter(stricter) {
                    limits.invites_pending_max = self.most;
                }
            }
            Limited::Start => {
                program.campaigns.iter_mut().for_each(|campaign| campaign.contacts.start_per_day = self.most);
            }
        }
    }

    fn put(&self, caps: &mut Caps, window: u8) {
        match window {
            0 => caps.day = self.most,
            1 => caps.week = self.most,
            _ => caps.month = self.most,
        }
    }
}

impl std::fmt::Display for OtherLimit {
    /// As it is typed behind `--limit`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = self.most.map_or_else(|| "none".to_owned(), |most| most.to_string());
        match self.what {
            Limited::Budget { budget, window: 0 } => write!(f, "{}={most}", budget.word()),
            Limited::Budget { budget, window: 1 } => write!(f, "{}={most}/week", budget.word()),
            Limited::Budget { budget, .. } => write!(f, "{}={most}/month", budget.word()),
            Limited::Pending => write!(f, "pending={most}"),
            Limited::Start => write!(f, "start={most}"),
        }
    }
}

/// The cap of a window: 0 a day, 1 a week, 2 a month.
pub fn of_window(caps: &Caps, window: u8) -> Option<u32> {
    match window {
        0 => caps.day,
        1 => caps.week,
        _ => caps.month,
    }
}
