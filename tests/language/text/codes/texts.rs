//! Templates, spintax, fields, columns, lengths, languages.

use crate::language::text::codes::{GOOD, check, check_files, check_in, compiled, files};

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
