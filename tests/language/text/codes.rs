//! Texts against data, files, time and limits: a good folder, one thing made wrong, the code at its place.

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
fn templates_and_spintax() {
    check("Hi {{ first_name }}", "Hi {{ first_name | «titel» }}", "bad-template", "there is no filter `titel`", &[]);
    check("Thanks {{", "«{% for x in y %}»{{", "bad-template", "`for` is no statement of templates", &[]);
    check("\"Text\"", "\"\"\"\n      One\n        {a|b} «{only}»\n    \"\"\"", "unbalanced-spintax", "a choice of one", &[]);
    check("subject \"About", "subject \"é «{»About", "unbalanced-spintax", "a choice that is never closed", &[]);
    check(
        "send intro",
        "send intro\n        notify owner \"Hi \\\"{{ first_name }}\\\" «{»a\"",
        "unbalanced-spintax",
        "a choice that is never closed",
        &[],
    );
}

#[test]
fn fields() {
    let unknown = "the contacts declare no `firstname`";
    check("Hi {{ first_name }}", "Hi {{ «firstname» }}", "unknown-field", unknown, &[]);
    check(
        "About {{ first_name }}",
        "About {{ first_name }}{% if «firstname» %}{{ firstname }}{% endif %}",
        "unknown-field",
        unknown,
        &[],
    );
    check("send intro", "send intro\n        notify owner \"{{ «firstname» or 'x' }}\"", "unknown-field", unknown, &[]);
    check("\"Text\"", "\"{{ «sender.age» }}\"", "unknown-field", "the contacts declare no `sender.age`", &[]);
    check(
        "\"Text\"",
        "\"{{ «reply.text» }}\"",
        "unknown-field",
        "`reply.text` is known after a reply only",
        &["here nobody has replied"],
    );
    check("{{ pain or \"cost\" }}", "{{ «pain» }}", "unguarded-field", "`pain` may be missing here", &[]);
    check("{{ pain or \"cost\" }}", "{% if age %}{{ «pain» }}{% endif %}", "unguarded-field", "`pain` may be missing here", &[]);
}

#[test]
fn columns_and_values() {
    let lists = |text: &str| files().with("lists/l.csv", text);
    let header = "its columns are linkedin, First Name";
    let missing = "the list has no column `first_name`";
    check_files(
        &lists("linkedin,First Name\n"),
        "need first_name",
        "need «first_name»",
        "column-missing",
        missing,
        &[&format!("c/lists/l.csv:1 {header}")],
    );
    let nobody = "the list has no column `linkedin` to tell people apart by";
    check_files(
        &lists("first_name\n"),
        "need first_name, linkedin",
        "need first_name, «linkedin»",
        "column-missing",
        nobody,
        &["c/lists/l.csv:1 its columns are first_name"],
    );
    let empty = "list `lists/l.csv` cannot be used: it is empty";
    check_files(&lists(""), "from \"lists/l.csv\"", "from «\"lists/l.csv\"»", "column-missing", empty, &[]);
    let rows = lists("linkedin,first_name\nada,Ada\ngrace\nalan,\n");
    let values = "`first_name` is missing in 2 rows of c/lists/l.csv";
    check_files(
        &rows,
        "need first_name",
        "need «first_name»",
        "value-missing",
        values,
        &["c/lists/l.csv:3 no `first_name`", "c/lists/l.csv:4 no `first_name`"],
    );
    let many = lists(&format!("linkedin,first_name\n{}", "x,\n".repeat(9)));
    let told = compiled(GOOD, &many).diagnostics;
    assert_eq!((told.len(), told[0].labels.len(), told[0].labels[5].text.as_str()), (1, 6, "and 4 more from here"));
    check("age: number = 3", "age: number = «\"three\"»", "type-mismatch", "the default of `age` is no number", &[]);
}

#[test]
fn bad_rows_do_not_refuse_a_campaign() {
    let rows = files().with("lists/l.csv", "linkedin,first_name,age\nada,Ada,old\ngrace,Grace,3\ngrace,G,4\n");
    let compiled = compiled(GOOD, &rows);
    assert_eq!(compiled.diagnostics, []);
    let roster = &compiled.program.rosters[0];
    let refused: Vec<(u32, &str)> = roster.refused.iter().map(|row| (row.row, row.reason.as_str())).collect();
    assert_eq!(roster.rows.len(), 1);
    assert_eq!(refused, [(2, "`age` is `old`, which is no number"), (4, "`grace` is in row 3 already")]);
}

