//! Texts against data, files, time and limits: a good folder, one thing made wrong, the code at its place.

mod texts;
mod world;

use campaign_engine::lang::diagnostic::{Place, has_errors};
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::lang::{Compiled, compile};

const GOOD: &str = r#"workspace acme
  account lina
    id "acc_lina"
    tier sales_navigator
    timezone "Europe/Paris"
  end
  account marc
    id "acc_marc"
    tier classic
  end
  pool sdrs lina, marc
  never contact "lists/never.csv"
  schedule
    send monday to friday 09:00-17:00
    timezone of contact or "Europe/Paris"
    holidays "lists/holidays.csv"
    holidays "lists/france.ics"
    gap 4 to 11 minutes
  end
  limits per account
    invites 20 a day, 100 a week
    pending invites at most 400
    ramp up over 21 days from 20%
  end
end

campaign c version 1
  accounts from pool sdrs
  outcomes neutral no_answer
  contacts from "lists/l.csv"
    need first_name, linkedin
    may have pain, language = "en", age: number = 3
  end
  schedule
    send monday to friday 10:00-16:00
    gap 5 to 20 minutes
  end
  limits per account
    invites 10 a day
    pending invites at most 100
  end
  message hello
    [en] "Hi {{ first_name }}"
  end
  message mail
    subject "About {{ first_name }}"
    "Text"
    attach "files/a.pdf"
  end
  message intro
    "Thanks {{ first_name }}, {{ pain or "cost" }}"
  end
  steps
    invite with hello
    wait up to 14 days
      when accepted
        wait 20 hours
        send intro
        wait 3 days
        stop as no_answer
      on timeout
        withdraw invite
        if open profile or account has inmail credit
          send inmail mail
          wait 3 days
        end
        stop as no_answer
    end
  end
end
"#;

const CALENDAR: &str = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:May\nDTSTART;VALUE=DATE:20270501\nRRULE:FREQ=YEARLY;COUNT=2\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Yule\nDTSTART;VALUE=DATE:20271224\nDTEND;VALUE=DATE:20271227\nEND:VEVENT\nEND:VCALENDAR\n";

fn files() -> MemoryFiles {
    MemoryFiles::new("c")
        .with("lists/l.csv", "linkedin,first_name,pain\nada,Ada,cost\ngrace,Grace,\n")
        .with("lists/never.csv", "linkedin\nmallory\n")
        .with("lists/holidays.csv", "date,name\n2027-01-06,Epiphany\n")
        .with("lists/france.ics", CALENDAR.replace('\n', "\r\n"))
        .with("files/a.pdf", "%PDF-1.7")
}

fn compiled(text: &str, files: &MemoryFiles) -> Compiled {
    let source = Source { path: "c/c.camp".into(), notation: Notation::Camp, text: text.into() };
    compile(&[source], files)
}

/// GOOD with `old` written as `new`, where «…» marks what must be underlined, compiled over the files. Every fault is
/// `code` with its labels: `text` of a place, `file:row text` of a row.
#[track_caller]
fn check_files(files: &MemoryFiles, old: &str, new: &str, code: &str, message: &str, labels: &[&str]) {
    check_in(GOOD, files, old, new, code, message, labels);
}

#[track_caller]
fn check_in(good: &str, files: &MemoryFiles, old: &str, new: &str, code: &str, message: &str, labels: &[&str]) {
    assert!(good.contains(old), "{old}");
    let marked = good.replacen(old, new, 1);
    let (start, end) = (marked.find('«').unwrap(), marked.find('»').unwrap() - '«'.len_utf8());
    let text = marked.replace(['«', '»'], "");
    let compiled = compiled(&text, files);
    let found: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|told| (told.code.word(), &text[told.span.start as usize..told.span.end as usize]))
        .collect();
    assert_eq!(
        found,
        [(code, &text[start..end])],
        "{:?}",
        compiled.diagnostics.iter().map(|told| &told.message).collect::<Vec<_>>()
    );
    let told = &compiled.diagnostics[0];
    assert_eq!(told.span.start as usize, start);
    assert_eq!(told.message, message);
    assert!(!told.help.is_empty());
    let found: Vec<String> = told
        .labels
        .iter()
        .map(|label| match &label.place {
            Place::Span(_) => label.text.clone(),
            Place::Row { file, row } => format!("{file}:{row} {}", label.text),
        })
        .collect();
    assert_eq!(found, labels);
    assert_eq!(
        compiled.program.campaigns.is_empty(),
        has_errors(&compiled.diagnostics) && start > GOOD.find("campaign").unwrap()
    );
}

#[track_caller]
fn check(old: &str, new: &str, code: &str, message: &str, labels: &[&str]) {
    check_files(&files(), old, new, code, message, labels);
}

#[test]
fn the_good_folder_is_good() {
    let compiled = compiled(GOOD, &files());
    assert_eq!(compiled.diagnostics, []);
    let program = compiled.program;
    assert_eq!(program.rosters[0].rows.len(), 2);
    assert_eq!(program.workspace.never_contact.iter().collect::<Vec<_>>(), ["mallory"]);
    let campaign = &program.campaigns[0];
    assert_eq!(campaign.contacts.lists, ["lists/l.csv"]);
    assert_eq!(campaign.messages.iter().flat_map(|message| &message.attachments).collect::<Vec<_>>(), ["files/a.pdf"]);
    let calendar = &campaign.calendar;
    assert_eq!((&calendar.windows[0], &calendar.windows[5]), (&vec![(600, 960)], &vec![]));
    assert_eq!((calendar.zone.as_str(), calendar.of_contact, calendar.gap.min, calendar.gap.max), ("Europe/Paris", true, 5, 20));
    let days: Vec<String> = calendar.holidays.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2027-01-06", "2027-05-01", "2027-12-24", "2027-12-25", "2027-12-26", "2028-05-01"]);
    assert_eq!(campaign.limits.invites_pending_max, Some(100));
    assert_eq!(campaign.limits.ramp, None);
    assert_eq!(program.workspace.limits.invites_pending_max, Some(400));
}

#[test]
fn what_cannot_be_read_is_not_told_of_twice() {
    let broken = GOOD.replace("need first_name, linkedin", "need first_name linkedin");
    let codes: Vec<&str> = compiled(&broken, &files()).diagnostics.iter().map(|told| told.code.word()).collect();
    assert_eq!(codes, ["unexpected"]);
}
