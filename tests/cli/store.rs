//! The data in a user's hands: backups, restores, copies, and everything that can be wrong with them.

use crate::cli::desk::Desk;
use crate::store::rows::{enrollment, entry};
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::id::{EnrollmentId, Lsn, OutcomeId};
use campaign_engine::model::journal::{Cause, Change, Commit, Meta, Record};
use campaign_engine::model::time::{DAY_MS, Timestamp};
use campaign_engine::runtime::clock::wall_now;
use campaign_engine::server::socket;
use campaign_engine::store::backups;
use campaign_engine::store::contract::commit;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

#[track_caller]
fn refused(desk: &Desk, words: &[&str], code: i32, says: &[&str]) {
    let said = desk.engine(words);
    assert_eq!(said.code, code, "{words:?}: {said:?}");
    for wanted in says {
        assert!(said.talk.contains(wanted), "{words:?}: no `{wanted}` in {said:?}");
    }
    assert!(!said.talk.contains("panicked"), "{words:?}: {said:?}");
}

pub fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").args(["-r".as_ref(), from.as_os_str(), to.as_os_str()]).status().unwrap();
    assert!(copied.success());
}

#[test]
fn a_backup_is_made_kept_checked_and_put_back() {
    let desk = Desk::run_to_the_end();
    let made = desk.json(&["store", "backup", "kept", "--json"]);
    assert_eq!(made["schema"], "engine.store.backup/1");
    assert!(made["commits"].as_u64() > Some(10) && made["hash"].as_str().is_some_and(|hash| hash.len() == 64), "{made}");
    assert!(desk.done(&["store", "verify", "kept"]).contains("kept is as it was written"));
    refused(&desk, &["store", "backup", "kept"], 1, &["not empty", "name another place"]);
    refused(&desk, &["store", "restore", "kept"], 1, &["not empty", "--replace"]);
    refused(&desk, &["store", "restore", "nowhere"], 7, &["manifest.json cannot be read", "nothing was touched"]);

    let before = desk.json(&["status", "--json"]);
    refused(&desk, &["--data", "elsewhere", "store", "restore", "kept"], 7, &["--key FILE"]);
    let key = ".engine/keys/store-1.key";
    let restored = desk.json(&["--data", "elsewhere", "store", "restore", "kept", "--key", key, "--json"]);
    assert_eq!((&restored["schema"], &restored["commits"]), (&Value::from("engine.store.restore/1"), &made["commits"]));
    let after = desk.json(&["--data", "elsewhere", "status", "--json"]);
    assert_eq!(before["campaigns"][0]["contacts"], after["campaigns"][0]["contacts"]);
    let sentence = after["quarantine"]["sentence"].as_str().unwrap_or_default();
    assert!(sentence.contains("restored from a backup") && before["quarantine"].is_null(), "{after}");
    assert!(desk.done(&["--data", "elsewhere", "status"]).contains("restored from a backup"));
    let doctor = desk.engine(&["--data", "elsewhere", "doctor", "--json"]);
    assert!(doctor.data.contains("\"check\":\"restored\""), "{doctor:?}");
    assert!(desk.engine(&["--data", "elsewhere", "store", "verify"]).talk.contains("as the journal says"));

    let said = desk.engine(&["store", "restore", "kept", "--replace"]);
    assert!(said.code == 0 && said.talk.contains("what was there is") && said.talk.contains("only one may run"), "{said:?}");
    // What was left of it when the engine stopped.
    let segment = desk.path("kept/00000001.segment");
    let whole = std::fs::read(&segment).unwrap();
    std::fs::write(&segment, &whole[..whole.len() - 100]).unwrap();
    refused(&desk, &["store", "verify", "kept"], 7, &["00000001.segment is not as it was written"]);
    refused(&desk, &["store", "restore", "kept", "--replace"], 7, &["nothing was touched", "another backup"]);
    assert_eq!(desk.engine(&["store", "verify"]).code, 0);
}

