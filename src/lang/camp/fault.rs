//! What pest refused, said in the language's words: the first token that does not fit, and what could stand there.

use crate::lang::camp::grammar::{Phrase, Rule};
use crate::lang::camp::habit;
use crate::lang::camp::head::{is_word, skip, word_end};
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::words;
use pest::error::{Error, ErrorVariant, InputLocation};

/// Operators of other languages, and the word of this one.
const OPERATORS: &[(&str, &str)] = &[
    ("===", "write `is`"),
    ("!==", "write `is not`"),
    ("==", "write `is`"),
    ("!=", "write `is not`"),
    ("<>", "write `is not`"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("=~", "write `matches /…/`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("&", "write `and`"),
    ("|", "write `or`"),
    ("!", "write `not`"),
    ("=", "write `is`"),
];

/// Words of a count that is not written as a number, and units: what makes a broken phrase a length of time.
const DURATION_WORDS: &[&str] = &[
    "a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "some", "few", "minute", "minutes",
    "min", "mins", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years", "working", "second",
    "seconds",
];

/// The diagnostic of a pest error.
pub fn of(error: &Error<Rule>, phrase: &Phrase<'_>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => skip(phrase.mask, at),
    };
    let expected: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let end = token_end(phrase.mask, at);
    let token = phrase.raw.get(at..end).unwrap_or_default();
    operator(phrase, at, expected)
        .or_else(|| duration(phrase, at, token, expected))
        .or_else(|| open_pattern(phrase, at, token))
        .unwrap_or_else(|| unexpected(phrase, at, end, token, expected))
}

fn operator(phrase: &Phrase<'_>, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
    let rest = phrase.mask.get(at..)?;
    let (sign, help) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    let help = match sign.starts_with('=') {
        true if expected.contains(&Rule::assign) => "write `=`",
        true if expected.contains(&Rule::arrow) => "write `->`",
        _ => help,
    };
    let message = format!("`{sign}` is no operator of this language");
    let (left, right) = (habit::word_before(phrase.mask, at), habit::word_behind(phrase, at + sign.len()));
    let word = help.trim_start_matches("write `").trim_end_matches('`');
    let help = match !left.is_empty() && !right.is_empty() && !matches!(word, "and" | "or" | "not") && !word.contains('/') {
        true => format!("{help}: `{left} {word} {}`", words::shown(right)),
        false => help.to_owned(),
    };
    Some(Diagnostic::new(Code::WrongOperator, phrase.place(at, at + sign.len()), message, help))
}

/// A length of time that breaks off in the middle, or does not begin with a number.
fn duration(phrase: &Phrase<'_>, at: usize, token: &str, expected: &[Rule]) -> Option<Diagnostic> {
    let units = [Rule::unit, Rule::plain_unit, Rule::day_unit];
    let in_middle = units.iter().any(|rule| expected.contains(rule)) || has_second_unit(phrase.mask, at, token);
    let start = if in_middle { start_of_duration(phrase.mask, at) } else { at };
    if !in_middle {
        let may_begin =
            expected.contains(&Rule::duration) || (expected.contains(&Rule::number) && begins_duration(phrase.mask, at));
        let looks_alike =
            token.starts_with(|first: char| first.is_ascii_digit() || first == '-') || DURATION_WORDS.contains(&token);
        if !may_begin || !looks_alike {
            return None;
        }
    }
    let line_end = phrase.mask.len();
    let mut end = token_end(phrase.mask, at).max(start);
    if !in_middle {
        let next = skip(phrase.mask, end);
        let next_end = word_end(phrase.mask, next);
        if DURATION_WORDS.contains(&phrase.mask.get(next..next_end).unwrap_or_default()) {
            end = next_end;
        }
    }
    let written = phrase.raw.get(start..end.min(line_end)).unwrap_or_default().trim_end();
    let message = format!("`{written}` is no length of time");
    let help =
        "write a number and a unit: `5 minutes`, `36 hours`, `3 days`, `3 working days`, `2 weeks`, or a range: `2 to 20 hours`";
    Some(Diagnostic::new(Code::BadDuration, phrase.place(start, start + written.len()), message, help))
}

/// Is a length of time what stands behind the word before this place?
fn begins_duration(mask: &str, at: usize) -> bool {
    let before = mask.get(..at).unwrap_or_default().trim_end();
    let word = before.rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
    let is_apart = before.ends_with(',') && mask.starts_with("repeat");
    before.is_empty() || is_apart || matches!(word, "wait" | "to" | "until" | "last" | "after" | "gap" | "or" | "within")
}

/// `2 hours to 3 days`: a range has one unit.
fn has_second_unit(mask: &str, at: usize, token: &str) -> bool {
    let before = mask.get(..at).unwrap_or_default().trim_end();
    let word = before.rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
    token == "to" && DURATION_WORDS.contains(&word)
}

/// Back over `2 to 20`, with its units, to its first number.
fn start_of_duration(mask: &str, at: usize) -> usize {
    let mut start = at;
    loop {
        let before = mask.get(..start).unwrap_or_default().trim_end();
        let word = before.rfind(|letter| !is_word(letter)).map_or(0, |offset| offset + 1);
        let text = before.get(word..).unwrap_or_default();
        let is_part = text == "to" || DURATION_WORDS.contains(&text);
        let belongs = is_part || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        if !belongs {
            return start;
        }
        start = word;
    }
}

fn open_pattern(phrase: &Phrase<'_>, at: usize, token: &str) -> Option<Diagnostic> {
    if token != "/" {
        return None;
    }
    let message = "this pattern does not end on its line";
    let help = "close it with `/`; a slash inside it is `\\/`";
    Some(Diagnostic::new(Code::BadRegex, phrase.place(at, phrase.mask.len()), message, help))
}

fn unexpected(phrase: &Phrase<'_>, at: usize, end: usize, token: &str, expected: &[Rule]) -> Diagnostic {
    let wanted = expectations(expected);
    let keywords = expected.iter().filter_map(|rule| keyword(*rule));
    let mut help = match words::nearest(token, keywords) {
        Some(near) => format!("did you mean `{near}`?"),
        None if wanted.is_empty() => "take it out".to_owned(),
        None => format!("expected {}", words::joined(&wanted)),
    };
    if token.starts_with('\'') {
        let text = phrase.raw.get(at..).unwrap_or_default().trim_end().trim_matches('\'');
        help = format!("a text stands in double quotes: `\"{}\"`", words::shown(text));
    }
    let habit = habit::inside(phrase, at, token, expected);
    if let Some((_, way_out)) = &habit {
        help = way_out.clone();
    }
    if token.is_empty() {
        let last = phrase.mask.get(..at).unwrap_or_default().trim_end().len();
        let message = "the line ends too early";
        return Diagnostic::new(Code::Unexpected, phrase.place(last, last), message, help);
    }
    let message = habit.map(|(message, _)| message).filter(|message| !message.is_empty());
    let message = message.unwrap_or_else(|| format!("`{}` does not fit here", words::shown(token)));
    Diagnostic::new(Code::Unexpected, phrase.place(at, end), message, help)
}

/// The end of the token that begins there: a word, a text, a pattern, or one sign.
fn token_end(mask: &str, at: usize) -> usize {
    let rest = mask.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return at };
    if is_word(first) {
        return word_end(mask, at);
    }
    let closed = matches!(first, '"' | '/').then(|| rest.get(1..)?.find(first)).flatten();
    closed.map_or(at + first.len_utf8(), |offset| at + offset + 2)
}

