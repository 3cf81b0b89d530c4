//! Any message, rendered for a contact whose data is any text: the value comes out literally, and never is a template.
#![no_main]

use campaign_engine::lang::text::template::parse;
use campaign_engine::lang::text::uses::fields_used;
use campaign_engine::lang::text::{Scope, render};
use campaign_engine::model::account::SenderProfile;
use campaign_engine::model::campaign::{Message, Variant};
use campaign_engine::model::value::Fields;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, value) = input;
    if let Ok(template) = parse(text) {
        for used in fields_used(&template) {
            assert!(text.get(used.at.clone()).is_some(), "{used:?} is no place of the text");
        }
    }
    let rendered = |text: &str| {
        let fields: Fields = [("x".to_owned(), value.to_owned())].into_iter().collect();
        let sender = SenderProfile { provider_id: None, first_name: None, last_name: None, headline: None };
        let scope = Scope { campaign: "fuzz", contact_key: "ada", fields: &fields, sender: &sender, reply_text: None };
        let variant = Variant { language: None, subject: None, text: text.to_owned() };
        let message =
            Message { name: "m".to_owned(), variants: vec![variant], ..message() };
        render(&message, &scope)
    };
    let _ = rendered(text);
    if !value.is_empty() {
        assert_eq!(rendered("<{{ x }}>").map(|rendered| rendered.text), Ok(format!("<{value}>")));
    }
});

fn message() -> Message {
    Message { name: String::new(), variants: Vec::new(), attachments: Vec::new(), voice: None }
}