#[test]
fn lengths() {
    let x = |count: usize| "x".repeat(count);
    // `Grace` is the longest name: 200 are the most for a classic account.
    let fits = GOOD.replace("\"Hi {{ first_name }}\"", &format!("\"{}{{{{ first_name }}}}\"", x(195)));
    assert_eq!(compiled(&fits, &files()).diagnostics, []);
    let note = "the text comes to 201 characters for Grace; a note of `marc` (classic) has at most 200";
    let long = format!("«\"{}{{{{ first_name }}}}\"»", x(196));
    check("\"Hi {{ first_name }}\"", &long, "text-too-long", note, &["sent here", "c/lists/l.csv:3 1 too many for Grace"]);
    let spun = format!("«\"{}{{a|b{{c|{{{{ first_name }}}}}}}}\"»", x(195));
    check("\"Hi {{ first_name }}\"", &spun, "text-too-long", note, &["sent here", "c/lists/l.csv:3 1 too many for Grace"]);
    // A character beyond the basic plane is two units.
    let wide = format!("«\"{}\"»", "😀".repeat(101));
    let ada = "the text comes to 202 characters for Ada; a note of `marc` (classic) has at most 200";
    check("\"Hi {{ first_name }}\"", &wide, "text-too-long", ada, &["sent here", "c/lists/l.csv:2 2 too many for Ada"]);
    let subject = format!("«\"{}\"»", x(201));
    let said = "the text comes to 201 characters for Ada; the subject of an InMail has at most 200";
    check("\"About {{ first_name }}\"", &subject, "text-too-long", said, &["sent here", "c/lists/l.csv:2 1 too many for Ada"]);
    let body = format!("«\"{}\"»", x(1_901));
    let said = "the text comes to 1901 characters for Ada; an InMail has at most 1900";
    check("\"Text\"", &body, "text-too-long", said, &["sent here", "c/lists/l.csv:2 1 too many for Ada"]);
    let message = format!("«\"{}{{{{ pain or 'xx' }}}}\"»", x(7_997));
    let said = "the text comes to 8001 characters for Ada; a message has at most 8000";
    check(
        "\"Thanks {{ first_name }}, {{ pain or \"cost\" }}\"",
        &message,
        "text-too-long",
        said,
        &["sent here", "c/lists/l.csv:2 1 too many for Ada"],
    );
}

#[test]
fn languages() {
    let both =
        "message «hello»\n    [en] \"Hi {{ first_name }}\"\n  end\n  message intro\n    [fr] \"Merci\"\n    [en] \"Ta\"\n  end";
    let from = GOOD.find("message hello").unwrap();
    let to = GOOD.find("message mail").unwrap();
    let hello = GOOD[from..to].trim_end();
    let intro = &GOOD[GOOD.find("  message intro").unwrap()..GOOD.find("  steps").unwrap()];
    let without_intro = GOOD.replace(intro, "");
    check_in(&without_intro, &files(), hello, both, "language-missing", "`hello` has no text for [fr]", &["`intro` has it"]);
    let asks = files().with("lists/l.csv", "linkedin,first_name,language\nada,Ada,en-GB\nlise,Lise,fr-CA\n");
    check_files(
        &asks,
        "message hello",
        "message «hello»",
        "language-missing",
        "`hello` has no text for [fr-CA]",
        &["c/lists/l.csv:3 `lise` asks for it"],
    );
}

