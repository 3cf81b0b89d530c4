//! POSTPRESS.md §4, row by row. Data only; `errors` reads it.

/// What a row means; the words of `contract::Verdict`, without times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Already,
    Later,
    CoolDown,
    Never,
    AccountLost,
    KeyWrong,
    Unknown,
}

/// One refusal of the provider's list.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The HTTP status it comes with.
    pub status: u16,
    /// The type without `errors/`.
    pub slug: &'static str,
    /// On requests that reach a person.
    pub on_write: Meaning,
    /// On readings: never `Unknown`.
    pub on_read: Meaning,
}

const fn row(status: u16, slug: &'static str, on_write: Meaning, on_read: Meaning) -> Row {
    Row { status, slug, on_write, on_read }
}

const fn both(status: u16, slug: &'static str, meaning: Meaning) -> Row {
    row(status, slug, meaning, meaning)
}

use Meaning::{AccountLost, Already, CoolDown, KeyWrong, Later, Never, Unknown};

/// All rows, by status. What is not here is judged by its status alone.
pub const TABLE: &[Row] = &[
    both(400, "invalid_parameters", Never),
    both(400, "missing_parameters", Never),
    both(400, "malformed_request", Never),
    both(400, "invalid_url", Never),
    both(400, "unescaped_characters", Never),
    both(400, "limit_too_high", Never),
    both(400, "invalid_request", Never),
    both(400, "too_many_characters", Never),
    both(400, "content_too_large", Never),
    both(401, "missing_credentials", KeyWrong),
    both(401, "insufficient_privileges", KeyWrong),
    // The key's or the account's: `GET /accounts`, which needs no account, tells (`Kind::Key`).
    both(401, "invalid_credentials", AccountLost),
    both(401, "expired_credentials", AccountLost),
    both(401, "disconnected_account", AccountLost),
    // Recruiter or Sales Navigator alone is signed out: what goes over it rests, the account goes on.
    both(401, "disconnected_feature", CoolDown),
    both(401, "multiple_sessions", CoolDown),
    both(401, "checkpoint_error", AccountLost),
    both(401, "invalid_checkpoint_solution", AccountLost),
    both(401, "captcha_not_supported", AccountLost),
    both(401, "wrong_account", AccountLost),
    both(401, "expired_link", AccountLost),
    both(401, "invalid_proxy_credentials", AccountLost),
    both(401, "invalid_credentials_but_valid_account_imap", AccountLost),
    both(403, "account_restricted", AccountLost),
    both(403, "feature_not_subscribed", Never),
    both(403, "subscription_required", Never),
    both(403, "insufficient_permissions", AccountLost),
    both(403, "session_mismatch", AccountLost),
    both(403, "unknown_authentication_context", AccountLost),
    both(403, "account_mismatch", AccountLost),
    both(403, "action_required", AccountLost),
    both(403, "resource_access_restricted", Never),
    both(404, "resource_not_found", Never),
    both(404, "invalid_resource_identifier", Never),
    both(407, "proxy_auth_error", AccountLost),
    both(407, "proxy_error", Later),
    row(408, "request_timeout", Unknown, Later),
    both(409, "already_exists", Never),
    both(409, "operation_canceled", Later),
    both(415, "unsupported_media_type", Never),
    both(422, "no_connection_with_recipient", Never),
    both(422, "already_connected", Already),
    both(422, "action_already_performed", Already),
    both(422, "already_invited_recently", Already),
    // A pending invitation to this person, or the account's cap: the sent list tells, and until then the budget rests.
    both(422, "cannot_resend_yet", CoolDown),
    both(422, "cannot_resend_within_24hrs", CoolDown),
    both(422, "limit_exceeded", CoolDown),
    both(422, "connection_limit_reached", CoolDown),
    both(422, "cannot_invite_attendee", Never),
    both(422, "invalid_recipient", Never),
    both(422, "user_unreachable", Never),
    both(422, "blocked_recipient", Never),
    both(422, "insufficient_credits", CoolDown),
    both(422, "not_allowed_inmail", Never),
    both(422, "invalid_account", Never),
    both(422, "invalid_message", Never),
    both(422, "cant_send_message", Never),
    both(422, "unprocessable_entity", Never),
    both(422, "invalid_post", Never),
    both(422, "comments_disabled", Never),
    both(422, "unauthorized", Never),
    both(422, "provider_unreachable", Later),
    both(422, "realtime_client_not_initialized", Later),
    both(422, "account_configuration_error", AccountLost),
    // Of mail only, never asked for here.
    both(422, "parent_mail_not_found", Never),
    both(422, "invalid_reply_subject", Never),
    both(422, "invalid_headers", Never),
    both(422, "send_as_denied", Never),
    both(422, "invalid_folder", Never),
    both(422, "invalid_thread", Never),
    both(422, "sender_rejected", Never),
    both(422, "recipient_rejected", Never),
    both(422, "ip_rejected_by_server", Never),
    both(425, "auth_in_progress", Later),
    both(429, "too_many_requests", CoolDown),
    row(500, "unexpected_error", Unknown, Later),
    // Often throttling in disguise.
    row(500, "provider_error", Unknown, CoolDown),
    both(501, "feature_not_implemented", Never),
    // A proxy may have failed after it passed the request on.
    row(502, "proxy_auth_error", Unknown, AccountLost),
    row(502, "proxy_error", Unknown, Later),
    // The account's worker is not up: nothing was passed on.
    both(503, "no_client_session", Later),
    both(503, "no_channel", Later),
    both(503, "no_handler", Later),
    both(503, "network_down", Later),
    both(503, "service_unavailable", Later),
    row(504, "request_timeout", Unknown, Later),
];
