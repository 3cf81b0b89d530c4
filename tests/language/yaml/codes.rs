//! Every code that can arise in YAML: a good folder, one thing made wrong, the code at its place.

use campaign_engine::lang::code::Code;
use campaign_engine::lang::compile;
use campaign_engine::lang::diagnostic::Severity;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source};

const WORKSPACE: &str = r#"workspace:
  name: acme
  accounts:
    lina: {id: acc_lina, tier: sales_navigator, timezone: Europe/Paris}
    marc: {id: acc_marc, tier: classic}
  pools: {sdrs: [lina, marc]}
  never_contact: lists/never.csv
  schedule: {send: "monday to friday 09:00-17:00", timezone: Europe/Paris, gap: 4 to 11 minutes}
  limits: {invites: "20 a day, 100 a week", pending_invites: 400}
"#;

const CAMPAIGN: &str = r#"campaign: c
accounts: {pool: sdrs}
outcomes: {neutral: [no_answer]}
contacts:
  from: lists/l.csv
  need: [first_name, linkedin]
  may_have: {pain: ~, language: "en", age: {type: number, default: 3}}
limits: {invites: 10 a day}
messages:
  hello: {en: "Hi {{ first_name }}"}
  mail: {subject: "About {{ first_name }}", text: "Text", attach: [files/a.pdf]}
  intro: "Thanks {{ first_name }}, {{ pain or 'cost' }}"
steps:
  - connect: {invite: hello}
  - accept:
      wait_up_to: 14 days
      when_accepted:
        - wait: 20 hours
        - send: intro
        - wait: 3 days
        - stop: no_answer
      on_timeout:
        - withdraw_invite
        - if: open profile or account has inmail credit
          then: [{send_inmail: mail}, {wait: 3 days}]
        - stop: no_answer
when_reply:
  - stop: replied
"#;

/// A subject of an InMail has 200 characters at most.
const LONG: &str = "subject: «\"0123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 1\"»";

/// What stands in the good folder, and what is written instead; «…» marks what must be underlined.
const TABLE: &[(&str, &str, &str)] = &[
    ("typographic-quote", "if: open profile", "if: tagged «“»vip” or open profile"),
    ("unterminated-text", "if: open profile or account has inmail credit", "if: open profile or tagged «\"vip»"),
    ("unknown-keyword", "        - withdraw_invite\n", "        - «withdraw_invites»\n"),
    ("unexpected", "open profile or", "open «profil» or"),
    ("wrong-operator", "open profile or", "open profile «||»"),
    ("bad-name", "connect:", "«Connect»:"),
    ("bad-duration", "wait: 20 hours", "wait: «20 ours»"),
    ("bad-cron", "wait: 20 hours", "wait_until: {cron: «\"0 25 * * *\"»}"),
    ("bad-regex", "limits:", "classes: {hot: «/(/»}\nlimits:"),
    ("bad-template", "Hi {{ first_name }}", "Hi {{ first_name | «titel» }}"),
    (
        "unbounded-repeat",
        "        - withdraw_invite\n",
        "        - withdraw_invite\n        - «repeat: {apart: 3 days}»\n          do: [{tag: \"again\"}]\n",
    ),
    ("recursive-part", "limits:", "parts: {again: [{«do_part: again»}]}\nlimits:"),
    ("unknown-name", "send: intro", "send: «intros»"),
    (
        "duplicate-name",
        "      when_accepted:\n        - wait",
        "      when_accepted:\n        - «connect»: {wait: 1 hour}\n        - wait",
    ),
    ("file-missing", "from: lists/l.csv", "from: «lists/m.csv»"),
    ("file-too-large", "attach: [files/a.pdf]", "attach: [«files/large.pdf»]"),
    ("file-type", "attach: [files/a.pdf]", "attach: [«files/odd.pdf»]"),
    ("file-outside", "attach: [files/a.pdf]", "attach: [«../a.pdf»]"),
    ("unknown-field", "{{ pain or 'cost' }}", "{{ «pane» or 'cost' }}"),
    ("column-missing", "need: [first_name", "need: [«last_name», first_name"),
    ("value-missing", "need: [first_name", "need: [«company», first_name"),
    ("unguarded-field", "{{ pain or 'cost' }}", "{{ «pain» }}"),
    ("type-mismatch", "default: 3", "default: «\"three\"»"),
    ("unbalanced-spintax", "text: \"Text\"", "text: \"Te«{»xt\""),
    (
        "language-missing",
        "  hello: {en: \"Hi {{ first_name }}\"}\n  mail: {subject: \"About {{ first_name }}\", text: \"Text\", attach: [files/a.pdf]}\n  intro: \"Thanks {{ first_name }}, {{ pain or 'cost' }}\"\n",
        "  «hello»: {en: \"Hi {{ first_name }}\"}\n  mail: {subject: \"About {{ first_name }}\", text: \"Text\", attach: [files/a.pdf]}\n  intro: {en: \"Thanks\", fr: \"Merci\"}\n",
    ),
    (
        "inmail-unchecked",
        "open profile or account has inmail credit\n          then: [{send_inmail: mail}",
        "tagged \"vip\"\n          then: [{«send_inmail: mail»}",
    ),
    (
        "reinvite-too-soon",
        "        - withdraw_invite\n",
        "        - withdraw_invite\n        - wait: 3 days\n        - if: connected\n          else: [«invite»]\n          then: []\n",
    ),
    ("too-hasty", "        - wait: 20 hours\n        - send: intro\n", "        - «send: intro»\n"),
    ("text-too-long", "subject: \"About {{ first_name }}\"", LONG),
    (
        "send-after-reply",
        "        - send: intro\n        - wait: 3 days\n",
        "        - send: intro\n        - wait_up_to: 3 days\n          when_replied: [{wait: 1 day}, {«send: intro»}]\n          on_timeout: []\n",
    ),
    ("never-open", "09:00-17:00", "«17:00-09:00»"),
    ("unknown-zone", "timezone: Europe/Paris,", "timezone: «Europe/Pariss»,"),
    ("loosens-limit", "invites: 10 a day", "invites: «30 a day»"),
    ("yaml-syntax", "outcomes: {neutral: [no_answer]}", "outcomes: {neutral: [no_answer]}\n«outcomes»: {}"),
    ("unknown-key", "limits:", "«limit»:"),
    ("yaml-alias", "wait: 20 hours", "wait: «&long» 20 hours"),
    ("wrong-type", "wait: 20 hours", "wait: «20»"),
];

