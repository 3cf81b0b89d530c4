//! Campaigns, drawn: texts as a person would write them, out of everything the language has.

use crate::lab::sim::chance::Chance;
use std::fmt::Write;

/// Zones whose clocks change, in both hemispheres and at different hours.
pub const ZONES: [&str; 5] = ["Europe/Paris", "America/New_York", "Australia/Sydney", "America/Santiago", "Africa/Cairo"];

/// What a campaign's text is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub two_accounts: bool,
    pub whatsapp: bool,
    /// Invitations to strangers; without: people who are relations already.
    pub invites: bool,
}

/// What the workspace allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    pub invites: (i64, i64),
    pub messages: i64,
    pub inmails: i64,
}

impl Allowed {
    /// Drawn: narrow enough to bind now and then.
    pub fn draw(chance: &mut Chance) -> Self {
        let day = chance.between(1, 5);
        Self { invites: (day, day + chance.between(1, 6)), messages: chance.between(2, 8), inmails: chance.between(1, 4) }
    }

    /// Less of everything.
    pub fn lowered(&self) -> Self {
        Self { invites: (1, 2), messages: 1, inmails: 1 }
    }
}

/// The workspace.
pub fn workspace(chance: &mut Chance, shape: Shape, allowed: &Allowed, zone: &str) -> String {
    let hours = chance.pick(&[
        "send monday to friday 08:00-18:00",
        "send monday to friday 09:00-12:00, 14:00-17:30",
        "send monday to sunday 00:00-24:00",
        "send monday to sunday 01:00-05:00",
    ]);
    let gap = chance.pick(&["gap 4 to 11 minutes", "gap 1 to 2 minutes", "gap 20 to 60 minutes"]);
    let contact = if chance.percent(40) { "of contact or " } else { "" };
    let mut text = "workspace acme\n".to_owned();
    text.push_str(&account("lina", "acc_lina", "linkedin", "sales_navigator"));
    let mut pool = "lina".to_owned();
    if shape.two_accounts {
        text.push_str(&account("marc", "acc_marc", "linkedin", "classic"));
        pool.push_str(", marc");
    }
    if shape.whatsapp {
        text.push_str(&account("wanda", "acc_wanda", "whatsapp", ""));
        pool.push_str(", wanda");
    }
    let Allowed { invites: (day, week), messages, inmails } = allowed;
    let _ = write!(
        text,
        "  pool sdrs {pool}\n  class interested when reply matches /\\b(yes|sure)\\b/i\n  schedule\n    {hours}\n    timezone {contact}\"{zone}\"\n    {gap}\n  end\n  limits per account\n    invites {day} a day, {week} a week\n    messages {messages} a day\n    inmails {inmails} a day\n    visits 40 a day\n    engagements 10 a day\n"
    );
    if chance.percent(15) {
        text.push_str("    ramp up over 7 days from 40%\n");
    }
    if chance.percent(15) {
        text.push_str("    pending invites at most 3\n");
    }
    text.push_str("  end\nend\n");
    text
}

fn account(name: &str, id: &str, channel: &str, tier: &str) -> String {
    let tier = if tier.is_empty() { String::new() } else { format!("    tier {tier}\n") };
    format!("  account {name}\n    id \"{id}\"\n    channel {channel}\n{tier}    owner \"{name}@acme.example\"\n  end\n")
}

