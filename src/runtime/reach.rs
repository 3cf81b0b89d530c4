//! By which name a contact is reached on a channel.

use crate::connector::identity;
use crate::model::account::Channel;
use crate::model::value::Fields;

/// What the channel's column holds, in the form the provider uses; none: the list does not say, or not readably.
pub fn address(fields: &Fields, channel: Channel) -> Option<String> {
    named(fields.get(channel.word())?, channel)
}

/// What somebody wrote of a person, in the form the channel's provider uses; none: not readably.
pub fn named(written: &str, channel: Channel) -> Option<String> {
    match channel {
        Channel::Linkedin => identity::linkedin(written),
        Channel::Whatsapp => identity::whatsapp(written),
        Channel::Instagram | Channel::Messenger | Channel::Telegram => identity::username(written),
    }
}