#[test]
fn attachments() {
    let attach = |name: &str| format!("attach «\"{name}\"»");
    let old = "attach \"files/a.pdf\"";
    check(old, &attach("files/b.pdf"), "file-missing", "there is no file `files/b.pdf`", &[]);
    check(old, &attach("../a.pdf"), "file-outside", "`../a.pdf` leaves the folder", &[]);
    let large = files().with("files/l.pdf", vec![b'%'; 15_000_001]);
    check_files(&large, old, &attach("files/l.pdf"), "file-too-large", "`files/l.pdf` has 15.0 MB, 15 MB are the most", &[]);
    let table: [(&str, &[u8], Option<&str>); 9] = [
        (
            "x.docx",
            b"PK\x03\x04",
            Some("`files/x.docx` is application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ),
        ("x", b"abc", Some("`files/x` is of no kind that is known")),
        ("x.pdf", b"MZ\x90", Some("`files/x.pdf` is no application/pdf inside")),
        ("x.png", b"\xff\xd8\xff", Some("`files/x.png` is no image/png inside")),
        ("x.mp4", b"#!/bin/sh", Some("`files/x.mp4` is no video/mp4 inside")),
        ("x.jpg", b"", Some("`files/x.jpg` is empty")),
        ("x.jpg", b"\xff\xd8\xff\xe0", None),
        ("x.mp4", b"\0\0\0\x18ftypmp42", None),
        ("x.mp3", b"ID3\x04", None),
    ];
    for (name, content, message) in table {
        let files = files().with(&format!("files/{name}"), content);
        let path = format!("files/{name}");
        match message {
            Some(message) => check_files(&files, old, &attach(&path), "file-type", message, &[]),
            None => assert_eq!(compiled(&GOOD.replace("files/a.pdf", &path), &files).diagnostics, []),
        }
    }
}

#[test]
fn lists_that_are_not_there() {
    check("from \"lists/l.csv\"", "from «\"lists/m.csv\"»", "file-missing", "there is no file `lists/m.csv`", &[]);
    check(
        "never contact \"lists/never.csv\"",
        "never contact «\"lists/m.csv\"»",
        "file-missing",
        "there is no file `lists/m.csv`",
        &[],
    );
    check(
        "holidays \"lists/holidays.csv\"",
        "holidays «\"/etc/passwd\"»",
        "file-outside",
        "`/etc/passwd` leaves the folder",
        &[],
    );
    let odd = files().with("lists/holidays.csv", "2027-01-06\n2027-13-01\n");
    check_files(
        &odd,
        "holidays \"lists/holidays.csv\"",
        "holidays «\"lists/holidays.csv\"»",
        "file-type",
        "`2027-13-01` is no date",
        &["c/lists/holidays.csv:2 here"],
    );
    let odd = files().with("lists/france.ics", CALENDAR.replace("FREQ=YEARLY", "FREQ=DAILY"));
    check_files(
        &odd,
        "holidays \"lists/france.ics\"",
        "holidays «\"lists/france.ics\"»",
        "file-type",
        "`May` in c/lists/france.ics has no day that can be read",
        &[],
    );
}

#[test]
fn schedules() {
    check("10:00-16:00", "«16:00-10:00»", "never-open", "16:00-10:00 is never open", &[]);
    check(
        "send monday to friday 10:00-16:00",
        "send monday to friday «08:00-16:00»",
        "loosens-limit",
        "08:00-16:00 is open when the workspace is not",
        &[],
    );
    check(
        "send monday to friday 10:00-16:00",
        "send monday, sunday «10:00-16:00»",
        "loosens-limit",
        "10:00-16:00 is open when the workspace is not",
        &[],
    );
    check(
        "gap 5 to 20 minutes",
        "gap «3 to 20 minutes»",
        "loosens-limit",
        "a gap of 3 to 20 minutes is shorter than the workspace's 4 to 11 minutes",
        &[],
    );
    check(
        "contact or \"Europe/Paris\"",
        "contact or «\"Europe/Pariss\"»",
        "unknown-zone",
        "nobody knows the time zone `Europe/Pariss`",
        &[],
    );
    check("timezone \"Europe/Paris\"", "timezone «\"New York\"»", "unknown-zone", "nobody knows the time zone `New York`", &[]);
    let apart = GOOD.replace("send monday to friday 10:00-16:00", "send saturday 10:00-16:00");
    let codes: Vec<&str> = compiled(&apart, &files()).diagnostics.iter().map(|told| told.code.word()).collect();
    assert_eq!(codes, ["never-open", "loosens-limit"]);
}

#[test]
fn limits() {
    check(
        "invites 10 a day",
        "invites «30 a day»",
        "loosens-limit",
        "30 invites a day is more than the workspace allows (20 a day)",
        &[],
    );
    check(
        "invites 10 a day",
        "messages «60 a day»",
        "loosens-limit",
        "60 messages a day is more than the workspace allows (50 a day)",
        &[],
    );
    check(
        "pending invites at most 100",
        "pending invites at most «500»",
        "loosens-limit",
        "500 pending invites is more than the workspace allows (400)",
        &[],
    );
    check(
        "pending invites at most 100",
        "«ramp up over 7 days from 20%»",
        "loosens-limit",
        "a faster ramp is more than the workspace allows (21 days from 20%)",
        &[],
    );
    check("invites 10 a day", "invites 10 a day, «9 a day»", "duplicate-name", "the invites a day are limited twice", &[]);
}

#[test]
fn what_cannot_be_read_is_not_told_of_twice() {
    let broken = GOOD.replace("need first_name, linkedin", "need first_name linkedin");
    let codes: Vec<&str> = compiled(&broken, &files()).diagnostics.iter().map(|told| told.code.word()).collect();
    assert_eq!(codes, ["unexpected"]);
    let later = GOOD.replace("may have pain", "at most 2 per company\n    may have pain").replace("{{ pain or", "{{ pane or");
    let codes: Vec<&str> = compiled(&later, &files()).diagnostics.iter().map(|told| told.code.word()).collect();
    assert_eq!(codes, ["not-yet", "unknown-field"]);
}
