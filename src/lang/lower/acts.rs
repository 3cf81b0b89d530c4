//! Statements that ask something of the world besides plain messages: groups, engagement, tasks, webhooks, late sends.

use crate::lang::check::text::TextKind;
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lower::builder::Builder;
use crate::lang::lower::{expr, small};
use crate::lang::source::{Span, Spanned};
use crate::lang::syntax::{self, Text, TextRef};
use crate::model::account::Channel;
use crate::model::campaign::{Action, Engagement, GroupMember, Late, LateElse};
use crate::model::id::StepId;

/// `start group "subject" with … saying MSG`
pub fn group<'a>(
    builder: &mut Builder<'a, '_>,
    (label, span, next): (&str, Span, StepId),
    subject: &'a Text,
    members: &'a [syntax::GroupMember],
    saying: &'a TextRef,
) -> Action {
    let subject = builder.subject(subject, label, span);
    let message = builder.message(saying, label, TextKind::Message, span);
    let members = members.iter().filter_map(|member| match member {
        syntax::GroupMember::Field(name) => expr::field(builder, name).map(|_| GroupMember::Field(name.value.clone())),
        syntax::GroupMember::Id(id) => Some(GroupMember::Id(id.value.trim().to_owned())),
    });
    Action::Group { subject, members: members.collect(), message, next }
}

/// Engagement is LinkedIn's.
pub fn engage(builder: &mut Builder, engagement: Engagement, span: Span, next: StepId) -> Action {
    small::need_channel(builder, Channel::Linkedin, span, engagement.word());
    Action::Engage { engagement, next }
}

/// An address on the web; its host is checked when it is called.
pub fn webhook(builder: &mut Builder, address: &Spanned<String>, next: StepId) -> Action {
    let url = address.value.trim();
    let is_address = url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    if !is_address {
        let message = format!("`{url}` is no web address");
        let help = "write it whole: `call webhook \"https://hooks.acme.example/engine\"`";
        builder.tell(Diagnostic::new(Code::Unexpected, address.span, message, help));
    }
    Action::Webhook { url: url.to_owned(), next }
}

/// `late: within D else …`
pub fn late(late: &syntax::Late) -> Late {
    let otherwise = match late.otherwise.value {
        syntax::LateElse::Skip => LateElse::Skip,
        syntax::LateElse::Stop => LateElse::Stop,
        syntax::LateElse::Send => LateElse::Send,
    };
    Late { within: late.within.value, otherwise }
}
