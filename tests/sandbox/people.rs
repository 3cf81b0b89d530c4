//! People: named, invented, the same from the same identifier; people files.

use crate::sandbox::{Sandbox, Wish};
use campaign_engine::model::account::Channel;
use campaign_engine::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use campaign_engine::sim::people::directory::{ContactSeed, Directory};
use campaign_engine::sim::people::file::{length_ms, read};
use campaign_engine::sim::people::identity;
use proptest::prelude::{prop_assert_eq, proptest};

#[test]
fn the_default_world_is_as_promised() {
    let sandbox = Sandbox::new();
    let accounts = sandbox.get("accounts");
    assert_eq!(
        crate::sandbox::list(&accounts, "id"),
        ["acc_linkedin_1", "acc_linkedin_2", "acc_whatsapp_1", "acc_instagram_1", "acc_messenger_1", "acc_telegram_1"]
    );
    let mut relations = crate::sandbox::list(&sandbox.get("users/relations?account_id=acc_linkedin_1"), "public_identifier");
    relations.sort();
    assert_eq!(relations, (1..=10).map(|n| format!("person-{n:03}")).collect::<Vec<_>>());
    let profile = |n: u32| sandbox.get(&format!("users/person-{n:03}?account_id=acc_linkedin_1&linkedin_sections=skills"));
    for n in 1..=40 {
        let profile = profile(n);
        assert_eq!(profile["is_relationship"], n <= 10, "{n}");
        assert_eq!(profile["is_open_profile"], (11..=15).contains(&n), "{n}");
        assert_eq!(profile["skills"][0]["endorsement_id"].is_u64(), n <= 10, "{n}");
    }
}

#[test]
fn anybody_is_invented_the_same_by_every_id() {
    let sandbox = Sandbox::with(Wish::default());
    let path = |id: &str| format!("users/{id}?account_id=acc_linkedin_1");
    let by_slug = sandbox.get(&path("tobias-lindqvist-4b1"));
    assert_eq!((by_slug["first_name"].as_str(), by_slug["last_name"].as_str()), (Some("Tobias"), Some("Lindqvist")));
    assert_eq!(by_slug, Sandbox::with(Wish { seed: 7, ..Wish::default() }).get(&path(by_slug["provider_id"].as_str().unwrap())));
    let sales = sandbox.get(&format!("{}&linkedin_api=sales_navigator", path("tobias-lindqvist-4b1")));
    assert!(sales["provider_id"].as_str().unwrap().starts_with("ACw"));
    let foreign = sandbox.get(&path("ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo"));
    assert_eq!(foreign["provider_id"], "ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo");
}

#[test]
fn contacts_of_campaigns_are_known_by_name() {
    let contact = |n: u32| ContactSeed {
        channel: Channel::Linkedin,
        identifier: format!("https://www.linkedin.com/in/c-{n}/"),
        first_name: Some(format!("Zoë{n}")),
        last_name: None,
        company: Some("Tarn & Söhne".to_owned()),
    };
    let directory = Directory::default_world(1).with_contacts((0..240).map(contact));
    let person = directory.person("c-7");
    assert_eq!((person.first_name.as_str(), person.company.as_str()), ("Zoë7", "Tarn & Söhne"));
    assert!(person.headline.ends_with("at Tarn & Söhne"), "{}", person.headline);
    let relations = (0..240).filter(|n| directory.person(&format!("c-{n}")).relation.has("any")).count();
    assert!((8..=35).contains(&relations), "{relations}");
}

#[test]
fn people_files_are_csv_or_json() {
    let dir = tempfile::tempdir().unwrap();
    let check = |name: &str, text: &str, expected: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        let got = match read(&path, 0) {
            Ok(directory) => {
                let person = directory.person("ada");
                let script = person.script.clone().unwrap();
                format!(
                    "{:?} {:?} {:?} {} {}",
                    script.accepts_after_ms,
                    script.replies_after_ms,
                    script.reply,
                    person.relation.has("acc_1"),
                    person.is_open
                )
            }
            Err(fault) => fault.to_string().replace(&path.display().to_string(), "FILE"),
        };
        assert_eq!(got, expected, "{text}");
    };
    check(
        "a.csv",
        "identifier,accepts_after,replies_after,reply,relation,open_profile\nada,2h,,,acc_1,\n",
        "Some(7200000) None None true false",
    );
    check(
        "b.csv",
        "identifier,reply,replies_after\nhttps://linkedin.com/in/Ada/,\"Yes, sure\",1d\n",
        "None Some(86400000) Some(\"Yes, sure\") false false",
    );
    check(
        "c.json",
        r#"[{"identifier":"ada","accepts_after":"3 days","open_profile":true,"relation":null}]"#,
        "Some(259200000) None None false true",
    );
    check("d.csv", "name\nada\n", "`FILE` is no people file: the first line needs a column `identifier`");
    check(
        "e.csv",
        "identifier,accepts_after\nada,soon\n",
        "row 1 of `FILE`: `soon` is no length of time; write `90s`, `20m`, `2h` or `3d`",
    );
    check("f.csv", "identifier,reply\n,x\n", "row 1 of `FILE`: `identifier` is empty");
}

#[test]
fn lengths_of_time() {
    for (text, ms) in [
        ("90s", Some(90_000)),
        ("20m", Some(20 * MINUTE_MS)),
        ("2h", Some(2 * HOUR_MS)),
        ("1.5d", Some(36 * HOUR_MS)),
        ("1 week", Some(7 * DAY_MS)),
        ("", None),
        ("never", None),
    ] {
        assert_eq!(length_ms(text), Ok(ms), "{text}");
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn every_slug_survives_its_id(slug in "[a-zà-ÿ0-9][a-zà-ÿ0-9-]{0,40}") {
        let slug = slug.to_lowercase();
        let id = identity::provider_id(Channel::Linkedin, &slug);
        prop_assert_eq!(identity::key(Channel::Linkedin, &id), Some(slug));
    }

    #[test]
    fn every_number_survives_its_private_id(number in "[0-9]{6,15}") {
        let id = identity::provider_id(Channel::Whatsapp, &number);
        prop_assert_eq!(identity::key(Channel::Whatsapp, &id), Some(number));
    }
}
