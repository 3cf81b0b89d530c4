//! A call as it is sent: texts rendered, people named, files found; and as the connector takes it.

use crate::connector::contract::{Act, Attachment, Order};
use crate::lang::text::{Scope, fields_with_defaults, render};
use crate::model::account::{Account, Channel, SenderProfile};
use crate::model::campaign::{Campaign, Engagement, GroupMember, Message};
use crate::model::contact::Contact;
use crate::model::effect::Call;
use crate::model::enrollment::Enrollment;
use crate::model::event::{Settlement, Unneeded};
use crate::model::id::ProviderId;
use crate::model::intent::{Intent, Request};
use crate::model::planted::{Bug, is_planted};
use crate::runtime::reach;
use crate::runtime::target::{Target, Want};
use std::path::Path;

/// Whose call it is.
#[derive(Clone, Copy)]
pub(super) struct Sheet<'a> {
    pub campaign: &'a Campaign,
    pub account: &'a Account,
    pub enrollment: &'a Enrollment,
    pub contact: &'a Contact,
}

/// What must be read before the call can be made.
pub(super) fn want_of(call: &Call, contact: &Contact) -> Option<Want> {
    match call {
        Call::Engage(Engagement::LikePost) => Some(Want::Post { to_comment: false }),
        Call::Engage(Engagement::CommentPost(_)) => Some(Want::Post { to_comment: true }),
        Call::Engage(Engagement::Endorse(name)) => Some(Want::Skill { name: name.clone() }),
        Call::Group { channel, members, .. } if *channel != Channel::Whatsapp => {
            let identifiers =
                members.iter().filter_map(|member| written(member, contact)).filter_map(|member| reach::named(member, *channel));
            Some(Want::Members { identifiers: identifiers.collect() })
        }
        Call::Engage(Engagement::VisitProfile | Engagement::Follow | Engagement::React(_))
        | Call::Group { .. }
        | Call::Invite { .. }
        | Call::Withdraw
        | Call::Message { .. }
        | Call::Inmail { .. }
        | Call::ByHand { .. } => None,
    }
}

/// Who a member is, as the campaign or the list writes it; an empty field is nobody.
fn written<'a>(member: &'a GroupMember, contact: &'a Contact) -> Option<&'a str> {
    match member {
        GroupMember::Field(field) => contact.fields.get(field).map(String::as_str).filter(|value| !value.trim().is_empty()),
        GroupMember::Id(id) => Some(id),
    }
}

