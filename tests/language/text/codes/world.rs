//! Attachments, lists, schedules, limits.

use crate::language::text::codes::{CALENDAR, GOOD, check, check_files, compiled, files};

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
