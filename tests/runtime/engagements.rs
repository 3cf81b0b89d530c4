//! Visits, follows, likes, comments, endorsements, reactions and groups: once each, whatever goes wrong, and never a
//! reason to end a path.

use crate::runtime::desk::Desk;
use crate::runtime::town::{Town, detail, word};
use crate::runtime::wish::Wish;
use campaign_engine::model::account::Channel;
use campaign_engine::model::action::Engagement;
use campaign_engine::model::effect::Call;
use campaign_engine::model::enrollment::Line as ChannelLine;
use campaign_engine::model::id::{AccountId, ChatId};
use campaign_engine::model::journal::{Entry, EntryKind};
use campaign_engine::model::time::MINUTE_MS;
use campaign_engine::runtime::clock::Clock;
use campaign_engine::sim::postpress::ledger::{Kind, Line};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Warms somebody up who is a relation already, writes in a group, reacts to the answer.
const WARM: &str = "
  steps
    if connected
      seen_by: visit profile
      followed: follow
      liked: like latest post
      commented: comment latest post \"Well said, {{ first_name }}!\"
      endorsed: endorse \"logistics\"
      unknown_skill: endorse \"Juggling\"
      both: start group \"Cloud bills with {{ first_name }}\" with \"person-b\" saying \"Hello both, {{ first_name }} knows it best.\"
      wait 2 days
      send \"Good to meet you, {{ first_name }}.\"
      wait up to 5 days
        when replied
          thumb: react \"👍\"
          wait 1 day
          stop as replied
        on timeout
          stop as no_answer
      end
    else
      stop as unreachable
    end
  end";

fn town(faults: Value) -> Town {
    let people = vec!["person-a,,2h,Sure,yes,", "person-b,,,,yes,"];
    Town::new(Wish { body: WARM, people, faults, ..Wish::default() })
}

/// How often each kind stands in the ledger for that person.
fn performed(town: &Town, recipient: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in town.ledger().iter().filter(|line| line.recipient.split(',').any(|one| one == recipient)) {
        *counts.entry(word(line.kind)).or_default() += 1;
    }
    counts
}

fn counts<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

#[test]
fn each_is_done_once_and_told() {
    let mut town = town(json!([]));
    town.live(30);
    assert!(town.is_idle());
    town.judge();
    let lines = town.ledger();
    let has_posts = lines.iter().any(|line| line.kind == Kind::Comment && line.recipient == "person-a");
    let posts = usize::from(has_posts);
    // A post's like and a message's reaction are one kind of line.
    let mut expected =
        counts([("view", 1), ("follow", 1), ("endorse", 1), ("group", 1), ("message", 1), ("reaction", 1 + posts)]);
    if has_posts {
        expected.insert("comment".to_owned(), 1);
    }
    assert_eq!(performed(&town, "person-a"), expected);
    let group = lines.iter().find(|line| line.kind == Kind::Group && line.recipient.starts_with("person-a")).unwrap();
    assert_eq!((group.recipient.as_str(), group.subject.as_deref()), ("person-a,person-b", Some("Cloud bills with PERSON-A")));
    assert_eq!(group.text.as_deref(), Some("Hello both, PERSON-A knows it best."));
    let skipped = town.lines(EntryKind::Skipped);
    let why: Vec<&str> =
        skipped.iter().filter(|(_, entry)| entry.step == "unknown_skill").map(|(_, e)| detail(e, "why")).collect();
    assert_eq!(why, ["the profile shows no skill `Juggling`"; 2]);
    let told = town.lines(EntryKind::Sent);
    let is_named = |(_, entry): &(_, Entry)| !detail(entry, "provider_id").is_empty();
    assert!(told.iter().all(is_named), "every `sent` names what it is about");
    // A group of person-b alone is none.
    assert_eq!(town.outcomes(), BTreeMap::from([("replied".to_owned(), 1), ("send_failed".to_owned(), 1)]));
}

/// Every kind of doubt on every kind of call: nothing is done twice, and everybody ends.
#[test]
fn doubt_repeats_nothing() {
    for kind in ["timeout", "timeout-before", "reset", "504-after", "504-before", "500-after", "truncated"] {
        for route in ["POST", "GET /users"] {
            let faults = json!([{"route": route, "share": 0.4, "kind": kind}]);
            let mut town = town(faults);
            town.live(60);
            assert!(town.is_idle(), "{kind} on {route}");
            town.judge();
            for person in ["person-a", "person-b"] {
                for (what, count) in performed(&town, person) {
                    // A like, and a reaction to the answer; what person-a writes in the group is of both.
                    let most = if what == "reaction" || what == "group" { 2 } else { 1 };
                    assert!(count <= most, "{kind} on {route}: {person} got {what} {count} times");
                }
            }
        }
    }
}