/// What is sent, rendered; or how the call ends without being made.
pub(super) fn request(sheet: Sheet<'_>, call: &Call, target: Option<&Target>) -> Result<Request, Settlement> {
    let Sheet { campaign, account, enrollment, .. } = sheet;
    let skipped = |why: &str| Settlement::Skipped { why: why.to_owned() };
    if let Some(Target::Nothing { why }) = target {
        return Err(skipped(why));
    }
    let message = call.message().map(|id| campaign.message(id));
    let (subject, text) = message.map(|message| words(sheet, message)).transpose()?.unwrap_or_default();
    let attachments = message.map(|message| message.attachments.clone()).unwrap_or_default();
    let voice = message.and_then(|message| message.voice.clone());
    Ok(match (call, target) {
        (Call::Invite { note }, _) => Request::Invite { note: note.map(|_| text) },
        (Call::Withdraw, _) => match &enrollment.facts.invitation {
            Some(invitation) => Request::Withdraw { invitation: invitation.clone() },
            None => return Err(Settlement::Unneeded { why: Unneeded::NothingPending }),
        },
        (Call::Message { .. }, _) => Request::Message { text, attachments, voice },
        (Call::ByHand { text, .. }, _) => Request::Message { text: text.clone(), attachments, voice },
        (Call::Inmail { api, .. }, _) => {
            Request::Inmail { subject, text, api: api.unwrap_or(account.spec.tier.inmail_api()), attachments }
        }
        (Call::Group { subject, .. }, target) => {
            let (_, subject) = words(sheet, campaign.message(*subject))?;
            let people = group_people(sheet, call, target).ok_or_else(|| failed("no_group_members"))?;
            Request::Group { people, subject, text, attachments, voice }
        }
        (Call::Engage(Engagement::VisitProfile), _) => Request::Visit,
        (Call::Engage(Engagement::Follow), _) => Request::Follow,
        (Call::Engage(Engagement::LikePost), Some(Target::Post(post))) => Request::LikePost { post: post.clone() },
        (Call::Engage(Engagement::CommentPost(_)), Some(Target::Post(post))) => Request::CommentPost { post: post.clone(), text },
        (Call::Engage(Engagement::Endorse(name)), Some(Target::Skill(skill))) => {
            Request::Endorse { skill: *skill, name: name.clone() }
        }
        (Call::Engage(Engagement::React(emoji)), _) => match (&enrollment.facts.reply_message, &enrollment.facts.reply_chat) {
            (Some(message), Some(_)) => Request::React { message: message.clone(), emoji: emoji.clone() },
            (Some(_), None) => return Err(skipped("they wrote to another account, through which this campaign does not speak")),
            (None, _) => return Err(skipped("they have written nothing that could be reacted to")),
        },
        (Call::Engage(Engagement::LikePost | Engagement::CommentPost(_) | Engagement::Endorse(_)), _) => {
            return Err(skipped("what it is about could not be read"));
        }
    })
}

fn failed(code: &str) -> Settlement {
    Settlement::Failed { code: code.to_owned() }
}

/// Subject and text of a message, for that person.
fn words(sheet: Sheet<'_>, message: &Message) -> Result<(Option<String>, String), Settlement> {
    let fields = fields_with_defaults(sheet.campaign, &sheet.contact.fields);
    let scope = Scope {
        campaign: &sheet.campaign.name,
        contact_key: &sheet.contact.key,
        fields: &fields,
        sender: &sheet.account.sender,
        reply_text: sheet.enrollment.reply().map(|reply| reply.text.as_str()),
    };
    let mut rendered = render(message, &scope).map_err(|fault| failed(&format!("text: {fault}")))?;
    if is_planted(Bug::RenderedTwice) {
        let again = crate::model::campaign::Variant { language: None, subject: None, text: rendered.text };
        let again = Message { variants: vec![again], ..message.clone() };
        rendered = render(&again, &scope).map_err(|fault| failed(&format!("text: {fault}")))?;
    }
    Ok((rendered.subject, rendered.text))
}

/// Every text a campaign may send that person, as it would come out now; those that cannot be rendered are left out.
pub(super) fn texts_for(campaign: &Campaign, contact: &Contact, sender: &SenderProfile, enrollment: &Enrollment) -> Vec<String> {
    let fields = fields_with_defaults(campaign, &contact.fields);
    let reply_text = enrollment.reply().map(|reply| reply.text.as_str());
    let scope = Scope { campaign: &campaign.name, contact_key: &contact.key, fields: &fields, sender, reply_text };
    campaign.messages.iter().filter_map(|message| render(message, &scope).ok()).map(|rendered| rendered.text).collect()
}

/// The contact and the others, each once; none when nobody else is left.
fn group_people(sheet: Sheet<'_>, call: &Call, target: Option<&Target>) -> Option<Vec<ProviderId>> {
    let Call::Group { channel, members, .. } = call else { return None };
    let named = members.iter().filter_map(|member| written(member, sheet.contact));
    let others: Vec<ProviderId> = match target {
        Some(Target::Members(people)) => people.clone(),
        Some(Target::Post(_) | Target::Skill(_) | Target::Nothing { .. }) | None => {
            named.filter_map(|member| reach::named(member, *channel)).map(ProviderId).collect()
        }
    };
    let mut people = vec![person_of(sheet.enrollment, sheet.contact, *channel)?];
    for other in others {
        if !people.contains(&other) {
            people.push(other);
        }
    }
    (people.len() > 1).then_some(people)
}

