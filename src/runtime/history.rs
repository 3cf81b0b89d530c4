//! What went out through an account, read from its lists: own messages in every chat that moved, pending invitations.

use crate::connector::contract::{Connector, Refusal, Verdict as Answered};
use crate::model::id::{Fingerprint, ProviderAccount, ProviderId, RemoteId, fingerprint};
use crate::model::past::PastKind;
use crate::model::time::Timestamp;
use crate::runtime::pages::{Walk, normalised};

/// Something that went out through an account, as its lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgone {
    pub remote: RemoteId,
    pub at: Option<Timestamp>,
    pub kind: PastKind,
    pub person: Option<ProviderId>,
    pub public_identifier: Option<String>,
}

/// Everything that went out through an account after that moment, as far as its lists show it.
pub(super) async fn history(
    connector: &dyn Connector,
    account: ProviderAccount,
    has_invitations: bool,
    after: Timestamp,
) -> Result<Vec<Outgone>, Refusal> {
    let (mut found, mut chats, mut walk) = (Vec::new(), Vec::new(), Walk::default());
    if has_invitations {
        loop {
            let page = connector.invitations(account.clone(), walk.cursor.clone()).await?;
            let recent = page.items.into_iter().filter(|row| row.at.is_none_or(|at| at >= after));
            found.extend(recent.map(|row| Outgone {
                remote: row.id,
                at: row.at,
                kind: PastKind::Invite,
                person: row.person,
                public_identifier: row.public_identifier,
            }));
            if !walk.goes_on(page.cursor)? {
                break;
            }
        }
    }
    walk = Walk::default();
    loop {
        let page = connector.chats_since(account.clone(), after, walk.cursor.clone()).await?;
        chats.extend(page.items);
        if !walk.goes_on(page.cursor)? {
            break;
        }
    }
    for chat in chats {
        walk = Walk::default();
        loop {
            let page = match connector.messages(account.clone(), chat.id.clone(), walk.cursor.clone()).await {
                Ok(page) => page,
                // A chat that is gone has nothing to read.
                Err(refusal) if refusal.verdict == Answered::Never && refusal.status == Some(404) => break,
                Err(refusal) => return Err(refusal),
            };
            let is_past = page.items.last().is_some_and(|row| row.at < after);
            let own = page.items.into_iter().filter(|row| row.is_own && !row.is_event && row.at >= after);
            found.extend(own.map(|row| {
                let text = text_print(row.text.as_deref().unwrap_or_default());
                let kind = PastKind::Message { chat: chat.id.clone(), is_single: chat.is_single, text };
                Outgone { remote: row.id, at: Some(row.at), kind, person: chat.person.clone(), public_identifier: None }
            }));
            if is_past || !walk.goes_on(page.cursor)? {
                break;
            }
        }
    }
    Ok(found)
}

/// A person's id as it is compared.
pub(super) fn person_print(person: &ProviderId) -> Fingerprint {
    // WhatsApp names people by number, with and without its own domain.
    let bare = person.0.split('@').next().unwrap_or_default();
    fingerprint(&[b"person", bare.trim_start_matches('+').as_bytes()])
}

/// A public identifier as it is compared.
pub(super) fn public_print(public: &str) -> Fingerprint {
    fingerprint(&[b"public", public.to_lowercase().as_bytes()])
}

/// A text as it is compared.
pub(super) fn text_print(text: &str) -> Fingerprint {
    fingerprint(&[b"text", normalised(text).as_bytes()])
}