#[test]
fn a_backup_is_made_of_an_engine_that_runs() {
    let desk = Desk::new();
    let mut running = desk.start(&["run", "campaigns", "--sandbox", "--speed", "60", "--dashboard", "off"], "talk");
    running.until("at most 1 invitation");
    while !desk.path(".engine/engine.sock").exists() {
        running.until("hello v1");
    }
    // It answers before everybody of the list is in.
    let has_begun = || desk.json(&["store", "stats", "--json"])["commits"].as_u64() > Some(5);
    assert!((0..1_000).any(|_| has_begun()));
    let made = desk.json(&["store", "backup", "kept", "--json"]);
    assert!(made["commits"].as_u64() > Some(5), "{made}");
    refused(&desk, &["store", "restore", "kept", "--replace"], 75, &["another engine holds"]);
    refused(&desk, &["store", "rebuild"], 75, &["another engine holds"]);
    // Copied while it runs: a copy knows that it is one.
    copy(&desk.path(".engine"), &desk.path("copy"));
    running.signal("TERM");
    assert_eq!(running.end(), 0);
    let key = ".engine/keys/store-1.key";
    let restored = desk.json(&["--data", "elsewhere", "store", "restore", "kept", "--key", key, "--json"]);
    assert_eq!(restored["commits"], made["commits"]);
    let copied = desk.json(&["--data", "copy", "status", "--json"]);
    assert!(copied["quarantine"]["known_until"].is_string(), "{copied}");
    let own = desk.json(&["status", "--json"]);
    assert!(own["quarantine"].is_null(), "{own}");
}

#[test]
fn what_is_wrong_with_the_data_is_said() {
    let desk = Desk::run_to_the_end();
    let run = ["run", "campaigns", "--sandbox", "--until-idle"];
    // A restore that was broken off.
    std::fs::rename(desk.path(".engine/journal"), desk.path(".engine/journal.making")).unwrap();
    for words in [&run[..], &["status"], &["store", "verify"]] {
        refused(&desk, words, 7, &["was broken off", "engine store restore"]);
    }
    std::fs::rename(desk.path(".engine/journal.making"), desk.path(".engine/elsewhere")).unwrap();
    refused(&desk, &run, 7, &["the journal is missing", "at byte 0", "engine store rebuild"]);
    std::fs::rename(desk.path(".engine/elsewhere"), desk.path(".engine/journal")).unwrap();
    // An engine of yesterday on data of tomorrow.
    let segment = desk.path(".engine/journal/00000001.segment");
    let whole = std::fs::read(&segment).unwrap();
    let mut newer = whole.clone();
    newer[8] = 99;
    let sum = crc32fast::hash(&newer[..60]);
    newer[60..64].copy_from_slice(&sum.to_le_bytes());
    std::fs::write(&segment, newer).unwrap();
    refused(&desk, &run, 7, &["is of format 99", "use a newer engine"]);
    // A byte that fell over.
    let mut damaged = whole.clone();
    damaged[3_000] ^= 1;
    std::fs::write(&segment, damaged).unwrap();
    refused(&desk, &run, 7, &["the store is damaged", "at byte", "engine store rebuild"]);
    let rebuilt = desk.engine(&["store", "rebuild"]);
    assert!(rebuilt.code == 0 && rebuilt.talk.contains("every row came back"), "{rebuilt:?}");
    assert_eq!(desk.engine(&["store", "verify"]).code, 0);
}

#[test]
fn a_clock_that_is_behind_the_data_stops_a_run() {
    let desk = Desk::new();
    let ahead = Timestamp(4_000_000_000_000);
    {
        let store = JournaledStore::open(&desk.path(".engine"), Options::default()).unwrap();
        let changes = vec![Change::Put(Record::Meta(Meta::Alive { at: ahead }))];
        let cause = Cause::Command { word: "alive".to_owned() };
        commit(&store, vec![Commit { at: ahead, cause, changes, entries: Vec::new() }]).unwrap();
    }
    let variables = [("POSTPRESS_API_KEY", "k"), ("POSTPRESS_URL", "http://127.0.0.1:1/v1")];
    let said = desk.with(&["run", "campaigns", "--yes", "--until-idle"], &variables);
    assert!(said.code == 78 && said.talk.contains("the clock is behind the data"), "{said:?}");
    assert!(said.talk.contains("timedatectl"), "{said:?}");
}

#[test]
fn a_running_engine_keeps_a_backup_beside_its_data() {
    let desk = Desk::new();
    let mut running = desk.start(&["run", "campaigns", "--sandbox", "--speed", "60", "--dashboard", "off"], "talk");
    running.until("at most 1 invitation");
    while !desk.path(".engine/engine.sock").exists() {
        running.until("hello v1");
    }
    let ask = |verb: &str| socket::ask(&desk.path(".engine"), verb, Value::Null).unwrap().unwrap();
    assert_eq!(ask("backups")["backups"].as_array().map(Vec::len), Some(0));
    let made = ask("backup");
    assert_eq!((&made["schema"], &made["new"]), (&Value::from("engine.store.backup/1"), &Value::from(true)));
    let path = made["path"].as_str().unwrap();
    assert!(Path::new(path).starts_with(desk.path(".engine/backups")) && made["bytes"].as_u64() > Some(0), "{made}");
    assert!(desk.done(&["store", "verify", path]).contains("is as it was written"));
    assert_eq!(ask("backups")["backups"][0]["hash"], made["hash"]);
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}

