//! A contact at whom the engine itself breaks off is parked with the sentence; everybody else goes on.

use crate::runtime::town::{detail, quiet};
use crate::runtime::wish::program;
use campaign_engine::model::action::{Action, Recipient};
use campaign_engine::model::campaign::Step;
use campaign_engine::model::id::{EnrollmentId, MessageId, StepId};
use campaign_engine::model::journal::EntryKind;
use campaign_engine::model::program::Program;
use campaign_engine::model::time::HOUR_MS;
use campaign_engine::runtime::command::Command;
use campaign_engine::sim::world::{Setting, Town};

/// Everybody is related and gets two messages; `eva` comes by the step that is spoilt.
const BODY: &str = "
  message hi
    \"Good to meet you, {{ first_name }}.\"
  end
  message hello
    \"{{ first_name }}, is this better in a month?\"
  end
  steps
    if first_name is \"EVA\"
      begins: wait 1 minutes
    end
    wait 1 hour
    if connected
      first: send hi
      wait 1 day
      if first_name is \"EVA\"
        spoilt: wait 1 hour
        later: send hello
      else
        send hello
      end
      wait 3 days
      stop as no_answer
    else
      stop as unreachable
    end
  end
  on reply
    if first_name is \"EVA\"
      answered: wait 1 minutes
    end
    stop as no_answer
  end";

const PEOPLE: [&str; 4] = ["ada,,,,yes,", "bob,,,,yes,", "eva,,,,yes,", "fay,,,,yes,"];

/// What is wrong with eva's part of the campaign, as no campaign that was compiled can have it.
#[derive(Clone, Copy)]
enum Spoilt {
    /// What she begins with, as everybody enters.
    Beginning,
    /// What comes after her wait.
    Wait,
    /// What her message says.
    Message,
    /// What her reply's handler does.
    Handler,
}

/// The campaign, spoilt.
fn spoil(rows: &[&str], spoilt: Spoilt) -> Program {
    let mut program = program(rows, BODY, "invites 20 a day", "start 40 a day");
    let label = match spoilt {
        Spoilt::Beginning => "begins",
        Spoilt::Wait => "spoilt",
        Spoilt::Message => "later",
        Spoilt::Handler => "answered",
    };
    let steps = &mut program.campaigns[0].steps;
    // Somebody of ours is told with words that are not there.
    let telling = StepId(u32::try_from(steps.len()).unwrap());
    let told = Action::Notify { who: Recipient::Owner, message: MessageId(60_000), next: StepId(0) };
    for step in steps.iter_mut().filter(|step| step.label == label) {
        match &mut step.action {
            Action::Wait { next, .. } if matches!(spoilt, Spoilt::Wait) => *next = telling,
            // At once: the turn of the beginning, or of the reply, breaks off, not a timer's.
            Action::Wait { .. } => step.action = told.clone(),
            Action::Send { message, .. } => *message = MessageId(60_000),
            other => panic!("{other:?}"),
        }
    }
    steps.push(Step { label: "telling".to_owned(), is_named: true, action: told, line: 1, late: None });
    program
}

fn town(spoilt: Spoilt) -> Town {
    let people_rows: Vec<&str> = match spoilt {
        Spoilt::Handler => vec![PEOPLE[0], PEOPLE[1], "eva,,30m,Sure,yes,", PEOPLE[3]],
        Spoilt::Beginning | Spoilt::Wait | Spoilt::Message => PEOPLE.to_vec(),
    };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("people.csv");
    let rows = people_rows.join("\n");
    std::fs::write(&file, format!("identifier,accepts_after,replies_after,reply,relation,open_profile\n{rows}\n")).unwrap();
    let quiet = quiet(spoil(&people_rows, spoilt), &file);
    // Where somebody's beginning breaks off, all of them begin as they enter.
    let hours = if matches!(spoilt, Spoilt::Beginning) { 3 } else { 0 };
    Town::new(Setting { begin: quiet.begin.plus_ms(hours * HOUR_MS), ..quiet }).unwrap()
}

/// Three have ended, eva is parked with the sentence, the run may end, and a person gets her out.
#[track_caller]
fn check(spoilt: Spoilt) {
    let mut town = town(spoilt);
    town.live(20).unwrap();
    let eva = EnrollmentId(3);
    for enrollment in town.enrollments().unwrap() {
        assert_eq!(enrollment.has_ended(), enrollment.id != eva, "{enrollment:?}");
    }
    let parked: Vec<_> = town.timeline(eva).unwrap().into_iter().filter(|entry| entry.kind == EntryKind::Parked).collect();
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert!(detail(&parked[0], "why").contains("60000"), "{parked:?}");
    assert!(town.is_idle(), "whoever is parked keeps nobody waiting");
    // Tried again it breaks off again and is parked again; only the reply was handled for good.
    town.command(&Command::Resume { enrollments: vec![eva] }).unwrap().unwrap();
    town.live(20).unwrap();
    let again = town.enrollment(eva).unwrap().unwrap();
    assert!(if matches!(spoilt, Spoilt::Handler) { again.has_ended() } else { again.is_broken() }, "{again:?}");
}

#[test]
fn a_beginning_that_breaks_off_parks_its_contact() {
    check(Spoilt::Beginning);
}

#[test]
fn a_timer_that_breaks_off_parks_its_contact() {
    check(Spoilt::Wait);
}

#[test]
fn a_send_that_breaks_off_parks_its_contact() {
    check(Spoilt::Message);
}

#[test]
fn a_reply_that_breaks_off_parks_its_contact() {
    check(Spoilt::Handler);
}
