//! What the editor offers at the beginning of a line, and says of a word: one row a word, with what it does.

/// A word or phrase that may begin a line, with what is inserted for it (a snippet of LSP: `$1` are its gaps).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    pub words: &'static str,
    pub snippet: &'static str,
    pub says: &'static str,
}

const fn phrase(words: &'static str, snippet: &'static str, says: &'static str) -> Phrase {
    Phrase { words, snippet, says }
}

/// At top level.
pub const TOP: &[Phrase] = &[
    phrase(
        "campaign",
        "campaign ${1:name} version 1\n  accounts from ${2:pool}\n  contacts from \"${3:lists/people.csv}\"\n    need ${4:first_name, linkedin}\n  end\n\n  steps\n    $0\n  end\nend",
        "One campaign: its contacts, texts, steps and handlers.",
    ),
    phrase("workspace", "workspace ${1:name}\n  $0\nend", "Accounts, pools, schedule and limits that all campaigns share."),
    phrase("message", "message ${1:name}\n  \"$0\"\nend", "A text that every campaign of the folder can send."),
    phrase("part", "part ${1:name}\n  $0\nend", "Steps that several campaigns `do`."),
    phrase("class", "class ${1:name} when reply matches /${2:yes|sure}/i", "A kind of reply, for `reply is …`."),
    phrase(
        "test",
        "test \"${1:answers the first message}\" of ${2:campaign}\n  given contact ${3:first_name} = \"${4:Ada}\"\n  day 0 expect ${5:invite}\n  $0\nend",
        "A test in virtual time, run by `engine test`.",
    ),
];

/// In a campaign.
pub const CAMPAIGN: &[Phrase] = &[
    phrase("goal", "goal \"$0\"", "What the campaign is for, in a sentence."),
    phrase("accounts from", "accounts from ${1:pool}", "Who speaks: accounts by name, or a pool."),
    phrase("outcomes", "outcomes won ${1:interested}; lost ${2:opted_out}; neutral ${3:no_answer}", "How a path can end."),
    phrase(
        "contacts from",
        "contacts from \"${1:lists/people.csv}\"\n  need ${2:first_name, linkedin}\n  $0\nend",
        "Who is written to.",
    ),
    phrase("message", "message ${1:name}\n  \"$0\"\nend", "A text of this campaign."),
    phrase("part", "part ${1:name}\n  $0\nend", "Steps to `do` in more than one place."),
    phrase("class", "class ${1:name} when reply matches /${2:yes|sure}/i", "A kind of reply, for `reply is …`."),
    phrase("schedule", "schedule\n  send ${1:monday to friday 09:00-17:00}\nend", "Narrower sending hours than the workspace's."),
    phrase("limits per account", "limits per account\n  ${1:invites 10 a day}\nend", "Tighter limits than the workspace's."),
    phrase("steps", "steps\n  $0\nend", "What happens, in order."),
    phrase("on reply", "on reply\n  $0\nend", "Runs when the person writes. Without it: `stop as replied`."),
    phrase("on reply ignore", "on reply ignore", "Replies stop nothing; what waits for one still sees it."),
    phrase(
        "on opt out",
        "on opt out\n  suppress contact\n  stop as opted_out\nend",
        "Runs when the person asks not to be written to.",
    ),
    phrase(
        "on takeover",
        "on takeover\n  $0\nend",
        "Runs when the account's owner writes by hand. Without it: `stop as taken_over`.",
    ),
    phrase(
        "on account lost",
        "on account lost\n  $0\nend",
        "Runs when the account is disconnected. Without it: wait until it is back.",
    ),
    phrase("on send failed", "on send failed\n  $0\nend", "Runs when a send failed for good. Without it: `stop as send_failed`."),
    phrase("on event", "on event \"${1:name}\"\n  $0\nend", "Runs on an event of your own (`engine event`)."),
    phrase(
        "migrate from",
        "migrate from ${1:1}\n  anyone else -> finish on version ${1:1}\nend",
        "What becomes of people under way on an older version.",
    ),
    phrase("report", "report \"${1:0 8 * * mon}\" to ${2:owner}", "Sends the campaign's figures, by a cron expression."),
];

