//! Whatever the API tells, a command tells as well, in the same words: over one finished run, with the engine still up.

use crate::server::serving::Serving;
use serde_json::{Value, json};

/// The command that says the same.
enum Twin {
    /// One document.
    Same(&'static [&'static str]),
    /// The list of that name in the document is what the command prints line by line.
    Lines(&'static str, &'static [&'static str]),
    /// Looked at by a function of its own.
    Parts(fn(&Serving, &Value)),
    /// None, and why.
    Without(&'static str),
}

/// Every read of the API. `{who}` is somebody who answered, `{in}` their campaign.
const TWINS: &[(&str, &str, Twin)] = &[
    ("/api/v1/status", "", Twin::Same(&["status"])),
    ("/api/v1/status", "?campaign={in}", Twin::Same(&["status", "{in}"])),
    ("/api/v1/contacts", "?limit=500", Twin::Lines("contacts", &["status", "--contacts"])),
    ("/api/v1/contacts", "?limit=500&campaign={in}", Twin::Lines("contacts", &["status", "{in}", "--contacts"])),
    ("/api/v1/contacts", "?limit=500&status=ended", Twin::Lines("contacts", &["status", "--where", "ended"])),
    ("/api/v1/contacts/{id}", "", Twin::Parts(one_contact)),
    ("/api/v1/contacts/{id}/timeline", "", Twin::Lines("lines", &["timeline", "{who}", "--campaign", "{in}"])),
    ("/api/v1/contacts/{id}/thread", "", Twin::Same(&["inbox", "show", "{who}", "--campaign", "{in}"])),
    ("/api/v1/campaigns/{name}", "", Twin::Parts(one_campaign)),
    ("/api/v1/accounts", "", Twin::Same(&["accounts"])),
    ("/api/v1/inbox", "", Twin::Same(&["inbox"])),
    ("/api/v1/inbox", "?campaign={in}", Twin::Same(&["inbox", "--campaign", "{in}"])),
    ("/api/v1/tasks", "", Twin::Same(&["tasks"])),
    ("/api/v1/tasks", "?all=true", Twin::Same(&["tasks", "--all"])),
    ("/api/v1/errors", "", Twin::Same(&["errors"])),
    ("/api/v1/errors", "?campaign={in}", Twin::Same(&["errors", "{in}"])),
    ("/api/v1/news", "", Twin::Same(&["news"])),
    ("/api/v1/news", "?after=20&limit=3", Twin::Same(&["news", "--after", "20", "--limit", "3"])),
    ("/api/v1/report", "", Twin::Same(&["report"])),
    ("/api/v1/report", "?campaign={in}", Twin::Same(&["report", "{in}"])),
    ("/api/v1/unrouted", "", Twin::Same(&["webhooks", "unrouted"])),
    ("/api/v1/store", "", Twin::Same(&["store", "stats"])),
    (
        "/api/v1/ahead",
        "",
        Twin::Without("counts of what is installed, kept for an hour; `engine plan` reads a folder and tells texts"),
    ),
    ("/api/v1/overview", "", Twin::Without("status, inbox, tasks and accounts in one answer, for one page")),
    ("/api/v1/backups", "", Twin::Without("a folder's files: `ls` tells them")),
    ("/api/v1/events", "", Twin::Without("a stream without an end; `engine run --json` prints it")),
    ("/healthz", "", Twin::Without("a sign of life in a word; `engine ping` asks the turns for one")),
    ("/metrics", "", Twin::Without("figures of status in Prometheus's words, held to it by a test of their own")),
    ("/openapi.json", "", Twin::Without("it tells of the API itself")),
];

#[test]
fn every_read_of_the_api_is_what_a_command_says() {
    let serving = Serving::at_the_end();
    let document = serving.json("/openapi.json");
    let reads = document["paths"].as_object().unwrap().iter().filter(|(_, verbs)| verbs.get("get").is_some());
    let alone: Vec<&String> = reads.map(|(path, _)| path).filter(|path| !TWINS.iter().any(|(twin, ..)| twin == path)).collect();
    assert_eq!(alone, Vec::<&String>::new(), "name the command that says the same, or why there is none");

    let thread = serving.json("/api/v1/inbox")["threads"][0].clone();
    let word = |name: &str| thread[name].as_str().unwrap().to_owned();
    let (id, who, campaign) = (thread["id"].to_string(), word("contact"), word("campaign"));
    let filled = |text: &str| {
        let text = text.replace("{id}", &id).replace("{who}", &who);
        text.replace("{in}", &campaign).replace("{name}", &campaign)
    };
    for (path, query, twin) in TWINS {
        assert!(document["paths"][path]["get"].is_object(), "{path} is no read of the API any more");
        let (path, asked) = (*path, filled(&format!("{path}{query}")));
        let words = |words: &[&str]| words.iter().map(|word| filled(word)).chain(["--json".to_owned()]).collect::<Vec<_>>();
        match twin {
            Twin::Without(reason) => assert!(!reason.is_empty()),
            Twin::Parts(look) => look(&serving, &fitting(&serving, &document, path, &asked)),
            Twin::Same(command) => {
                let told = fitting(&serving, &document, path, &asked);
                assert_eq!(timeless(&told), timeless(&said(&serving, &words(command))[0]), "{asked}");
            }
            Twin::Lines(list, command) => {
                let told = fitting(&serving, &document, path, &asked)[list].clone();
                let lines = said(&serving, &words(command));
                assert!(!lines.is_empty(), "{asked}: nothing to compare");
                assert_eq!(told, Value::Array(lines), "{asked}");
            }
        }
    }
}

/// The answer, which has every field that the document promises and no other.
fn fitting(serving: &Serving, document: &Value, path: &str, asked: &str) -> Value {
    let told = serving.json(asked);
    let place = format!("/paths/{}/get/responses/200/content/application~1json/schema", path.replace('/', "~1"));
    let mut schema = json!({ "$ref": document.pointer(&place).unwrap()["$ref"], "components": document["components"] });
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = schema.iter_errors(&told).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{asked}");
    told
}

/// Readers may meet more fields one day; we know ours.
fn close(node: &mut Value) {
    if let Some(list) = node.as_array_mut() {
        list.iter_mut().for_each(close);
    }
    let Some(entries) = node.as_object_mut() else { return };
    entries.values_mut().for_each(close);
    if entries.get("properties").is_some_and(Value::is_object) && entries.contains_key("type") {
        entries.entry("additionalProperties").or_insert(json!(false));
    }
}

fn said(serving: &Serving, words: &[String]) -> Vec<Value> {
    serving.desk.lines(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Without the moment at which it was told.
fn timeless(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(fields) = document.as_object_mut() {
        fields.shift_remove("time");
    }
    document
}

/// `contacts export` has the fields, `why` the rest.
fn one_contact(serving: &Serving, told: &Value) {
    let contact = &told["contact"];
    let (who, campaign) = (contact["contact"].as_str().unwrap(), contact["campaign"].as_str().unwrap());
    let exported = serving.desk.lines(&["contacts", "export", "--campaign", campaign, "--json"]);
    let exported = exported.into_iter().find(|entry| entry["row"]["id"] == told["id"]).unwrap();
    let mut whole = exported["row"].clone();
    whole["fields"] = exported["fields"].clone();
    whole["tags"] = exported["tags"].clone();
    assert_eq!(*contact, whole);
    let why = serving.desk.json(&["why", who, "--campaign", campaign, "--json"]);
    assert_eq!(timeless(&told["why"]), timeless(&why));
}

/// What it is made of has no twin: `engine graph` draws it from the folder.
fn one_campaign(serving: &Serving, told: &Value) {
    let name = told["definition"]["name"].as_str().unwrap();
    assert_eq!(told["versions"], serving.desk.json(&["status", name, "--json"])["campaigns"]);
}