/// The keyword of a `k_…` rule.
fn keyword(rule: Rule) -> Option<&'static str> {
    // The names of pest's rules live as long as the program: `Rule` is a plain enum, and this list is its keywords.
    KEYWORD_RULES.iter().find(|(known, _)| *known == rule).map(|(_, word)| *word)
}

macro_rules! keyword_rules {
    ($($rule:ident $word:literal,)*) => {
        const KEYWORD_RULES: &[(Rule, &str)] = &[$((Rule::$rule, $word),)*];
    };
}

keyword_rules! {
    k_a "a", k_anyone "anyone", k_expect "expect", k_then "then", k_within "within", k_containing "containing", k_ignore "ignore",
    k_failed "failed", k_reached "reached", k_place "place", k_credits "credits", k_relation "relation", k_group "group",
    k_saying "saying", k_latest "latest", k_post "post", k_webhook "webhook", k_company "company", k_campaign "campaign",
    k_time "time", k_send "send", k_withdraw "withdraw", k_no "no", k_more "more", k_sends "sends", k_task "task", k_go "go",
    k_stay "stay", k_finish "finish", k_replies "replies", k_reacts "reacts", k_writes "writes", accepts "accepts", reads "reads",
    replies "replies", reacts "reacts", writes "writes", approves "approves", rejects "rejects", disconnects "disconnects",
    reconnects "reconnects", e_invite "invite", e_withdraw "withdraw invite", e_send "send", e_inmail "send inmail",
    e_stop "stop as", e_no_more "no more sends", e_task "task", expect "expect", by_contact "contact", by_owner "owner",
    by_account "account", given_contact "contact", given_credits "account", given_relation "relation", stay "stay", go_to "go to",
    finish "finish on version", approved "approved", rejected "rejected", done "done", on_send_failed "send failed",
    on_event "event", k_owner "owner", k_accepted "accepted", k_account "account", k_after "after", k_again "again", k_and "and", k_apart "apart",
    k_as "as", k_at "at", k_channel "channel", k_connected "connected", k_contact "contact", k_contains "contains",
    k_credit "credit", k_cron "cron", k_day "day", k_days "days", k_delivered "delivered", k_else "else", k_event "event",
    k_for "for", k_from "from", k_has "has", k_have "have", k_if "if", k_in "in", k_inmail "inmail", k_invite "invite",
    k_invites "invites", k_is "is", k_last "last", k_list "list", k_lost "lost", k_matches "matches", k_missing "missing",
    k_most "most", k_not "not", k_of "of", k_on "on", k_once "once", k_one "one", k_or "or", k_out "out", k_over "over",
    k_per "per", k_pool "pool", k_present "present", k_profile "profile", k_reacted "reacted", k_replied "replied",
    k_reply "reply", k_seen "seen", k_stop "stop", k_subject "subject", k_tagged "tagged", k_takeover "takeover",
    k_the "the", k_timeout "timeout", k_times "times", k_timezone "timezone", k_to "to", k_until "until", k_up "up",
    k_version "version", k_via "via", k_when "when", k_with "with", k_working "working",
    accepted "accepted", replied "replied", seen "seen", delivered "delivered", reacted "reacted", connected "connected",
    has_replied "replied", on_reply "reply", on_opt_out "opt out", on_takeover "takeover", on_account_lost "account lost",
    open_profile "open profile", inmail_credit "account has inmail credit", tagged "tagged", contacted "contacted in the last",
    in_list "in list", reply_is "reply is", reply_class "reply is", reply_matches "reply matches", named_event "event",
    contains "contains", matches "matches", is_missing "is missing", is_present "is present", is_not "is not", is "is",
    one_of "in", via "via", from_pool "pool", one_per_contact "one per contact", of_contact "of contact", cron "cron",
}

