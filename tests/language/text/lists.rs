//! Contact lists: what is read, what is refused, and by which row.

use campaign_engine::lang::lists::{List, ListFault, identifiers, read_list, roster};
use campaign_engine::model::account::Channel;
use campaign_engine::model::campaign::Field;
use campaign_engine::model::identity::identity;
use campaign_engine::model::program::Roster;
use campaign_engine::model::value::FieldType;

fn read(text: &str) -> List {
    read_list("l.csv", text.as_bytes()).unwrap()
}

fn field(name: &str, ty: FieldType, is_required: bool) -> Field {
    Field { name: name.into(), ty, is_required, default: None }
}

fn entered(text: &str) -> Roster {
    let fields = [
        field("first_name", FieldType::Text, true),
        field("age", FieldType::Number, false),
        field("due", FieldType::Date, false),
    ];
    roster(&[read(text)], &fields, Channel::Linkedin)
}

/// `row key` of whoever enters, `row reason` of whoever does not.
#[track_caller]
fn check(text: &str, good: &[&str], bad: &[&str]) {
    let roster = entered(text);
    let rows: Vec<String> = roster.rows.iter().map(|row| format!("{} {}", row.number(), row.key())).collect();
    let refused: Vec<String> = roster.refused.iter().map(|row| format!("{} {}", row.row, row.reason)).collect();
    assert_eq!(
        (rows, refused),
        (good.iter().map(|s| s.to_string()).collect(), bad.iter().map(|s| s.to_string()).collect()),
        "{text:?}"
    );
}

#[test]
fn notations() {
    check("linkedin,first_name\nada,Ada\n", &["2 ada"], &[]);
    check("\u{feff}linkedin;first_name\r\nada;Ada\r\n", &["2 ada"], &[]);
    check("linkedin,first_name\nada,\"Ada, \"\"A\"\"\"\n", &["2 ada"], &[]);
    check("linkedin,first_name\nada,Ada", &["2 ada"], &[]);
    check("linkedin , first_name \n ada , Ada ", &["2 ada"], &[]);
    check("linkedin,first_name,,\nada,Ada,,\n,,,\n", &["2 ada"], &[]);
    check("linkedin,first_name\n", &[], &[]);
    check("linkedin;first_name\rada;Ada\r\rgrace;Grace, G\r", &["2 ada", "4 grace"], &[]);
    check("linkedin,first_name\r\"a\rb\",Ada\rgrace,Grace\r\nalan,Alan", &["2 a\rb", "3 grace", "4 alan"], &[]);
    let quoted = entered("linkedin,first_name\nada,\"Ada; \"\"A\"\"\"\n");
    assert_eq!(quoted.rows[0].get("first_name"), Some("Ada; \"A\""));
}

#[test]
fn rows_count_as_in_a_spreadsheet() {
    check("linkedin,first_name\n\nada,\"A\nd\na\"\n\n\ngrace,Grace\nalan,Alan\n", &["3 ada", "6 grace", "7 alan"], &[]);
    check("\nlinkedin,first_name\nada,Ada\n", &["3 ada"], &[]);
}

#[test]
fn bad_rows_do_not_hold_up_the_good() {
    check(
        "linkedin,first_name,age,due\nada,Ada,36,2027-01-04\nalan\n,Grace\nmarie,Marie,old\nlise,Lise,,soon\nemmy,Emmy,1,2027-01-04T10:00:00Z,x\nrosa,Rosa,1e3,2027-01-04T10:00:00Z\n",
        &["2 ada", "8 rosa"],
        &[
            "3 it has no `first_name`",
            "4 it has no `linkedin`, which tells people apart",
            "5 `age` is `old`, which is no number",
            "6 `due` is `soon`, which is no date (write 2027-01-31)",
            "7 it has 5 values, the header 4",
        ],
    );
    check(
        "linkedin,first_name\nada,Ada\nalan,\"Alan\ngrace,Grace\n",
        &["2 ada"],
        &["3 a quote is opened and never closed, and all behind it is lost"],
    );
    let latin = read_list("l.csv", b"linkedin,first_name\nada,Ad\xe9\nalan,Alan\n").unwrap();
    assert_eq!((latin.sheet.len(), latin.refused[0].row, latin.refused[0].reason.as_str()), (1, 2, "it is no UTF-8"));
}

#[test]
fn one_person_enters_once() {
    check(
        "linkedin,first_name\nhttps://www.linkedin.com/in/Ada-L/?trk=x,Ada\nada-l,Ada\nhttp://fr.linkedin.com/in/ada-l/details/skills,Ada\nada,Ada\n",
        &["2 https://www.linkedin.com/in/Ada-L/?trk=x", "5 ada"],
        &["3 `ada-l` is in row 2 already", "4 `http://fr.linkedin.com/in/ada-l/details/skills` is in row 2 already"],
    );
    check("id,linkedin,first_name\n1,ada,Ada\n2,ada,Ada\n1,x,X\n", &["2 1", "3 2"], &["4 `1` is in row 2 already"]);
    let lists = ["l.csv", "m.csv"].map(|file| read_list(file, b"linkedin,first_name\nada,Ada\n").unwrap());
    let both = roster(&lists, &[], Channel::Linkedin);
    assert_eq!((both.rows.len(), both.refused[0].reason.as_str()), (1, "`ada` is in row 2 of l.csv already"));
}

#[test]
fn whole_lists_that_cannot_be_used() {
    assert_eq!(read_list("l", b""), Err(ListFault::Empty));
    assert_eq!(read_list("l", b"\xff\xfea\0"), Err(ListFault::NotUtf8));
    assert_eq!(read_list("l", b"a,b,a\n"), Err(ListFault::TwoColumns("a".into())));
}

#[test]
fn spellings_of_one_person() {
    let table = [
        ("https://www.linkedin.com/in/Ada/", "ada"),
        ("linkedin.com/in/ada?x=1#y", "ada"),
        ("@ada", "ada"),
        ("https://t.me/Ada", "ada"),
        ("https://instagram.com/ada/", "ada"),
        ("+33 6 12-34-56-78", "33612345678"),
        ("0033612345678", "33612345678"),
        ("33612345678@s.whatsapp.net", "33612345678"),
        ("https://wa.me/33612345678", "33612345678"),
        ("Ada@Example.com", "ada@example.com"),
        ("123", "123"),
        (" ada ", "ada"),
        ("https://example.com/in/ada", "https://example.com/in/ada"),
    ];
    for (written, same) in table {
        assert_eq!(identity(written), same);
        assert_eq!(identity(&identity(written)), same, "once is enough");
    }
}

#[test]
fn lists_of_people_never_to_contact() {
    let named = identifiers("n", b"first_name,linkedin,email\nAda,https://linkedin.com/in/ada,Ada@x.example\n").unwrap();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["ada", "ada@x.example"]);
    let bare = identifiers("n", b"grace\n+33 6 12 34 56 78\n").unwrap();
    assert_eq!(bare.into_iter().collect::<Vec<_>>(), ["33612345678", "grace"]);
    assert!(identifiers("n", b"").unwrap().is_empty());
}
