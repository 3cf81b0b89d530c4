//! A changed campaign against the people on their way in it: each fault at its place in the text.

use campaign_engine::lang::check::versions::diagnostics;
use campaign_engine::lang::diagnostic::Diagnostic;
use campaign_engine::lang::folder::MemoryFiles;
use campaign_engine::lang::source::{Notation, Source, Span};
use campaign_engine::lang::{Compiled, compile};
use campaign_engine::model::afoot::{Afoot, Group, Known};
use campaign_engine::model::relation::Relation;
use std::path::PathBuf;

const OLD: &str = "campaign intro version 3
  accounts from lina
  outcomes neutral no_answer
  contacts from \"l.csv\"
    need linkedin
  end
  steps
    connect: invite
    accept: wait up to 14 days
      when accepted
        wait 2 hours
        hi: send \"Hello\"
        old_reminder: wait 5 days
        nudge: send \"Again\"
        stop as no_answer
      on timeout
        stop as no_answer
    end
  end
end
";

const WORKSPACE: &str = "workspace acme
  account lina
    id \"acc_lina\"
    channel linkedin
    tier classic
  end
  limits per account
    messages 8 a day
  end
end
";

fn compiled(text: &str, notation: Notation) -> Compiled {
    let file = |path: &str, notation, text: &str| Source { path: PathBuf::from(path), notation, text: text.to_owned().into() };
    let files = MemoryFiles::new("").with("l.csv", "linkedin\nada\n");
    let compiled = compile(&[file("c", notation, text), file("w.camp", Notation::Camp, WORKSPACE)], &files);
    assert_eq!(compiled.program.campaigns.len(), 1, "{:#?}", compiled.diagnostics);
    compiled
}

/// So many people at each label of the old version: `p` pending, `r` relations.
fn afoot(at: &[(&str, char, u32)]) -> Vec<Afoot> {
    let campaign = compiled(OLD, Notation::Camp).program.campaigns.remove(0);
    let group = |(label, kind, people): &(&str, char, u32)| {
        let relation = if *kind == 'r' { Relation::Yes } else { Relation::Pending };
        let known = Known { relation, is_invited: true, has_replied: false, has_message: false, has_inmail: false };
        let step = campaign.step_labelled(label).unwrap();
        Group { step, is_busy: false, known, account: Some("lina".to_owned()), people: *people }
    };
    let groups = at.iter().map(group).collect();
    vec![Afoot { campaign, is_current: true, queued: 2, groups }]
}

/// `code line: message` of everything that is wrong.
fn faults(text: &str, notation: Notation, at: &[(&str, char, u32)]) -> Vec<String> {
    let new = compiled(text, notation);
    let program = &new.program;
    let found = diagnostics(&new.files, &program.campaigns, &afoot(at), &program.workspace.limits);
    let line = |span: Span| text.get(..span.start as usize).unwrap_or_default().matches('\n').count() + 1;
    let told = |fault: &Diagnostic| format!("{} {}: {} | {}", fault.code.word(), line(fault.span), fault.message, fault.help);
    found.iter().map(told).collect()
}

#[track_caller]
fn check(migrate: &str, at: &[(&str, char, u32)], expected: &[&str]) {
    let text = OLD.replace("version 3", "version 4").replace("\"Hello\"", "\"Hello again\"");
    let text = text.replacen("  steps\n", &format!("{migrate}  steps\n"), 1);
    let found = faults(&text, Notation::Camp, at);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found}\n{expected}");
    }
}

const HERE: [(&str, char, u32); 2] = [("accept", 'p', 12), ("old_reminder", 'r', 3)];