/// Visits, follows and comments are in no list: what is not known of them stays so, is said, and holds nobody up.
#[test]
fn what_no_list_shows_is_never_repeated() {
    for (route, step, kind) in [
        ("GET /users/*", "seen_by", Kind::View),
        ("POST /linkedin", "followed", Kind::Follow),
        ("POST /posts/*/comments", "commented", Kind::Comment),
    ] {
        for (fault, done) in [("504-after", 1), ("504-before", 0)] {
            let mut town = town(json!([{"route": route, "kind": fault, "times": 40}]));
            town.live(60);
            assert!(town.is_idle(), "{fault} on {route}: {:#?}", town.enrollments().unwrap());
            let of_a = |line: &&Line| line.kind == kind && line.recipient == "person-a";
            // The readings before it may have met all the faults of that route: then the visit is made, once.
            let most = if kind == Kind::View { 1 } else { done };
            let count = town.ledger().iter().filter(of_a).count();
            assert!(count <= most, "{fault} on {route}: {count} times");
            let unknown = town.lines(EntryKind::Unknown);
            if kind != Kind::View {
                assert!(
                    unknown.iter().all(|(_, entry)| [step, "endorsed"].contains(&entry.step.as_str())),
                    "{fault} on {route}: {unknown:?}"
                );
            }
        }
    }
}

/// A crash while a visit is under way: it is not made again.
#[test]
fn a_crash_leaves_it_unknown() {
    let mut town = town(json!([]));
    town.settle_down();
    for _ in 0..400 {
        let (_, next) = town.round();
        let is_calling = !town.house.as_ref().unwrap().partition.is_at_rest();
        if is_calling {
            town.crash();
            town.open();
        }
        if town.is_idle() {
            break;
        }
        let next = town.world.next_at().map_or(next, |at| at.min(next));
        town.clock.set(next.max(town.clock.now().plus_ms(MINUTE_MS)));
    }
    town.live(60);
    town.judge();
    for person in ["person-a", "person-b"] {
        for (what, count) in performed(&town, person) {
            let most = if what == "reaction" || what == "group" { 2 } else { 1 };
            assert!(count <= most, "{person} got {what} {count} times");
        }
    }
}

/// Somebody answers where they like: on LinkedIn, elsewhere, or in a group.
#[test]
fn a_reaction_goes_where_the_message_stands_that_it_answers() {
    let enrollment = &mut Desk::new().person(1, "ada", &["start"]).enrollment;
    let thumb = Call::Engage(Engagement::React("👍".to_owned()));
    assert_eq!(enrollment.channel_of(&thumb), Channel::Linkedin);
    let (own, group) = (ChatId("own".to_owned()), ChatId("group".to_owned()));
    enrollment.lines.insert(Channel::Whatsapp, ChannelLine { account: AccountId(2), person: None, chat: Some(own.clone()) });
    enrollment.join_group(Channel::Telegram, &group);
    for (chat, channel) in
        [(own, Channel::Whatsapp), (group, Channel::Telegram), (ChatId("inmail".to_owned()), Channel::Linkedin)]
    {
        enrollment.facts.reply_chat = Some(chat);
        assert_eq!(enrollment.channel_of(&thumb), channel);
        assert_eq!(enrollment.channel_of(&Call::Engage(Engagement::Follow)), Channel::Linkedin);
    }
}

/// Whether a reaction went out cannot be read for a day: that is said, and nobody is bothered with it.
#[test]
fn what_cannot_be_read_for_a_day_is_given_up() {
    let body = "
  steps
    if connected
      send \"Good to meet you, {{ first_name }}.\"
      wait up to 5 days
        when replied
          thumb: react \"👍\"
          wait 3 days
          stop as replied
        on timeout
          stop as no_answer
      end
    else
      stop as unreachable
    end
  end";
    let faults = json!([
        {"route": "POST /messages/*/reaction", "kind": "504-after", "times": 1},
        {"route": "GET /messages/*", "kind": "500-before"},
        {"route": "GET /chats/*", "kind": "500-before"},
    ]);
    let mut town = Town::new(Wish { body, people: vec!["person-a,,2h,Sure,yes,"], faults, ..Wish::default() });
    town.live(30);
    assert!(town.is_idle(), "{:?}", town.outcomes());
    assert_eq!(performed(&town, "person-a"), counts([("message", 1), ("reaction", 1)]));
    let unknown = town.lines(EntryKind::Unknown);
    assert!(unknown.iter().any(|(_, entry)| detail(entry, "why").contains("could not be read for a day")), "{unknown:?}");
    assert_eq!(town.outcomes(), BTreeMap::from([("replied".to_owned(), 1)]));
    assert!(town.lines(EntryKind::Parked).is_empty());
}
