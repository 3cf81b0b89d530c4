//! What an engine says into a file names nobody and quotes nobody: whoever is erased does not live on in its logs.

use crate::cli::far::Desk;

const FOLDER: &str = r#"
workspace acme
  account nadia
    id "acc_linkedin_1"
    channel linkedin
    tier sales_navigator
  end
  schedule
    send monday to sunday 00:00-24:00
    timezone "UTC"
    gap 4 to 11 minutes
  end
end
campaign hello
  accounts from nadia
  outcomes neutral no_answer, answered
  contacts from "people.csv"
    need first_name, last_name, linkedin
    may have company
  end
  message hi
    "Dear {{ first_name }}, have you a minute?"
  end
  steps
    invite with "Dear {{ first_name }}, shall we connect?"
    wait up to 6 days
      when accepted
        first: send hi
        wait 6 days
        stop as no_answer
      on timeout
        stop as no_answer
    end
  end
  on reply
    set company = "Oberursel"
    notify owner "{{ first_name }} {{ last_name }} wrote"
    stop as answered
  end
end
"#;
const PEOPLE: &str = "identifier,accepts_after,replies_after,reply,relation,open_profile\n\
    quillfeather,2h,1h,My mother is ill at Oberursel,,\nwindermere,2h,,,,\nmarzipan,,,,,\n";
const LIST: &str = "first_name,last_name,linkedin\n\
    Zephyrine,Quillfeather,https://www.linkedin.com/in/quillfeather/\n\
    Balthasar,Windermere,https://www.linkedin.com/in/windermere/\n\
    Melusine,Marzipan,https://www.linkedin.com/in/marzipan/\n";
const THEIRS: [&str; 7] = ["zephyrine", "quillfeather", "oberursel", "balthasar", "windermere", "melusine", "marzipan"];

/// Names, addresses, words and fields of people in what was said.
fn named(talk: &str) -> Vec<&'static str> {
    let talk = talk.to_lowercase();
    THEIRS.into_iter().filter(|word| talk.contains(word)).collect()
}

#[test]
fn a_log_names_nobody_and_says_who_is_who_to_those_who_ask() {
    let folder = tempfile::tempdir().unwrap();
    let people = folder.path().join("people.csv");
    std::fs::write(&people, PEOPLE).unwrap();
    let desk = Desk::with(Some(people), 1_000_000);
    std::fs::write(desk.folder.path().join("hello.camp"), FOLDER).unwrap();
    std::fs::write(desk.folder.path().join("people.csv"), LIST).unwrap();
    let (code, data, talk) = desk.engine("run hello.camp --yes --until-idle --speed 1000000 -vv", &[]);
    assert_eq!((code, data.as_str()), (0, ""), "{talk}");
    for says in ["#1 ", "invited", "accepted the invitation", "replied: \"…\"", "set: company", "told owner", "ended: answered"]
    {
        assert!(talk.contains(says), "{says}: {talk}");
    }
    assert_eq!(named(&talk), [""; 0], "{talk}");
    let (code, data, _) = desk.engine("why #1", &[]);
    assert!(code == 0 && data.contains("Zephyrine"), "{data}");
    let (code, data, talk) = desk.engine("contacts erase #1 --yes", &[]);
    assert!(code == 0 && named(&(data.clone() + &talk)).is_empty(), "{data}{talk}");
    let (code, data, talk) = desk.engine("run hello.camp --yes --until-idle --speed 1000000 -vv", &[]);
    assert!(code == 0 && named(&(data.clone() + &talk)).is_empty(), "{data}{talk}");
}