/// What could have stood there, each once, in words.
fn expectations(expected: &[Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for rule in expected {
        let Some(words) = described(*rule) else { continue };
        if !out.contains(&words) {
            out.push(words);
        }
    }
    out
}

fn described(rule: Rule) -> Option<String> {
    let words = match rule {
        Rule::EOI => "the end of the line",
        Rule::name | Rule::names | Rule::account_names => "a name",
        Rule::field | Rule::source => "a field",
        Rule::text | Rule::texts => "a text in double quotes",
        Rule::text_ref => "a message's name or a text in double quotes",
        Rule::regex => "a pattern: `/…/`",
        Rule::number => "a number",
        Rule::decimal => "a number",
        Rule::literal => "a text in double quotes or a number",
        Rule::percent => "a share: `50%`",
        Rule::time | Rule::times => "a time of day: `09:00`",
        Rule::duration => "a length of time: `3 days`",
        Rule::unit | Rule::plain_unit | Rule::day_unit => "a unit of time",
        Rule::weekday | Rule::days | Rule::moment => "a day of the week",
        Rule::channel => "a channel: `linkedin`, `whatsapp`, `instagram`, `messenger` or `telegram`",
        Rule::tier => "`classic`, `premium`, `sales_navigator` or `recruiter`",
        Rule::window => "`day`, `week` or `month`",
        Rule::budget => "`invites`, `messages`, `inmails`, `visits` or `engagements`",
        Rule::field_type => "`text`, `number` or `date`",
        Rule::outcome_kind | Rule::outcome_group => "`won`, `lost` or `neutral`",
        Rule::assign => "`=`",
        Rule::colon => "`:`",
        Rule::arrow => "`->`",
        Rule::label => "a label",
        Rule::target => "`stay`, `go to LABEL` or `finish on version N`",
        Rule::api => "`classic`, `sales_navigator` or `recruiter`",
        Rule::late_else => "`skip`, `stop` or `send`",
        Rule::member => "a field or an id in double quotes",
        Rule::expected => "a message's name",
        Rule::given_field => "a field and its value: `first_name = \"Ada\"`",
        Rule::test_time => "`then` or a day: `day 2`",
        Rule::order | Rule::ordered => "`<`, `<=`, `>` or `>=`",
        Rule::comparand => "a text in double quotes, a number or a field",
        Rule::condition | Rule::conjunction | Rule::negation | Rule::atom => "a condition",
        Rule::event | Rule::event_kind => "an event: `accepted`, `replied`, `reply is …`, `seen` …",
        Rule::cap => "a limit: `20 a day`",
        Rule::language => "a language: `[en]`",
        Rule::comparison => "a field and a comparison",
        other => return keyword(other).map(|word| format!("`{word}`")),
    };
    Some(words.to_owned())
}