/// In a workspace.
pub const WORKSPACE: &[Phrase] = &[
    phrase(
        "account",
        "account ${1:name}\n  id \"${2:acc_…}\"\n  channel ${3:linkedin}\n  tier ${4:classic}\nend",
        "An account at postpress.",
    ),
    phrase("pool", "pool ${1:name} ${2:lina, marc}", "Accounts that share the work."),
    phrase("person", "person ${1:name} \"${2:name@example.com}\"", "Somebody to notify or ask."),
    phrase("never contact", "never contact \"${1:lists/do-not-contact.csv}\"", "People who are written to by no campaign."),
    phrase("class", "class ${1:name} when reply matches /${2:yes|sure}/i", "A kind of reply, for `reply is …`."),
    phrase(
        "schedule",
        "schedule\n  send ${1:monday to friday 09:00-17:00}\n  timezone of contact or \"${2:Europe/Paris}\"\nend",
        "When sending is allowed.",
    ),
    phrase(
        "limits per account",
        "limits per account\n  invites ${1:20} a day, ${2:100} a week\n  $0\nend",
        "What an account may do in rolling windows.",
    ),
    phrase("message", "message ${1:name}\n  \"$0\"\nend", "A text that every campaign can send."),
    phrase("part", "part ${1:name}\n  $0\nend", "Steps that every campaign can `do`."),
    phrase("report", "report \"${1:0 8 * * mon}\" to ${2:owner}", "Sends the figures, by a cron expression."),
];

/// Where statements stand.
pub const STATEMENTS: &[Phrase] = &[
    phrase("invite", "invite", "Asks to connect, without a note."),
    phrase("invite with", "invite with ${1:message}", "Asks to connect, with a note (200 or 300 characters, by account)."),
    phrase("withdraw invite", "withdraw invite", "Takes a pending invitation back; nothing pending is no error."),
    phrase("send", "send ${1:message}", "Writes in the existing chat, else begins one."),
    phrase(
        "send inmail",
        "send inmail ${1:message}",
        "An InMail: reaches people who are no relation, costs a credit unless their profile is open.",
    ),
    phrase("start group", "start group \"${1:subject}\" with ${2:field} saying ${3:message}", "A new group chat."),
    phrase("visit profile", "visit profile", "Looks at the person's profile."),
    phrase("follow", "follow", "Follows the person."),
    phrase("like latest post", "like latest post", "Likes their latest post; none is no error."),
    phrase("comment latest post", "comment latest post ${1:message}", "Comments their latest post (1,250 characters)."),
    phrase("endorse", "endorse \"${1:skill}\"", "Endorses a skill of theirs."),
    phrase("react", "react \"${1:👍}\"", "Answers their last message with an emoji."),
    phrase("tag", "tag \"${1:word}\"", "Tags the contact."),
    phrase("untag", "untag \"${1:word}\"", "Takes a tag off."),
    phrase("set", "set ${1:field} = \"$2\"", "Writes one of the contact's declared fields."),
    phrase("notify", "notify ${1:owner} \"$2\"", "Tells a person of yours; never blocks the path."),
    phrase("ask", "ask ${1:owner} to \"$2\"", "A task for a person of yours; wait for it with `when approved`."),
    phrase(
        "call webhook",
        "call webhook \"${1:https://…}\"",
        "Tells a system of yours, signed and retried; never blocks the path.",
    ),
    phrase("suppress contact", "suppress contact", "Never contact this person again, in any campaign."),
    phrase("pause until", "pause until ${1:7 days}", "Nothing happens to this contact until then."),
    phrase("wait", "wait ${1:3 days}", "A pause; a send behind it moves on to the next open minute."),
    phrase("wait until", "wait until ${1:monday 09:00}", "Until a weekday, a date field, or a cron time."),
    phrase(
        "wait up to",
        "wait up to ${1:14 days}\n  when ${2:accepted}\n    $0\n  on timeout\n    \nend",
        "A race: the first event wins.",
    ),
    phrase("if", "if ${1:condition}\n  $0\nend", "One path or another."),
    phrase(
        "repeat up to",
        "repeat up to ${1:2} times, ${2:3 days} apart\n  $0\nend",
        "Waits, looks, runs the body; so often at most.",
    ),
    phrase("split", "split ${1:name}\n  50% as ${2:a}\n    $0\n  50% as ${3:b}\n    \nend", "A/B arms, chosen by hash."),
    phrase("do", "do ${1:part}", "Runs a shared part here."),
    phrase("stop as", "stop as ${1:outcome}", "Ends the path."),
    phrase(
        "late:",
        "late: within ${1:2 days} else ${2:skip}",
        "What an overdue send above does: skip, stop, or send all the same.",
    ),
];