/// A campaign over `list`. `version`: later ones say the same in other words, and one step more.
pub fn campaign(seed: u64, name: &str, version: u32, shape: Shape, list: &str) -> String {
    // The same drawing for every version, so that a later one is an edit and not another campaign.
    let mut chance = Chance::new(seed, name);
    let start = chance.pick(&["start 40 a day", "start 2 a day", "enter once"]);
    let mut text = format!(
        "campaign {name} version {version}\n  accounts from pool sdrs\n  outcomes won interested; neutral no_answer, unreachable\n  contacts from \"{list}\"\n    need first_name, linkedin\n    may have whatsapp, timezone, company = \"Acme\"\n    {start}\n  end\n"
    );
    let again = if version > 1 { format!(" again ({version})") } else { String::new() };
    let _ = write!(
        text,
        "  message hello\n    \"Hi {{{{ first_name }}}}, shall we connect{again}?\"\n  end\n  message nudge\n    \"{{{{ first_name }}}}, is this better in a month{again}?\"\n  end\n  message cold\n    subject \"A question\"\n    \"{{{{ first_name }}}}, one question{again}?\"\n  end\n"
    );
    text.push_str("  steps\n");
    text.push_str(&steps(&mut chance, shape, version));
    text.push_str("  end\n");
    text.push_str(&handlers(&mut chance));
    if version > 1 && chance.percent(60) {
        let _ = writeln!(text, "  migrate from {} in place", version - 1);
    }
    text.push_str("end\n");
    text
}

fn steps(chance: &mut Chance, shape: Shape, version: u32) -> String {
    let mut text = String::new();
    if chance.percent(25) {
        text.push_str(chance.pick(&["visit profile\n", "follow\n", "like latest post\n", "visit profile\nfollow\n"]));
    }
    if !shape.invites {
        text.push_str("if connected\n");
        text.push_str(&talk(chance, shape, version));
        text.push_str("stop as no_answer\nelse\n");
        text.push_str(&mail(chance));
        text.push_str("end\n");
        return text;
    }
    text.push_str(chance.pick(&["connect: invite with hello\n", "connect: invite\n"]));
    let days = chance.between(2, 7);
    let _ = write!(text, "accept: wait up to {days} days\nwhen accepted\n");
    text.push_str(&talk(chance, shape, version));
    text.push_str("stop as no_answer\non timeout\nback: withdraw invite\n");
    match chance.below(3) {
        0 if shape.whatsapp => text.push_str(
            "if whatsapp is present\nphone: send whatsapp \"Hello {{ first_name }}, here too.\"\nwait 2 days\nend\nstop as unreachable\n",
        ),
        0 | 1 => text.push_str(&mail(chance)),
        _ => text.push_str("stop as unreachable\n"),
    }
    text.push_str("end\n");
    text
}

fn mail(chance: &mut Chance) -> String {
    let days = chance.between(1, 4);
    format!(
        "if open profile or account has inmail credit\nmail: send inmail cold\nwait {days} days\nstop as no_answer\nelse\nstop as unreachable\nend\n"
    )
}

/// What is said to somebody who can be written to; falls off its end.
fn talk(chance: &mut Chance, shape: Shape, version: u32) -> String {
    let mut text = String::new();
    let count = chance.between(1, 4);
    for nth in 0..count {
        text.push_str(&piece(chance, shape, nth));
    }
    if version > 1 {
        // Said in other words each time: what says the same is the same version.
        let _ = writeln!(text, "added: send \"One thing more ({version}), {{{{ first_name }}}}.\"");
    }
    text.push_str("wait 1 day\n");
    text
}

