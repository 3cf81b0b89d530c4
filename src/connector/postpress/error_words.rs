//! What codes of refusals mean to whoever runs campaigns, and the way out, in sentences. Data only; `error_table` says what
//! the engine does about them.

/// A code in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The error type without `errors/`, or a word of ours where no answer named one.
    pub code: &'static str,
    /// What it means.
    pub means: &'static str,
    /// What a person can do about it.
    pub way_out: &'static str,
}

const fn words(code: &'static str, means: &'static str, way_out: &'static str) -> Words {
    Words { code, means, way_out }
}

const REPORT: &str = "this is a fault of the engine's: `engine timeline CONTACT --full` has what was asked; please report it";
const SIGN_IN: &str = "sign the account in again at postpress; the engine notices by itself";
const LIST: &str = "correct the identifying column of the list and import it again";
const TEXT: &str = "change the text in the campaign; `engine check` knows the limits";
const NOBODY: &str = "nothing: this person cannot be reached there; an `on send failed` handler can try another way";
const KEY: &str = "put a good `POSTPRESS_API_KEY` into the environment or `.env` and start again";
const BY_ITSELF: &str = "nothing: the engine tries again by itself";
const FEATURE: &str = "the account's subscription does not include it: use an account that has it, or leave the step out";
const PROXY: &str = "set the account's proxy right at postpress";
const SLOWER: &str = "nothing: the budget rests by itself; lower `limits per account` if it happens often";
const MAIL: &str = "nothing: it is an answer about mail, which the engine never sends";

/// The code in words, if it is one of these.
pub fn told(code: &str) -> Option<&'static Words> {
    WORDS.iter().find(|words| words.code == code)
}