/// Nothing of YAML can be so: it has no `end`, and nothing of it waits for a later version.
const NOT_IN_YAML: &[&str] = &["missing-end", "extra-end", "wrong-end-name"];

fn files() -> MemoryFiles {
    MemoryFiles::new("")
        .with("lists/l.csv", "linkedin,first_name,company\nada,Ada,Acme\ngrace,Grace,\n")
        .with("lists/never.csv", "linkedin\nmallory\n")
        .with("files/a.pdf", "%PDF-1.7")
        .with("files/odd.pdf", "MZ")
        .with("files/large.pdf", vec![b'%'; 15_000_001])
}

/// Code, severity and underlined text of everything that is told of the two files.
fn told(campaign: &str, workspace: &str) -> Vec<(&'static str, Severity, String)> {
    let source = |name: &str, text: &str| Source { path: name.into(), notation: Notation::Yaml, text: text.into() };
    let sources = [source("c.yaml", campaign), source("workspace.yaml", workspace)];
    let told = compile(&sources, &files()).diagnostics;
    let place = |fault: &campaign_engine::lang::diagnostic::Diagnostic| {
        let text = &sources[fault.span.source.0 as usize].text;
        let place = text[fault.span.start as usize..fault.span.end as usize].to_owned();
        (fault.code.word(), fault.severity(), format!("{}@{place}", fault.span.start))
    };
    told.iter().map(place).collect()
}

#[test]
fn the_good_folder_is_good() {
    assert_eq!(told(CAMPAIGN, WORKSPACE), []);
}

#[test]
fn each_code_stands_at_its_place() {
    let mut faults = Vec::new();
    for (code, old, new) in TABLE {
        let is_campaign = CAMPAIGN.contains(old);
        assert!(is_campaign || WORKSPACE.contains(old), "{old}");
        let marked = if is_campaign { CAMPAIGN.replacen(old, new, 1) } else { WORKSPACE.replacen(old, new, 1) };
        let (start, end) = (marked.find('«').unwrap(), marked.find('»').unwrap() - '«'.len_utf8());
        let text = marked.replace(['«', '»'], "");
        let expected = format!("{start}@{}", &text[start..end]);
        let found = if is_campaign { told(&text, WORKSPACE) } else { told(CAMPAIGN, &text) };
        let is_error = |severity: &Severity| *severity == Severity::Error;
        let of_it: Vec<_> = found.iter().filter(|(found, severity, _)| found == code || is_error(severity)).collect();
        if !matches!(of_it.as_slice(), [(found, _, place)] if found == code && *place == expected) {
            faults.push(format!("{code}: expected {expected:?}, told {found:?}"));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Here, in a fixture of its own, or in the tests of what is too much.
#[test]
fn every_code_is_shown_in_yaml() {
    let folders = ["lower", "codes"].map(|folder| format!("{}/tests/language/fixtures/{folder}", env!("CARGO_MANIFEST_DIR")));
    let reports = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let reports: String = reports
        .filter(|path| path.to_string_lossy().ends_with(".yaml.txt"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let is_shown = |code: &str| {
        let in_fixture = reports.contains(&format!("error {code} ")) || reports.contains(&format!("warning {code} "));
        in_fixture || code == "too-large" || TABLE.iter().any(|(shown, _, _)| *shown == code)
    };
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.word()).filter(|code| !is_shown(code) && !NOT_IN_YAML.contains(code)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "show it in TABLE");
}
