//! Parts written out, cron expressions, migrations, and contacts' rules: labels, and the faults told of them.

use crate::language::lower::compiled;
use campaign_engine::lang::Compiled;
use campaign_engine::lang::diagnostic::{Place, Severity};
use campaign_engine::model::campaign::{Action, Destination};

const HEAD: &str = "campaign c version 4\n  accounts from pool sdrs\n  outcomes neutral no_answer\n";

fn made(text: &str) -> Compiled {
    compiled("c.camp", &format!("{HEAD}{text}")).1
}

/// The words of what was told, errors and warnings, with how many other places each shows.
fn told(compiled: &Compiled) -> Vec<String> {
    compiled.diagnostics.iter().map(|fault| format!("{}:{}", fault.code.word(), fault.labels.len())).collect()
}

fn labels(compiled: &Compiled) -> Vec<&str> {
    assert!(compiled.program.campaigns.len() == 1, "{:?}", compiled.diagnostics);
    compiled.program.campaigns[0]
        .steps
        .iter()
        .map(|step| step.label.as_str())
        .take_while(|label| !label.starts_with("on_"))
        .collect()
}

#[test]
fn a_part_stands_where_it_is_done_with_labels_of_its_place() {
    let text = r#"  part twice
    hello: send whatsapp "Hi"
    do once
    wait 1 day
  end
  part once
    look: if tagged "x"
      mark: tag "y"
    end
  end
  part nothing
  end
  steps
    first: do twice
    do nothing
    second: do twice
    stop as no_answer
  end
end
"#;
    let workspace = "workspace acme\n  account lina\n    id \"a\"\n  end\n  account wanda\n    id \"w\"\n    channel whatsapp\n  end\n  pool sdrs lina, wanda\nend\n";
    use campaign_engine::lang::folder::MemoryFiles;
    use campaign_engine::lang::source::{Notation, Source};
    let source = |path: &str, text: &str| Source { path: path.into(), notation: Notation::Camp, text: text.into() };
    let sources = [source("w.camp", workspace), source("c.camp", &format!("{HEAD}{text}"))];
    let compiled = campaign_engine::lang::compile(&sources, &MemoryFiles::new(""));
    let expected = [
        "first.hello",
        "first.2.look",
        "first.2.look.mark",
        "first.3",
        "second.hello",
        "second.2.look",
        "second.2.look.mark",
        "second.3",
        "steps.4",
    ];
    let found = labels(&compiled);
    // Labels inside a part's blocks are the author's behind the place alone.
    let expected: Vec<String> = expected.iter().map(|label| label.replace(".look.mark", ".mark")).collect();
    assert_eq!(found, expected);
    let steps = &compiled.program.campaigns[0].steps;
    let next = |at: usize| steps[at].action.targets()[0].0;
    assert_eq!((next(0), next(2), next(3), next(7)), (1, 3, 4, 8));
}

#[test]
fn a_part_that_calls_itself_is_told_with_its_circle() {
    let text = r#"  part ping
    do pong
  end
  part pong
    wait 1 day
    do ping
  end
  steps
    do ping
    do pong
    stop as no_answer
  end
end
"#;
    let compiled = made(text);
    assert_eq!(told(&compiled), ["recursive-part:1"]);
    let fault = &compiled.diagnostics[0];
    assert_eq!(fault.message, "the part `ping` calls itself: `ping` → `pong` → `ping`");
    assert!(compiled.program.campaigns.is_empty());
}

#[test]
fn a_fault_in_a_part_is_told_once_however_often_it_is_done() {
    let text = r#"  part marks
    set colour = "red"
  end
  steps
    do marks
    do marks
    do makrs
    stop as no_answer
  end
end
"#;
    assert_eq!(told(&made(text)), ["unknown-field:0", "unknown-name:0"]);
}

#[test]
fn an_invitation_in_one_round_is_one_invitation() {
    let text = "  steps\n    repeat up to 1 times, 1 day apart\n      invite\n    end\n    wait 3 days\n    stop as no_answer\n  end\nend\n";
    let compiled = made(text);
    assert!(!told(&compiled).iter().any(|told| told.starts_with("already-invited")), "{:?}", compiled.diagnostics);
}

#[test]
fn cron_expressions_and_migrations_are_read_or_told_of() {
    let text = r#"  migrate from 3
    at old -> go to hi
    at gone -> go to nowhere
    at other -> finish on version 2
    anyone else -> finish on version 3
  end
  migrate from 4 in place
  steps
    hi: wait until cron "0 9 * * tue"
    wait until cron "0 25 * * *"
    call webhook "no address"
    stop as no_answer
  end
end
"#;
    let mut found = told(&made(text));
    found.sort();
    assert_eq!(found, ["bad-cron:0", "unexpected:0", "unexpected:0", "unexpected:1", "unknown-name:0"]);
}

#[test]
fn people_of_earlier_versions_go_where_it_says() {
    let text = r#"  migrate from 3
    at old -> go to last
    at hi -> stay
    anyone else -> finish on version 3
  end
  migrate from 2 in place
  steps
    hi: wait 1 day
    last: stop as no_answer
  end
end
"#;
    let compiled = made(text);
    let [campaign] = compiled.program.campaigns.as_slice() else { panic!("{:?}", compiled.diagnostics) };
    let [three, two] = campaign.migrations.as_slice() else { panic!("two migrations") };
    let Some(Destination::GoTo(last)) = three.destination("old") else { panic!("goes on") };
    assert!(matches!(campaign.step(last).action, Action::Stop { .. }), "the step is found after the sink is taken out");
    assert_eq!(three.destination("hi"), Some(Destination::Stay));
    assert_eq!(three.destination("elsewhere"), Some(Destination::Finish));
    assert_eq!((two.destination("hi"), two.in_place), (Some(Destination::Stay), true));
}

#[test]
fn a_zone_nobody_knows_is_told_with_its_row() {
    use campaign_engine::lang::folder::MemoryFiles;
    use campaign_engine::lang::source::{Notation, Source};
    let text = "workspace acme\n  account lina\n    id \"a\"\n  end\nend\ncampaign c\n  contacts from \"p.csv\"\n    need linkedin\n    may have timezone\n  end\n  steps\n    wait 1 day\n    stop as replied\n  end\nend\n";
    let source = Source { path: "c.camp".into(), notation: Notation::Camp, text: text.into() };
    let people = "linkedin,timezone\nada,Europe/Paris\ngrace,Paris\nlin,\n";
    let compiled = campaign_engine::lang::compile(&[source], &MemoryFiles::new("").with("p.csv", people));
    let [fault] = compiled.diagnostics.as_slice() else { panic!("{:?}", compiled.diagnostics) };
    assert_eq!((fault.code.word(), fault.severity()), ("unknown-zone", Severity::Warning));
    assert!(matches!(&fault.labels[0].place, Place::Row { row: 3, .. }), "{fault:?}");
    assert_eq!(compiled.program.campaigns.len(), 1, "a warning keeps nobody from running");
}
