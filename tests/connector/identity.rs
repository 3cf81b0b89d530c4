//! What people write in lists, in the form the provider uses.

use campaign_engine::connector::identity::{linkedin, phone_digits, username, whatsapp};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

#[track_caller]
fn check(read: fn(&str) -> Option<String>, table: &[(&str, &str)]) {
    for (written, expected) in table {
        assert_eq!(read(written).as_deref().unwrap_or("-"), *expected, "`{written}`");
    }
}

#[test]
fn linkedin_links_slugs_and_ids() {
    check(
        linkedin,
        &[
            ("ada-lovelace", "ada-lovelace"),
            (" ada-lovelace ", "ada-lovelace"),
            ("https://www.linkedin.com/in/ada-lovelace", "ada-lovelace"),
            ("https://www.linkedin.com/in/ada-lovelace/", "ada-lovelace"),
            ("https://www.linkedin.com/in/ada-lovelace/?utm_source=x&miniProfileUrn=urn%3Ali", "ada-lovelace"),
            ("https://www.linkedin.com/in/ada-lovelace#about", "ada-lovelace"),
            ("http://linkedin.com/in/ada-lovelace", "ada-lovelace"),
            ("HTTPS://WWW.LinkedIn.com/in/Ada-Lovelace", "Ada-Lovelace"),
            ("linkedin.com/in/ada-lovelace", "ada-lovelace"),
            ("www.linkedin.com/in/ada-lovelace/", "ada-lovelace"),
            ("https://de.linkedin.com/in/ada-lovelace/de", "ada-lovelace"),
            ("https://www.linkedin.com/mwlite/in/ada-lovelace", "ada-lovelace"),
            ("https://www.linkedin.com/in/j%C3%BCrgen-m%C3%BCller-12", "jürgen-müller-12"),
            ("https://www.linkedin.com/in/jürgen-müller-12/", "jürgen-müller-12"),
            ("https://www.linkedin.com/in/ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo", "ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo"),
            ("https://www.linkedin.com/sales/lead/ACwAABr4XkE,NAME_SEARCH,x", "ACwAABr4XkE"),
            ("https://www.linkedin.com/talent/profile/AEMAABr4XkE?project=1", "AEMAABr4XkE"),
            ("ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo", "ACoAABr4XkEBz7Wm1qPtY9vCgL0sRj6HdNfUaIo"),
            ("https://www.linkedin.com/company/kestrel", "-"),
            ("https://www.linkedin.com/in/", "-"),
            ("https://example.com/in/ada-lovelace", "-"),
            ("https://linkedin.com.example.com/in/ada", "-"),
            ("https://evil.example/linkedin.com/in/ada", "-"),
            ("j%C3%BCrgen-m%C3%BCller-12", "jürgen-müller-12"),
            ("%ff", "-"),
            ("%2e%2e%2fme", "-"),
            ("ada lovelace", "-"),
            ("", "-"),
            ("/", "-"),
        ],
    );
}

#[test]
fn phone_numbers_with_their_country() {
    check(
        phone_digits,
        &[
            ("+44 7700 900123", "447700900123"),
            ("+44 (0)7700 900123", "447700900123"),
            ("0044 7700-900123", "447700900123"),
            ("447700900123", "447700900123"),
            ("447700900123@s.whatsapp.net", "447700900123"),
            ("447700900123:7@s.whatsapp.net", "447700900123"),
            ("+1 (212) 555-0100", "12125550100"),
            ("+33.6.11.11.22.22", "33611112222"),
            ("07700 900123", "-"),
            ("182736455463728@lid", "-"),
            ("120363029384756102@g.us", "-"),
            ("hidden", "-"),
            ("+44 call me", "-"),
            ("44+7700900123", "-"),
            ("123456", "-"),
            ("1234567890123456", "-"),
            ("", "-"),
        ],
    );
    check(whatsapp, &[("+44 7700 900123", "447700900123@s.whatsapp.net"), ("07700 900123", "-")]);
}

#[test]
fn user_names() {
    check(
        username,
        &[
            ("@ada", "ada"),
            ("ada", "ada"),
            (" ada.lovelace ", "ada.lovelace"),
            ("https://www.instagram.com/ada.lovelace/?hl=en", "ada.lovelace"),
            ("instagram.com/ada", "ada"),
            ("https://t.me/ada", "ada"),
            ("t.me/@ada", "ada"),
            ("https://m.me/ada", "ada"),
            ("https://www.messenger.com/t/1000123", "1000123"),
            ("17841400000000", "17841400000000"),
            ("https://example.com/ada", "-"),
            ("ada lovelace", "-"),
            ("a/b", "-"),
            ("@", "-"),
            ("", "-"),
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// What was normalised stays as it is, and no input panics.
    #[test]
    fn normalising_again_changes_nothing(written in "\\PC{0,60}") {
        for read in [phone_digits, whatsapp, username] {
            if let Some(once) = read(&written) {
                prop_assert_eq!(read(&once), Some(once.clone()));
            }
        }
        if let Some(once) = linkedin(&written) {
            linkedin(&once);
        }
    }
}