/// Whom the call reaches, as this account's calls name them.
pub(super) fn person_of(enrollment: &Enrollment, contact: &Contact, channel: Channel) -> Option<ProviderId> {
    let known = enrollment.lines.get(&channel).and_then(|line| line.person.clone());
    known.or_else(|| reach::address(&contact.fields, channel).map(ProviderId))
}

/// What the timeline tells of an intent.
pub(super) fn told(intent: &Intent, account: &Account) -> Vec<(String, String)> {
    let mut detail = vec![("account".to_owned(), account.spec.name.clone()), ("attempt".to_owned(), intent.attempt.to_string())];
    let mut tell = |name: &str, value: Option<&str>| detail.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    match &intent.request {
        Request::Inmail { subject, .. } => tell("subject", subject.as_deref()),
        Request::Group { subject, people, .. } => {
            tell("subject", Some(subject));
            tell("people", Some(&people.len().to_string()));
        }
        Request::LikePost { post } | Request::CommentPost { post, .. } => tell("post", Some(post.as_str())),
        Request::Endorse { name, .. } => tell("skill", Some(name)),
        Request::React { message, emoji } => {
            tell("message", Some(message.as_str()));
            tell("emoji", Some(emoji));
        }
        Request::Invite { .. } | Request::Withdraw { .. } | Request::Message { .. } | Request::Visit | Request::Follow => {}
    }
    tell("text", intent.request.text());
    detail
}

/// The intent as the connector takes it.
pub(super) fn order_of(intent: &Intent, account: &Account, root: &Path) -> Order {
    let file = |path: &String, is_voice: bool| {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        Attachment { path: root.join(path), root: root.to_path_buf(), name, is_voice }
    };
    let knows_voice = matches!(account.spec.channel, Channel::Linkedin | Channel::Whatsapp);
    let files = |paths: &[String], voice: Option<&String>| {
        let voice = voice.map(|path| file(path, knows_voice));
        paths.iter().map(|path| file(path, false)).chain(voice).collect::<Vec<_>>()
    };
    let person = intent.person.clone();
    let act = match &intent.request {
        Request::Invite { note } => Act::Invite { person, note: note.clone() },
        Request::Withdraw { invitation } => Act::Withdraw { invitation: invitation.clone() },
        Request::Message { text, attachments, voice } => match &intent.chat {
            Some(chat) => {
                Act::Message { chat: chat.clone(), text: text.clone(), attachments: files(attachments, voice.as_ref()) }
            }
            None => Act::StartChat { person, text: text.clone(), attachments: files(attachments, voice.as_ref()) },
        },
        Request::Inmail { subject, text, api, attachments } => {
            Act::Inmail { person, subject: subject.clone(), text: text.clone(), api: *api, attachments: files(attachments, None) }
        }
        Request::Group { people, subject, text, attachments, voice } => Act::Group {
            people: people.clone(),
            subject: subject.clone(),
            text: text.clone(),
            attachments: files(attachments, voice.as_ref()),
        },
        Request::Visit => Act::Visit { person },
        Request::Follow => Act::Follow { person },
        Request::LikePost { post } => Act::LikePost { post: post.clone() },
        Request::CommentPost { post, text } => Act::CommentPost { post: post.clone(), text: text.clone() },
        Request::Endorse { skill, .. } => Act::Endorse { person, skill: *skill },
        Request::React { message, emoji } => Act::React { message: message.clone(), emoji: emoji.clone() },
    };
    // Another attempt is another request to the far side: it follows a definite no or a proven absence.
    let idempotency_key = format!("{}.{}", intent.key, intent.attempt);
    Order { account: account.spec.provider_account.clone(), act, idempotency_key }
}
