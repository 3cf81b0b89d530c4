//! The JSON Schema of the notation: it takes the files we ship, knows the keys the reader knows, and refuses others.

use crate::language::yaml::table::CLAUSES_YAML;
use campaign_engine::lang::format::convert;
use campaign_engine::lang::source::Notation;
use campaign_engine::lang::yaml;
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(yaml::SCHEMA).unwrap()
}

/// As much of JSON Schema as ours uses.
fn fits(root: &Value, rule: &Value, node: &Value) -> bool {
    if let Some(name) = rule["$ref"].as_str() {
        return fits(root, &root["$defs"][name.strip_prefix("#/$defs/").unwrap()], node);
    }
    let all = |key: &str| rule[key].as_array().into_iter().flatten();
    let is_one = rule.get("oneOf").is_none() || all("oneOf").filter(|rule| fits(root, rule, node)).count() == 1;
    let is_listed = rule.get("enum").is_none() || all("enum").any(|value| value == node);
    let is_const = rule.get("const").is_none_or(|value| value == node);
    is_one && is_listed && is_const && is_typed(&rule["type"], node) && has_keys(root, rule, node) && matches(rule, node)
}

fn is_typed(wanted: &Value, node: &Value) -> bool {
    let is = |word: &str| match word {
        "string" => node.is_string(),
        "integer" => node.is_u64() || node.is_i64(),
        "number" => node.is_number(),
        "null" => node.is_null(),
        "array" => node.is_array(),
        "object" => node.is_object(),
        other => panic!("the schema speaks of `{other}`"),
    };
    match wanted {
        Value::String(word) => is(word),
        Value::Array(words) => words.iter().any(|word| is(word.as_str().unwrap())),
        _ => true,
    }
}

fn has_keys(root: &Value, rule: &Value, node: &Value) -> bool {
    if let Some(entries) = node.as_array() {
        return rule.get("items").is_none_or(|rule| entries.iter().all(|node| fits(root, rule, node)));
    }
    let Some(entries) = node.as_object() else { return true };
    let has_needed = rule["required"].as_array().into_iter().flatten().all(|key| entries.contains_key(key.as_str().unwrap()));
    let are_few = rule["maxProperties"].as_u64().is_none_or(|most| entries.len() as u64 <= most);
    let are_named = |key: &str| rule.get("propertyNames").is_none_or(|rule| fits(root, rule, &Value::from(key)));
    let is_known = |key: &str, node: &Value| {
        if let Some(rule) = rule["properties"].get(key) {
            return fits(root, rule, node);
        }
        let patterns = rule["patternProperties"].as_object().into_iter().flatten();
        if let Some((_, rule)) = patterns.into_iter().find(|(pattern, _)| regex::Regex::new(pattern).unwrap().is_match(key)) {
            return fits(root, rule, node);
        }
        match &rule["additionalProperties"] {
            Value::Bool(is_allowed) => *is_allowed,
            Value::Null => true,
            rule => fits(root, rule, node),
        }
    };
    has_needed && are_few && entries.iter().all(|(key, node)| are_named(key) && is_known(key, node))
}

fn matches(rule: &Value, node: &Value) -> bool {
    let (Some(pattern), Some(text)) = (rule["pattern"].as_str(), node.as_str()) else { return true };
    regex::Regex::new(pattern).unwrap().is_match(text)
}

fn takes(text: &str) -> bool {
    fits(&schema(), &schema(), &serde_yaml::from_str(text).unwrap())
}

#[test]
fn the_schema_takes_the_files_we_ship_in_both_notations() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/campaigns");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = || std::fs::read_to_string(&path).unwrap();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("camp") => assert!(takes(&convert(&text(), Notation::Camp, Notation::Yaml).unwrap()), "{}", path.display()),
            Some("yaml") => assert!(takes(&text()), "{}", path.display()),
            _ => {}
        }
    }
    assert!(takes(CLAUSES_YAML));
}

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    for text in [
        "campaign: c",
        "campaign: c\nsteps: [{sned: a}]",
        "campaign: c\nsteps: [{send: a, chanel: whatsapp}]",
        "campaign: c\nsteps: []\non: []",
        "campaign: c\nsteps: [{wait: 3 dais}]",
        "campaign: c\nversion: one\nsteps: []",
        "workspace: {accounts: {a: {tier: gold}}, name: w}",
    ] {
        assert!(!takes(text), "{text}");
    }
}

#[test]
fn the_schema_knows_the_keys_of_the_language() {
    let schema = schema();
    let keyed = schema["$defs"]["keyed"]["oneOf"].as_array().unwrap();
    for (key, beside) in yaml::keys::STATEMENTS {
        let forms = || keyed.iter().filter(|form| form["properties"].get(*key).is_some());
        assert!(forms().next().is_some(), "`{key}` is not in the schema");
        for other in beside.iter().filter(|other| !yaml::keys::is_not_yet(other)) {
            assert!(
                forms().any(|form| form["properties"].get(*other).is_some()),
                "`{other}` beside `{key}` is not in the schema"
            );
        }
    }
}