#[test]
fn a_backup_that_holds_everything_is_not_made_again() {
    let desk = Desk::run_to_the_end();
    let data = desk.path(".engine");
    let now = Timestamp(1_800_000_000_000);
    let durable = || Lsn(desk.json(&["store", "stats", "--json"])["durable"].as_u64().unwrap());
    let (first, is_new) = backups::keep(&data, durable(), now).unwrap();
    assert!(is_new && first.manifest.bytes() > 0);
    assert_eq!(backups::keep(&data, durable(), now.plus_ms(1_000)).unwrap(), (first.clone(), false));
    desk.done(&["pause", "--all"]);
    let (second, is_new) = backups::keep(&data, durable(), now.plus_ms(2_000)).unwrap();
    assert!(is_new && second.manifest.last > first.manifest.last, "{second:?}");
    std::fs::write(data.join("backups/notes.txt"), "no backup").unwrap();
    assert_eq!(backups::kept(&data).unwrap(), [second, first]);
    // What was restored is another journal: an old backup does not hold it, whatever its number.
    desk.done(&["store", "restore", backups::kept(&data).unwrap()[0].path.to_str().unwrap(), "--replace"]);
    assert!(backups::keep(&data, backups_last(&data), now.plus_ms(3_000)).unwrap().1);
}

fn backups_last(data: &Path) -> Lsn {
    Lsn(backups::kept(data).unwrap()[0].manifest.last)
}

/// Somebody who went out at that time, after two lines.
fn gone_since(id: u64, at: Timestamp) -> Commit {
    let mut row = enrollment(id, 1);
    if let Record::Enrollment(row) = &mut row {
        let (outcome, reason, handler, late_reply_done) = (OutcomeId(0), None, None, false);
        row.status = Status::Ended { outcome, reason, at, listens_until: at, handler, late_reply_done };
    }
    let entries = ["invite", "end"].map(|step| (EnrollmentId(id), entry(step)));
    Commit { at, cause: Cause::Enrolment, changes: vec![Change::Put(row)], entries: entries.into() }
}

#[test]
fn timelines_go_when_their_time_is_over_and_no_row_does() {
    let desk = Desk::empty();
    let now = wall_now();
    {
        let store = JournaledStore::open(&desk.path(".engine"), Options::default()).unwrap();
        let long_ago = [(1, 500), (2, 400), (3, 20)].map(|(id, days)| gone_since(id, now.plus_ms(-days * DAY_MS)));
        commit(&store, long_ago.into()).unwrap();
    }
    let verified = || desk.json(&["store", "verify", "--json"]);
    let before = verified();
    refused(&desk, &["store", "trim"], 2, &["for how many days", "--days 365", "keep_timelines_days"]);
    refused(&desk, &["store", "trim", "--days", "7"], 2, &["30 days at least, not 7", "contacts erase"]);
    let would = desk.done(&["store", "trim", "--days", "365", "--dry-run"]);
    assert_eq!(would, "would remove 2 timelines (4 lines) of people who have been out for 365 days; nothing was removed\n");
    assert_eq!(desk.done(&["store", "trim", "--days", "600"]), "nothing is older than 600 days: nothing was removed\n");
    assert_eq!(verified(), before);
    desk.write("engine.toml", "keep_timelines_days = 450\n");
    let done = desk.json(&["store", "trim", "--json"]);
    assert_eq!((&done["timelines"], &done["lines"], &done["commits"]), (&json!(1), &json!(2), &json!([3, 4])), "{done}");
    assert_eq!(verified()["hash"], before["hash"]);
    desk.write("engine.toml", "keep_timelines_days = 365\n");
    desk.write("campaigns/none.camp", "");
    let run = ["run", "campaigns", "--sandbox", "--until-idle", "--dashboard", "off"];
    let said = desk.engine(&run);
    assert!(said.talk.contains("note: removed 1 timeline (2 lines) of people who have been out for 365 days"), "{said:?}");
    let again = desk.engine(&run);
    assert!(!again.talk.contains("removed"), "{again:?}");
    desk.write("engine.toml", "keep_timelines_days = 3\n");
    refused(&desk, &run, 2, &["30 days at least, not 3"]);
}
