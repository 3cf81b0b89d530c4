//! Who lives in a town: the accounts a workspace declares, and people who do nothing unless somebody says so.

use crate::model::account::{AccountSpec, Channel};
use crate::model::value::Fields;
use crate::sim::people::directory::Directory;
use crate::sim::people::identity;
use crate::sim::people::person::{Person, Script, Ties};
use crate::sim::postpress::account::AccountSeed;

/// An account of the workspace as the world has it, its owner called by the account's name.
pub fn account_seed(spec: &AccountSpec) -> AccountSeed {
    let mut letters = spec.name.chars();
    let name: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    AccountSeed::new(spec.provider_account.as_str(), spec.channel, spec.tier, &name)
}

/// Names a contact in the directory, on every channel the row has an id for: a closed profile that never does anything of
/// its own accord. `is_relation`: of every account, from the start.
pub fn silent(directory: &mut Directory, fields: &Fields, is_relation: bool) {
    for channel in Channel::ALL {
        let Some(key) = fields.get(channel.word()).and_then(|id| identity::key(channel, id)) else { continue };
        let known = directory.person(&key);
        let said = |name: &str, known: String| fields.get(name).cloned().unwrap_or(known);
        directory.name(Person {
            first_name: said("first_name", known.first_name),
            last_name: said("last_name", known.last_name),
            company: said("company", known.company),
            is_open: false,
            relation: if is_relation { Ties::Everybody } else { Ties::Nobody },
            script: Some(Script { is_silent: true, ..Script::default() }),
            key,
            headline: known.headline,
            location: known.location,
            is_premium: known.is_premium,
            has_posts: known.has_posts,
        });
    }
}
