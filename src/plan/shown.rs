//! A plan as people read it: line by line, so that a pull request shows what changed.

use crate::plan::document::{CampaignPlan, Change, Goes, PeoplePlan, Plan, SendPlan, UsePlan};

/// So many people of a kind are named; the document names all.
const NAMED_MAX: usize = 10;
/// Characters of a text, unless it is wanted whole.
const TEXT_CHARS: usize = 60;

/// The plan in words. `is_full`: texts whole, everybody named.
pub fn told(plan: &Plan, is_full: bool) -> String {
    let mut page = String::new();
    for change in &plan.workspace {
        line(&mut page, change);
    }
    for campaign in &plan.campaigns {
        tell_campaign(&mut page, campaign, is_full);
    }
    tell_days(&mut page, plan, is_full);
    page.truncate(page.trim_end().len());
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text.trim_end());
    page.push('\n');
}

fn tell_campaign(page: &mut String, plan: &CampaignPlan, is_full: bool) {
    let state = match (plan.change, plan.was) {
        (Change::New, _) => "new".to_owned(),
        (Change::Changed, Some(was)) if was != plan.version => format!("version {was} runs now"),
        (Change::Changed, _) => "changed".to_owned(),
        (Change::Same, _) => "unchanged".to_owned(),
        (Change::Retired, _) => "no longer in the folder: nobody new enters, whoever is on their way finishes".to_owned(),
    };
    line(page, &format!("{} v{}: {state}", plan.name, plan.version));
    tell_people(page, plan);
    if plan.change == Change::Retired {
        return line(page, "");
    }
    let enters = match plan.enter.len() {
        0 => "nobody new enters".to_owned(),
        1 => "1 person enters".to_owned(),
        many => format!("{many} people enter"),
    };
    let known = if plan.known > 0 { format!(", {} already in", plan.known) } else { String::new() };
    line(page, &format!("  {enters}{known}"));
    let names =
        plan.enter.iter().map(|person| format!("    {} ({}) by {}", clean(&person.name), clean(&person.contact), person.account));
    tell_some(page, names, plan.enter.len(), is_full);
    if !plan.left_out.is_empty() {
        line(page, &format!("  {} left out", plan.left_out.len()));
    }
    let rows = plan.left_out.iter().map(|row| {
        let who = if row.contact.is_empty() { String::new() } else { format!(" {}", clean(&row.contact)) };
        format!("    {} row {}{who}: {}", row.file, row.row, clean(&row.reason))
    });
    tell_some(page, rows, plan.left_out.len(), is_full);
    line(page, "");
}

fn tell_some(page: &mut String, lines: impl Iterator<Item = String>, count: usize, is_full: bool) {
    let most = if is_full { usize::MAX } else { NAMED_MAX };
    lines.take(most).for_each(|text| line(page, &text));
    if count > most {
        line(page, &format!("    and {} more (`--full-text` names them)", count - most));
    }
}

fn tell_people(page: &mut String, plan: &CampaignPlan) {
    let mut versions: Vec<u32> = plan.people.iter().map(|place| place.version).collect();
    versions.dedup();
    for version in versions {
        line(page, &format!("  people on version {version}"));
        let places: Vec<&PeoplePlan> = plan.people.iter().filter(|place| place.version == version).collect();
        let wide = places.iter().map(|place| place.people.to_string().len()).max().unwrap_or(1);
        for place in places {
            line(page, &format!("    {:>wide$} {}", place.people, place_words(place, plan.version)));
        }
    }
}

/// `at accept stay`, `at old_reminder go to nudge`
pub fn place_words(place: &PeoplePlan, to: u32) -> String {
    let here = place.label.as_deref().map_or("not begun".to_owned(), |label| format!("at {label}"));
    let goes = match (place.goes, &place.to) {
        (Goes::Stay, _) => "stay".to_owned(),
        (Goes::GoTo, label) => format!("go to {}", label.as_deref().unwrap_or_default()),
        (Goes::Finish, _) => format!("finish on version {}", place.version),
        (Goes::Begin, _) => format!("begin on version {to}"),
    };
    let busy = match place.busy {
        0 => String::new(),
        busy => format!(" ({busy} of them once what is in flight is settled, from where that leaves them)"),
    };
    format!("{here} {goes}{busy}")
}

fn tell_days(page: &mut String, plan: &Plan, is_full: bool) {
    let from = plan.from.parse::<jiff::civil::Date>().map_or(plan.from.clone(), |date| date.strftime("%a %-d %b %Y").to_string());
    let days = if plan.days == 1 { "1 day".to_owned() } else { format!("{} days", plan.days) };
    line(page, &format!("{days} from {from}, if nobody accepts or answers"));
    if plan.sends.is_empty() {
        return line(page, "  nothing is sent");
    }
    let mut last = ("", "");
    for send in &plan.sends {
        let here = (send.day.as_str(), send.account.as_str());
        if here != last {
            line(page, &format!("  {} {}{}", send.day, send.account, spent(&plan.used, here)));
            last = here;
        }
        line(page, &format!("    {}", send_words(send, is_full)));
    }
}

/// `: 20 of 20 invites, 3 of 50 messages`
fn spent(used: &[UsePlan], (day, account): (&str, &str)) -> String {
    let here = used.iter().filter(|row| row.day == day && row.account == account);
    let parts: Vec<String> = here
        .map(|row| match row.limit {
            Some(limit) => format!("{} of {limit} {}", row.used, row.budget),
            None => format!("{} {}", row.used, row.budget),
        })
        .collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) }
}

fn send_words(send: &SendPlan, is_full: bool) -> String {
    let who =
        if send.name == send.contact { clean(&send.name) } else { format!("{} ({})", clean(&send.name), clean(&send.contact)) };
    let subject = send.subject.as_deref().map(|subject| format!(" \"{}\":", shown(subject, is_full))).unwrap_or_default();
    let text = send.text.as_deref().map(|text| format!(" \"{}\"", shown(text, is_full))).unwrap_or_default();
    format!("{} {who}, {} v{} {}{subject}{text}", send.kind, send.campaign, send.version, send.step)
}

fn shown(text: &str, is_full: bool) -> String {
    let text = clean(text);
    if is_full || text.chars().count() <= TEXT_CHARS {
        return text;
    }
    let cut: String = text.chars().take(TEXT_CHARS).collect();
    format!("{}…", cut.trim_end())
}

/// One line, and nothing that a terminal obeys.
fn clean(text: &str) -> String {
    let obeyed = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    let plain = |c: char| if obeyed(c) { ' ' } else { c };
    text.chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