/// Every code, as `error_table` orders them; the engine's own words last.
pub const WORDS: &[Words] = &[
    words("invalid_parameters", "postpress did not accept what was asked", REPORT),
    words("missing_parameters", "postpress missed something in what was asked", REPORT),
    words("malformed_request", "postpress could not read what was asked", REPORT),
    words("invalid_url", "postpress does not know the address that was asked", REPORT),
    words("unescaped_characters", "the address that was asked holds characters it may not", LIST),
    words("limit_too_high", "more rows of a list were asked for than postpress gives", REPORT),
    words("invalid_request", "postpress refused what was asked", REPORT),
    words("too_many_characters", "the text is longer than the channel takes", TEXT),
    words("content_too_large", "text and attachments together are larger than the channel takes", "send a smaller file"),
    words("missing_credentials", "no key came with the request", KEY),
    words("insufficient_privileges", "the key may not do this", KEY),
    words("invalid_credentials", "the account's sign-in is not valid any more", SIGN_IN),
    words("expired_credentials", "the account's sign-in has expired", SIGN_IN),
    words("disconnected_account", "the account is signed out", SIGN_IN),
    words("disconnected_feature", "Recruiter or Sales Navigator of the account is signed out", SIGN_IN),
    words("multiple_sessions", "the account is signed in somewhere else at the same time", "sign the account out elsewhere"),
    words("checkpoint_error", "the provider wants to know that a person is behind the account", SIGN_IN),
    words("invalid_checkpoint_solution", "the code that was entered for the account was wrong", SIGN_IN),
    words("captcha_not_supported", "the provider shows a captcha that nobody can solve for the account", SIGN_IN),
    words("wrong_account", "somebody signed another account in under this id", SIGN_IN),
    words("expired_link", "the link by which the account was to be signed in has expired", SIGN_IN),
    words("invalid_proxy_credentials", "the account's proxy does not let it through", PROXY),
    words("invalid_credentials_but_valid_account_imap", "the account's sign-in is not valid any more", SIGN_IN),
    words("account_restricted", "the provider has restricted the account", "sign in by hand and do what the provider asks"),
    words("feature_not_subscribed", "the account has no subscription for this", FEATURE),
    words("subscription_required", "the account has no subscription for this", FEATURE),
    words("insufficient_permissions", "the account was not allowed this when it was signed in", SIGN_IN),
    words("session_mismatch", "the account's session belongs to somebody else", SIGN_IN),
    words("unknown_authentication_context", "the provider does not know the account's session", SIGN_IN),
    words("account_mismatch", "somebody signed another account in under this id", SIGN_IN),
    words("action_required", "the provider wants the account's owner to do something", "sign in by hand and do what it asks"),
    words("resource_access_restricted", "the account may not see this person or post", NOBODY),
    words("resource_not_found", "the person, chat or post is not there any more", NOBODY),
    words("invalid_resource_identifier", "the identifier names nobody", LIST),
    words("proxy_auth_error", "the account's proxy does not let it through", PROXY),
    words("proxy_error", "the account's proxy does not answer", PROXY),
    words("request_timeout", "postpress waited too long for the provider", BY_ITSELF),
    words("already_exists", "what was to be made is there already", "nothing: it is there"),
    words("operation_canceled", "postpress broke the call off before it was made", BY_ITSELF),
    words("unsupported_media_type", "the channel does not take files of that type", "attach a file of another type"),
    words("no_connection_with_recipient", "LinkedIn takes messages to relations only, and this person is none", NOBODY),
    words("already_connected", "the two are connected already", "nothing: that was what was wanted"),
    words("action_already_performed", "it was done already", "nothing: that was what was wanted"),
    words("already_invited_recently", "an invitation is pending already", "nothing: it waits for an answer"),
    words("cannot_resend_yet", "LinkedIn takes no further invitation from the account, or to this person, for now", SLOWER),
    words("cannot_resend_within_24hrs", "LinkedIn takes no second invitation within a day", SLOWER),
    words("limit_exceeded", "the provider says that the account has done enough for now", SLOWER),
    words("connection_limit_reached", "the account has as many connections as LinkedIn allows", "use another account"),
    words("cannot_invite_attendee", "this person cannot be invited", NOBODY),
    words("invalid_recipient", "the identifier is nobody who can be written to there", LIST),
    words("user_unreachable", "this person cannot be written to there", NOBODY),
    words("blocked_recipient", "one of the two has blocked the other", NOBODY),
    words("insufficient_credits", "the account has no InMail credits left", "wait for the next credits, or use another account"),
    words("not_allowed_inmail", "this person takes no InMails from the account", NOBODY),
    words("invalid_account", "the account cannot do this", FEATURE),
    words("invalid_message", "the provider does not take this text", TEXT),
    words("cant_send_message", "the provider does not let the account write to this person", NOBODY),
    words("unprocessable_entity", "the provider does not accept what was asked", REPORT),
    words("invalid_post", "the post is not there any more", "nothing: the path goes on without it"),
    words("comments_disabled", "nobody may comment on this post", "nothing: the path goes on without it"),
    words("unauthorized", "the account may not do this to this person", NOBODY),
    words("provider_unreachable", "the provider did not answer postpress", BY_ITSELF),
    words("realtime_client_not_initialized", "the account's connection is just starting at postpress", BY_ITSELF),
    words("account_configuration_error", "the account is not set up whole at postpress", "connect the account anew at postpress"),
    words("parent_mail_not_found", "the mail that was answered is not there", MAIL),
    words("invalid_reply_subject", "the subject does not fit the mail that was answered", MAIL),
    words("invalid_headers", "the mail's headers are wrong", MAIL),
    words("send_as_denied", "the account may not send mail under that name", MAIL),
    words("invalid_folder", "the mail folder is not there", MAIL),
    words("invalid_thread", "the mail thread is not there", MAIL),
    words("sender_rejected", "the mail server does not take mail of the sender", MAIL),
    words("recipient_rejected", "the mail server does not take mail for the recipient", MAIL),
    words("ip_rejected_by_server", "the mail server does not take mail from postpress", MAIL),
    words("auth_in_progress", "the account is just being signed in", BY_ITSELF),
    words("too_many_requests", "postpress or the provider asks for a rest", SLOWER),
    words("unexpected_error", "postpress failed", BY_ITSELF),
    words("provider_error", "the provider failed, or asks for a rest in this way", BY_ITSELF),
    words("feature_not_implemented", "postpress cannot do this on that channel", "leave the step out, or use another channel"),
    words("no_client_session", "the account's worker at postpress is not up", BY_ITSELF),
    words("no_channel", "the account's worker at postpress is not up", BY_ITSELF),
    words("no_handler", "the account's worker at postpress is not up", BY_ITSELF),
    words("network_down", "postpress has no network", BY_ITSELF),
    words("service_unavailable", "postpress is not available", BY_ITSELF),
    words("timeout", "no answer came in time", BY_ITSELF),
    words("connection_reset", "the connection broke off", BY_ITSELF),
    words("unreachable", "postpress cannot be reached from here", "look at the network; `engine doctor` tries it"),
    words("answer_too_large", "the answer was larger than any should be", BY_ITSELF),
    words("errand_lost", "the engine lost the call on its way", BY_ITSELF),
    words("not_connected", "no engine runs that could ask", "start the engine with `engine run`"),
    words("not_listed", "the list that would show it does not hold it", "look at the chat"),
    words("list_without_end", "a list of postpress did not come to an end", BY_ITSELF),
    words("no_id", "the answer did not name what was made", BY_ITSELF),
    words("unreadable_answer", "the answer was not understood", BY_ITSELF),
    words("not_done", "postpress says that it was not done, and not why", NOBODY),
    words("not_endorsed", "LinkedIn did not take the endorsement", "nothing: the path goes on without it"),
    words("refused_by_linkedin", "LinkedIn did not take it, and does not say why", NOBODY),
    words("no_group_members", "nobody else is left for the group", "fill the columns that name the members of the group"),
    words("attachment_unreadable", "an attachment cannot be read", "put the file where the campaign names it, below 15 MB"),
    words("invalid_identifier", "the identifier is empty or no identifier at all", LIST),
    words("unbuildable_request", "what is to be sent makes no request", LIST),
    words("text", "the text cannot be written for this person", "fill the fields that the text needs, or give them a default"),
    words("overdue", "it came too late to be worth it", "`late: within 2 days else send` at the step lets it go all the same"),
];

#[cfg(test)]
mod tests {
    use super::{WORDS, told};
    use crate::connector::postpress::error_table::TABLE;

    #[test]
    fn every_code_of_the_table_is_told_once() {
        for row in TABLE {
            assert!(told(row.slug).is_some(), "`{}` has no words", row.slug);
        }
        for (at, words) in WORDS.iter().enumerate() {
            assert!(WORDS.iter().skip(at + 1).all(|other| other.code != words.code), "`{}` is told twice", words.code);
            assert!(!words.means.ends_with('.') && !words.way_out.ends_with('.') && !words.way_out.is_empty(), "{words:?}");
        }
    }
}
