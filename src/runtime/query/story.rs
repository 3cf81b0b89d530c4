//! What a line of a timeline says, in words for people who look on.

use crate::model::journal::{Entry, EntryKind};

/// What happened, in words. None: nothing a looker-on waits for (`is_full`: those too). `quote` makes what a person wrote,
/// or is told, fit to be shown: cut, perhaps, and without what a terminal would obey.
pub fn told(entry: &Entry, is_full: bool, quote: &dyn Fn(&str) -> String) -> Option<String> {
    let get = |name: &str| entry.detail.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str());
    let why = || get("why").or(get("reason")).map(|why| format!(": {why}")).unwrap_or_default();
    let words = match entry.kind {
        EntryKind::Sent if get("by") == Some("hand") => "sent what one of you wrote".to_owned(),
        EntryKind::Sent => sent(get("kind").unwrap_or_default(), &entry.step),
        EntryKind::Event => return event(entry, get("event").unwrap_or_default(), is_full, quote),
        EntryKind::Ended => format!("ended: {}", get("outcome").unwrap_or("done")),
        EntryKind::Failed if get("kind").is_some() => {
            format!("{} failed for good: {}", thing(get("kind").unwrap_or_default()), get("code").unwrap_or("refused"))
        }
        EntryKind::Failed => format!("refused for now: {}; tried again later", get("code").unwrap_or("no reason given")),
        EntryKind::Unknown => "no answer: nobody knows whether it was sent; it is looked for, not repeated".to_owned(),
        EntryKind::Reconciled => match get("found") {
            Some(found) => format!("looked for it: {found}"),
            None => "found what was sent: it counts once".to_owned(),
        },
        EntryKind::Parked => format!("needs a person{} (`engine resolve`)", why()),
        EntryKind::Skipped => format!("{} skipped{}", thing(get("kind").unwrap_or_default()), why()),
        // The machine's line; the one with the text follows it.
        EntryKind::Notified if get("text").is_none() && !is_full => return None,
        EntryKind::Notified => {
            let text = get("text").map(|text| format!(": \"{}\"", quote(text))).unwrap_or_default();
            format!("told {}{text}", get("who").unwrap_or("the owner"))
        }
        EntryKind::Paused => "paused".to_owned(),
        EntryKind::Resumed => "goes on".to_owned(),
        EntryKind::Enrolled if is_full => "enrolled".to_owned(),
        EntryKind::Started if is_full => "started".to_owned(),
        EntryKind::Intent if is_full && entry.step.is_empty() => "about to send what one of you wrote".to_owned(),
        EntryKind::Intent if is_full => format!("about to do `{}`", entry.step),
        EntryKind::Cancelled if is_full || get("by") == Some("hand") => format!("held back{}", why()),
        EntryKind::Timer if is_full => format!("waits at `{}`", entry.step),
        EntryKind::Moved => format!("goes on in version {}", get("to").unwrap_or_default()),
        EntryKind::Changed if let Some(lines) = get("removed") => format!("{lines} earlier lines were removed: kept no longer"),
        EntryKind::Decision | EntryKind::Changed if is_full => details(entry, quote),
        EntryKind::Enrolled
        | EntryKind::Started
        | EntryKind::Intent
        | EntryKind::Cancelled
        | EntryKind::Timer
        | EntryKind::Decision
        | EntryKind::Changed => return None,
    };
    Some(words)
}

fn details(entry: &Entry, quote: &dyn Fn(&str) -> String) -> String {
    // A field's value is the person's, like their words; the rest is the campaign's.
    let told = |name: &str, value: &String| if name == "value" { quote(value) } else { value.clone() };
    let details: Vec<String> = entry.detail.iter().map(|(name, value)| format!("{name}: {}", told(name, value))).collect();
    details.join(" · ")
}

fn sent(kind: &str, step: &str) -> String {
    match kind {
        "invite" => "invited".to_owned(),
        "withdraw" => "withdrew the invitation".to_owned(),
        "message" => format!("sent message `{step}`"),
        "inmail" => format!("sent InMail `{step}`"),
        _ => format!("did `{step}`"),
    }
}

fn thing(kind: &str) -> &str {
    match kind {
        "invite" => "invitation",
        "withdraw" => "withdrawal",
        "inmail" => "InMail",
        "" => "call",
        other => other,
    }
}

/// Something from outside.
fn event(entry: &Entry, name: &str, is_full: bool, quote: &dyn Fn(&str) -> String) -> Option<String> {
    let get = |name: &str| entry.detail.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str());
    let text = || get("text").map(|text| format!(": \"{}\"", quote(text))).unwrap_or_default();
    Some(match name {
        "by hand" => format!("one of you answers{}", text()),
        "takeover" => format!("one of you took over{}", text()),
        "accepted" => "accepted the invitation".to_owned(),
        "replied" => format!("replied{}", text()),
        "reacted" => format!("reacted {}", get("emoji").unwrap_or_default()),
        "delivered" if is_full => "got it".to_owned(),
        "seen" if is_full => "read it".to_owned(),
        "delivered" | "seen" => return None,
        other => format!("event `{other}`{}", text()),
    })
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::model::journal::{Entry, EntryKind};
    use crate::model::time::Timestamp;

    fn words(kind: EntryKind, detail: &[(&str, &str)]) -> Option<String> {
        let detail = detail.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let entry = Entry { at: Timestamp(0), kind, step: "first".to_owned(), version: 1, detail };
        told(&entry, false, &|text| text.replace('\u{1b}', "?"))
    }

    #[test]
    fn what_happens_is_told_in_words() {
        let told = |kind, detail: &[(&str, &str)]| words(kind, detail).unwrap_or_default();
        assert_eq!(told(EntryKind::Sent, &[("kind", "invite")]), "invited");
        assert_eq!(told(EntryKind::Sent, &[("kind", "message")]), "sent message `first`");
        assert_eq!(told(EntryKind::Event, &[("event", "replied"), ("text", "no\u{1b}[2J")]), "replied: \"no?[2J\"");
        assert_eq!(told(EntryKind::Ended, &[("outcome", "no_answer")]), "ended: no_answer");
        assert_eq!(words(EntryKind::Timer, &[]), None);
        assert_eq!(words(EntryKind::Event, &[("event", "seen")]), None);
    }
}
