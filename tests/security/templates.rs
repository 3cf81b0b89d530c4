//! Values are data: whatever a person calls themselves comes out as it was written, once.

use campaign_engine::lang::text::{Scope, render};
use campaign_engine::model::account::SenderProfile;
use campaign_engine::model::campaign::{Message, Variant};
use campaign_engine::model::value::Fields;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

/// What six template languages, and shells, would act on.
const CORPUS: [&str; 42] = [
    "{{ 7 * 7 }}",
    "{{ first_name }}",
    "{{ sender.first_name }}",
    "{{ reply.text }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{# gone #}",
    "{{ ''.__class__.__mro__ }}",
    "{{ config }}",
    "{{ self }}",
    "{{ cycler.__init__.__globals__ }}",
    "{%- if true -%}x{%- endif -%}",
    "{{ '{{' }}",
    "${7*7}",
    "#{7*7}",
    "*{7*7}",
    "@{7*7}",
    "${T(java.lang.Runtime)}",
    "<#assign x=1>",
    "${x?new()}",
    "[[${7*7}]]",
    "<%= 7*7 %>",
    "<% x %>",
    "<%# x %>",
    "%= 7*7",
    "{{{ x }}}",
    "{{#each this}}x{{/each}}",
    "{{> partial}}",
    "{{constructor.constructor('x')()}}",
    "#set($x=1)",
    "$x",
    "$!{x}",
    "{php}x{/php}",
    "{$smarty.version}",
    "{literal}",
    "[% 7 * 7 %]",
    "{a|b|c}",
    "{hi|hello}",
    "`id`",
    "$(id)",
    "%s%n",
    "%{7*7}",
    "\\{{ x }}",
];

fn rendered(value: &str) -> String {
    let text = "Hi {{ first_name }}, {{ first_name }} of {{ company or 'x' }}: {{ reply.text }}";
    let variants = vec![Variant { language: None, subject: None, text: text.to_owned() }];
    let message = Message { name: "hello".to_owned(), variants, attachments: Vec::new(), voice: None };
    let fields: Fields = [("first_name", value), ("company", value)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let sender = SenderProfile { first_name: Some("Lina".to_owned()), ..SenderProfile::default() };
    let scope = Scope { campaign: "intro", contact_key: "ada", fields: &fields, sender: &sender, reply_text: Some(value) };
    render(&message, &scope).unwrap().text
}

fn expected(value: &str) -> String {
    format!("Hi {value}, {value} of {value}: {value}")
}

#[test]
fn every_payload_comes_out_literally() {
    for payload in CORPUS {
        assert_eq!(rendered(payload), expected(payload));
        let twice = format!("{payload}{payload}");
        assert_eq!(rendered(&twice), expected(&twice));
    }
}

fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        select(CORPUS.to_vec()).prop_map(str::to_owned),
        select(vec!["{", "}", "%", "#", "|", "$", "{{", "}}", "{%", "%}", "\\", "'", "\"", " ", "\n"]).prop_map(str::to_owned),
        any::<char>().prop_filter("shown", |c| !c.is_control()).prop_map(String::from),
    ];
    proptest::collection::vec(part, 1..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_value_comes_out_literally(value in hostile().prop_filter("something is said", |value| !value.trim().is_empty())) {
        prop_assert_eq!(rendered(&value), expected(&value));
    }
}