fn piece(chance: &mut Chance, shape: Shape, nth: i64) -> String {
    let d = chance.between(1, 3);
    match chance.below(17) {
        15 => format!("twin{nth}: send nudge\nwait {d} minutes\nsend nudge\n"),
        16 => format!("twins{nth}: repeat up to 3 times, {d} hours apart\nsend nudge\nend\n"),
        0 => format!("wait {d} to {} hours\nfirst{nth}: send \"Good to meet you, {{{{ first_name }}}} ({nth}).\"\n", d + 18),
        1 => format!("nudges{nth}: repeat up to {d} times, {d} days apart\nsend nudge\nend\n"),
        2 => format!("nudges{nth}: repeat up to {d} times, 1 day apart, until replied\nsend nudge\nend\n"),
        3 => format!(
            "ask{nth}: send \"What do you think, {{{{ first_name }}}} ({nth})?\"\nrace{nth}: wait up to {d} days\nwhen reply is interested\nstop as interested\nwhen seen\nwait 3 hours\non timeout\ntag \"silent\"\nend\n"
        ),
        4 => format!("good{nth}: send \"Still there, {{{{ first_name }}}} ({nth})?\"\nlate: within {d} days else skip\n"),
        5 => "split opening\n50% as a\nsend \"A for {{ first_name }}\"\n50% as b\nsend \"B for {{ first_name }}\"\nend\n"
            .to_owned(),
        6 => "like latest post\ncomment latest post \"Well said, {{ first_name }}!\"\n".to_owned(),
        7 => "endorse \"logistics\"\nvisit profile\n".to_owned(),
        8 => format!("group{nth}: start group \"Bills {nth}\" with \"person-b\" saying \"Hello both, {{{{ first_name }}}}.\"\n"),
        9 => format!(
            "task{nth}: ask owner to \"Look at {{{{ first_name }}}}\"\nverdict{nth}: wait up to {d} days\nwhen approved\nsend \"Approved, {{{{ first_name }}}}.\"\nwhen rejected\nstop as no_answer\nwhen done\ntag \"done\"\non timeout\nend\n"
        ),
        10 => "wait until monday 09:00\nsend \"A new week, {{ first_name }}.\"\n".to_owned(),
        11 => format!("wait {d} working days\nsend \"Working days later, {{{{ first_name }}}} ({nth}).\"\n"),
        12 if shape.whatsapp => "if whatsapp is present\nsend whatsapp \"On the phone too, {{ first_name }}.\"\nend\n".to_owned(),
        12 => "set company = \"Known\"\nnotify owner \"{{ first_name }} of {{ company }}\"\n".to_owned(),
        13 => format!(
            "seen{nth}: send \"Have a look, {{{{ first_name }}}} ({nth}).\"\nlook{nth}: wait up to {d} days\nwhen replied\nthumb{nth}: react \"👍\"\nwait 2 hours\nwhen reacted\nwait 1 hour\nwhen event \"booked\"\nstop as interested\non timeout\nend\n"
        ),
        _ => format!("wait until cron \"0 9 * * tue\"\nplain{nth}: send \"Tuesday, {{{{ first_name }}}} ({nth}).\"\n"),
    }
}

fn handlers(chance: &mut Chance) -> String {
    let mut text = match chance.below(5) {
        0 => String::new(),
        1 => "  on reply ignore\n".to_owned(),
        2 => "  on reply\n    if reply is opt_out\n      suppress contact\n      stop as opted_out\n    else if reply is out_of_office\n      pause until reply.return_date or 3 days\n    else if reply is interested\n      notify owner \"{{ first_name }} wants to talk\"\n      stop as interested\n    else\n      stop as replied\n    end\n  end\n".to_owned(),
        3 => "  on reply\n    if reply is opt_out\n      suppress contact\n      stop as opted_out\n    else if connected\n      thanks: send \"Thank you, {{ first_name }}, I come back to you.\"\n    end\n    stop as replied\n  end\n".to_owned(),
        _ => "  on reply\n    if reply is opt_out\n      stop as opted_out\n    else if connected\n      tag \"wrote\"\n      answer: send \"Noted, {{ first_name }}.\"\n    end\n  end\n".to_owned(),
    };
    if chance.percent(15) {
        text.push_str(
            "  on send failed\n    notify owner \"{{ first_name }} cannot be reached\"\n    stop as unreachable\n  end\n",
        );
    }
    if chance.percent(15) {
        text.push_str("  on account lost\n    notify owner \"signed out\"\n  end\n");
    }
    if chance.percent(15) {
        text.push_str("  on event \"booked\"\n    stop as interested\n  end\n");
    }
    if chance.percent(10) {
        text.push_str("  on takeover\n    notify owner \"{{ first_name }} is yours\"\n    stop as no_answer\n  end\n");
    }
    text
}