/// In `contacts`.
pub const CONTACTS: &[Phrase] = &[
    phrase("need", "need ${1:first_name}", "Columns that every row must have."),
    phrase("may have", "may have ${1:company}", "Columns that may be empty; guard them with `or` or `if`."),
    phrase("skip when", "skip when ${1:tagged \"customer\"}", "Who does not enter."),
    phrase("at most", "at most ${1:2} per company", "How many of one company are under way at a time."),
    phrase("one campaign at a time", "one campaign at a time", "Nobody who is in another campaign enters."),
    phrase("enter once", "enter once", "A person goes through once."),
    phrase("enter again after", "enter again after ${1:90 days}", "A person may come again after a pause."),
    phrase("start", "start ${1:40} a day", "How many new people begin on a day."),
    phrase("refresh", "refresh \"${1:0 7 * * mon-fri}\"", "Reads the list again, by a cron expression."),
];

/// In a test.
pub const TEST: &[Phrase] = &[
    phrase("given contact", "given contact ${1:first_name} = \"${2:Ada}\"", "The person's fields."),
    phrase("given relation", "given relation", "They are connected already."),
    phrase("given account with", "given account with ${1:3} inmail credits", "InMail credits of the account; none otherwise."),
    phrase("day", "day ${1:0} expect ${2:invite}", "What is sent by the end of that day, or what happens on it."),
    phrase("then expect", "then expect ${1:no more sends}", "What follows within 24 hours, or `within` another time."),
    phrase("then contact", "then contact ${1:replies \"Yes\"}", "What the person does next."),
];

/// Behind `when`, `for` and `until`.
pub const EVENTS: &[Phrase] = &[
    phrase("accepted", "accepted", "The invitation was accepted."),
    phrase("replied", "replied", "The person wrote."),
    phrase("reply is", "reply is ${1:class}", "The person wrote something of that class."),
    phrase("reply matches", "reply matches /${1:yes}/i", "The person wrote something that fits the pattern."),
    phrase("seen", "seen", "The last message was read."),
    phrase("delivered", "delivered", "The last message arrived."),
    phrase("reacted", "reacted", "The person reacted to a message."),
    phrase("approved", "approved", "A task of `ask` was approved."),
    phrase("rejected", "rejected", "A task of `ask` was rejected."),
    phrase("done", "done", "A task of `ask` was done."),
    phrase("event", "event \"${1:name}\"", "An event of your own (`engine event`)."),
];

/// Where a condition stands.
pub const CONDITIONS: &[Phrase] = &[
    phrase("connected", "connected", "They are a relation of the account."),
    phrase("replied", "replied", "They have written."),
    phrase("open profile", "open profile", "An InMail to them costs no credit."),
    phrase("account has inmail credit", "account has inmail credit", "The account has a credit left, as read at that moment."),
    phrase("tagged", "tagged \"${1:word}\"", "They carry that tag."),
    phrase("in list", "in list \"${1:lists/people.csv}\"", "They stand in that list."),
    phrase("contacted in the last", "contacted in the last ${1:90 days}", "Any campaign wrote to them since."),
    phrase("reply is", "reply is ${1:class}", "Their last reply is of that class."),
    phrase("not", "not ", "The opposite."),
];

/// What a word at the beginning of a line does.
pub fn said_of(words: &str) -> Option<&'static Phrase> {
    let all = [TOP, CAMPAIGN, WORKSPACE, STATEMENTS, CONTACTS, TEST, EVENTS, CONDITIONS];
    let fits = |phrase: &&Phrase| words == phrase.words || words.starts_with(&format!("{} ", phrase.words));
    all.into_iter().flatten().filter(fits).max_by_key(|phrase| phrase.words.len())
}