#[test]
fn a_change_is_a_new_version() {
    let changed = OLD.replace("\"Hello\"", "\"Hello again\"");
    let found = faults(&changed, Notation::Camp, &HERE);
    let says = "version-not-raised 1: `intro` has changed while 17 people are on its version 3 | raise `version` to 4";
    assert!(found.len() == 1 && found[0].starts_with(says), "{found:#?}");
    let lowered = changed.replace("version 3", "version 2");
    assert!(faults(&lowered, Notation::Camp, &HERE)[0].contains("`intro` is version 2 here, and 17 people are on its version 3"));
    for same in [OLD.to_owned(), format!("# a comment\n{OLD}"), changed.replace("version 3", "version 4")] {
        assert_eq!(faults(&same, Notation::Camp, &HERE), Vec::<String>::new());
    }
    let yaml = "campaign: intro
version: 3
accounts: [lina]
outcomes: {neutral: [no_answer]}
contacts: {from: l.csv, need: [linkedin]}
steps:
  - connect: {invite: {text: \"Hello\"}}
  - stop: no_answer
";
    let found = faults(yaml, Notation::Yaml, &HERE);
    assert!(found.len() == 1 && found[0].starts_with("version-not-raised 2: "), "{found:#?}");
}

#[test]
fn a_mapping_forgets_nobody() {
    check("  migrate from 3 in place\n", &HERE, &[]);
    check("  migrate from 3\n    at accept -> stay\n    anyone else -> finish on version 3\n  end\n", &HERE, &[]);
    check("  migrate from 2\n    at accept -> stay\n  end\n", &HERE, &[]);
    check(
        "  migrate from 3\n    at accept -> stay\n  end\n",
        &HERE,
        &["unmapped-label 7: 3 people are at `old_reminder` of version 3, and `migrate from 3` does not say where they go"],
    );
    check(
        "  migrate from 3\n    at acept -> finish on version 3\n    anyone else -> finish on version 3\n  end\n",
        &HERE,
        &["unknown-name 8: version 3 has no label `acept` | did you mean `accept`?"],
    );
    check("  migrate from 3 in place\n", &[("accept.accepted.1", 'r', 1)], &[]);
}

#[test]
fn what_the_new_path_takes_for_granted_must_be_true() {
    check(
        "  migrate from 3\n    at accept -> go to hi\n    anyone else -> stay\n  end\n",
        &HERE,
        &["maps-into-falsehood 8: 12 people at `accept` who are no relation would go on at `hi`", "mass-send 8: "],
    );
    check(
        "  migrate from 3\n    at accept -> go to connect\n    anyone else -> stay\n  end\n",
        &HERE,
        &["maps-into-falsehood 8: 12 people at `accept` who are invited already would go on at `connect`", "mass-send 8: "],
    );
}

#[test]
fn a_move_that_writes_to_many_is_told_of() {
    let rule = "  migrate from 3\n    at old_reminder -> go to nudge\n    anyone else -> stay\n  end\n";
    check(rule, &[("old_reminder", 'r', 8)], &[]);
    check(
        rule,
        &[("old_reminder", 'r', 9)],
        &["mass-send 8: the move itself would write to 9 people; 9 are more messages than a day of `lina` has"],
    );
    check(rule, &[("old_reminder", 'r', 11), ("accept", 'p', 30)], &["mass-send 8: the move itself would write to 11 people"]);
    let into_a_wait =
        "  migrate from 3\n    at accept -> stay\n    at hi -> go to old_reminder\n    anyone else -> stay\n  end\n";
    check(into_a_wait, &[("hi", 'r', 300)], &[]);
}

/// The same campaign, version 4, in YAML; `migrate` is its line 6.
fn yaml(migrate: &str) -> String {
    format!(
        "campaign: intro
version: 4
accounts: [lina]
outcomes: {{neutral: [no_answer]}}
contacts: {{from: l.csv, need: [linkedin]}}
migrate: {migrate}
steps:
  - connect: invite
  - accept:
      wait_up_to: 14 days
      when_accepted:
        - wait: 2 hours
        - hi: {{send: {{text: \"Hello again\"}}}}
        - old_reminder: {{wait: 5 days}}
        - nudge: {{send: {{text: \"Again\"}}}}
        - stop: no_answer
      on_timeout:
        - stop: no_answer
"
    )
}

#[test]
fn yaml_is_told_the_same() {
    for (migrate, says) in [
        ("{from: 3, in_place: true}", vec![]),
        ("{from: 3, at: {accept: stay}}", vec!["unmapped-label 6: 3 people are at `old_reminder`"]),
        (
            "{from: 3, at: {accept: {go_to: hi}}, anyone_else: {finish_on: 3}}",
            vec!["maps-into-falsehood 6: 12 people at `accept`", "mass-send 6: the move itself would write to 12 people"],
        ),
    ] {
        let found = faults(&yaml(migrate), Notation::Yaml, &HERE);
        assert_eq!(found.len(), says.len(), "{migrate}: {found:#?}");
        assert!(found.iter().zip(&says).all(|(found, says)| found.starts_with(says)), "{migrate}: {found:#?}");
    }
}
