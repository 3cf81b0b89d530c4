//! `webhooks`, `accounts` and `doctor` against the sandbox, over HTTP, as a user types them.

use campaign_engine::cli::sandbox::{SandboxOptions, run};
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::sync::oneshot;

const DELIVERIES: &str = "http://127.0.0.1:9/webhooks/postpress";

/// A sandbox on a port of its own, and a folder to work in.
pub struct Desk {
    url: String,
    pub folder: tempfile::TempDir,
    off: Option<oneshot::Sender<()>>,
    served: Option<std::thread::JoinHandle<()>>,
}

impl Desk {
    fn new() -> Self {
        Self::with(None, 1)
    }

    /// With these people, and so many virtual seconds a second.
    pub fn with(people: Option<PathBuf>, speed: u32) -> Self {
        let (off, told) = oneshot::channel();
        let (tell, address) = std::sync::mpsc::channel();
        let options = SandboxOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            people,
            speed,
            seed: 1,
            ledger: None,
            faults: None,
            key: "sandbox".to_owned(),
        };
        let served = std::thread::spawn(move || {
            let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            threads.block_on(run(options, async { drop(told.await) }, |at| tell.send(at).unwrap())).unwrap();
        });
        let url = format!("http://{}/v1", address.recv().unwrap());
        Self { url, folder: tempfile::tempdir().unwrap(), off: Some(off), served: Some(served) }
    }

    /// Where the sandbox is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Exit code, stdout, stderr of `engine WORDS` with these variables over the usual ones (empty: taken away).
    pub fn engine(&self, words: &str, variables: &[(&str, &str)]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
        command.current_dir(self.folder.path()).args(words.split_whitespace()).env_clear();
        let usual = [("POSTPRESS_URL", self.url.as_str()), ("POSTPRESS_API_KEY", "sandbox"), ("ENGINE_WEBHOOK_SECRET", "s3cret")];
        for (name, value) in usual.iter().chain(variables) {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// The same with the usual variables, successful; its stdout.
    #[track_caller]
    fn data(&self, words: &str) -> String {
        let (code, data, talk) = self.engine(words, &[]);
        assert_eq!(code, 0, "{words}: {talk}");
        data
    }

    #[track_caller]
    fn refused(&self, words: &str, variables: &[(&str, &str)], code: i32, says: &str) {
        let (found, data, talk) = self.engine(words, variables);
        assert_eq!(found, code, "{words}: {data}{talk}");
        assert!(talk.contains(says) && talk.contains("error: "), "{words}: {talk}");
        assert!(!talk.contains("s3cret"), "{talk}");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(off) = self.off.take() {
            off.send(()).ok();
        }
        drop(self.served.take().map(std::thread::JoinHandle::join));
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

fn length(value: &serde_json::Value, key: &str) -> usize {
    value[key].as_array().unwrap_or_else(|| panic!("{value}")).len()
}

#[test]
fn webhooks_are_set_up_once_listed_rotated_and_removed() {
    let desk = Desk::new();
    let counts = |text: &str| ["kept", "created", "deleted"].map(|key| length(&json(text), key));
    let set_up = "webhooks setup --url http://127.0.0.1:9 --json";
    let first = desk.data(set_up);
    assert_eq!((counts(&first), json(&first)["url"].as_str()), ([0, 3, 0], Some(DELIVERIES)));
    assert_eq!(counts(&desk.data(set_up)), [3, 0, 0]);
    assert_eq!(
        counts(&desk.data(&format!("webhooks setup --url {DELIVERIES} --json"))),
        [3, 0, 0],
        "the whole address is as good"
    );
    let listed = json(&desk.data("webhooks list --url http://127.0.0.1:9 --json"));
    assert_eq!(
        (length(&listed, "webhooks"), length(&listed, "missing"), &listed["schema"]),
        (3, 0, &json("\"engine.webhooks/1\""))
    );
    assert!(listed["webhooks"].as_array().unwrap().iter().all(|row| row["ours"] == true));
    assert_eq!(length(&json(&desk.data("webhooks list --url http://127.0.0.1:10 --json")), "missing"), 3);
    let shown = desk.data("webhooks list --url http://127.0.0.1:9");
    assert!(shown.contains("engine relations") && shown.contains("new_relation"), "{shown}");
    assert_eq!(counts(&desk.data(&format!("{set_up} --rotate"))), [0, 3, 3]);
    assert_eq!(length(&json(&desk.data("webhooks remove --url http://127.0.0.1:9 --json")), "deleted"), 3);
    assert_eq!(desk.data("webhooks remove --url http://127.0.0.1:9"), "");
}

#[test]
fn webhooks_need_an_address_a_secret_and_a_key() {
    let desk = Desk::new();
    desk.refused("webhooks setup", &[], 2, "nobody has said where postpress can reach this engine");
    desk.refused("webhooks remove", &[], 2, "ENGINE_PUBLIC_URL");
    for (url, code, says) in
        [("engine.example", 2, "is no address for webhooks"), ("ftp://engine.example", 2, "must begin with `https://`")]
    {
        desk.refused("webhooks setup", &[("ENGINE_PUBLIC_URL", url)], code, says);
    }
    let elsewhere = [("POSTPRESS_URL", "https://postpress.example/v1")];
    desk.refused("webhooks setup --url http://engine.example", &elsewhere, 78, "plain `http://` would show the secret");
    let at = "webhooks setup --url https://engine.example";
    desk.refused(at, &[("ENGINE_WEBHOOK_SECRET", "")], 78, "`ENGINE_WEBHOOK_SECRET` is not set");
    desk.refused(at, &[("ENGINE_WEBHOOK_SECRET", "two words")], 78, "characters that no header carries");
    desk.refused(at, &[("POSTPRESS_API_KEY", "")], 4, "there is no key");
    desk.refused(at, &[("POSTPRESS_API_KEY", "other")], 4, "refused the key");
    desk.refused(at, &[("POSTPRESS_API_KEY", "a b")], 4, "POSTPRESS_API_KEY");
    desk.refused(at, &[("POSTPRESS_URL", "http://127.0.0.1:1/v1")], 6, "cannot be reached");
    desk.refused(at, &[("POSTPRESS_URL", "http://postpress.example/v1")], 78, "plain `http://` would show the key");
    desk.refused(at, &[("POSTPRESS_URL", "postpress")], 2, "`POSTPRESS_URL` is `postpress`");
    assert_eq!(length(&json(&desk.data("webhooks list --json")), "webhooks"), 0, "nothing was registered");
}

#[test]
fn settings_come_from_dot_env_and_engine_toml_too() {
    let desk = Desk::new();
    let write = |name: &str, text: &str| std::fs::write(desk.folder.path().join(name), text).unwrap();
    write(".env", "# secrets\nexport POSTPRESS_API_KEY=\"sandbox\"\nENGINE_WEBHOOK_SECRET=s3cret\n");
    write("engine.toml", &format!("postpress_url = \"{}\"\npublic_url = \"http://127.0.0.1:9\"\n", desk.url));
    let none = [("POSTPRESS_URL", ""), ("POSTPRESS_API_KEY", ""), ("ENGINE_WEBHOOK_SECRET", "")];
    let (code, data, talk) = desk.engine("webhooks setup --json", &none);
    assert_eq!(code, 0, "{talk}");
    assert_eq!(json(&data)["url"], DELIVERIES);
    desk.refused("accounts", &[("POSTPRESS_API_KEY", "other")], 4, "refused the key");
}

#[test]
fn a_credential_is_as_good_as_a_variable() {
    let desk = Desk::new();
    let kept = desk.folder.path().join("credentials");
    std::fs::create_dir(&kept).unwrap();
    let place = kept.to_str().unwrap();
    let by_credential = [("POSTPRESS_API_KEY", ""), ("CREDENTIALS_DIRECTORY", place)];
    desk.refused("accounts", &by_credential, 4, "there is no key");
    std::fs::write(kept.join("POSTPRESS_API_KEY"), "sandbox\n").unwrap();
    let (code, _, talk) = desk.engine("accounts", &by_credential);
    assert_eq!(code, 0, "{talk}");
    desk.refused("accounts", &[("POSTPRESS_API_KEY", "other"), by_credential[1]], 4, "refused the key");
}

#[test]
fn accounts_before_anything_has_run() {
    let desk = Desk::new();
    let document = json(&desk.data("accounts --json"));
    assert_eq!((document["schema"].as_str(), length(&document, "accounts")), (Some("engine.accounts/1"), 6));
    let first = &document["accounts"][0];
    for (key, expected) in
        [("id", "\"acc_linkedin_1\""), ("channel", "\"linkedin\""), ("tier", "\"sales_navigator\""), ("health", "\"ok\"")]
    {
        assert_eq!(first[key], json(expected), "{key}");
    }
    assert!(first["credits"].as_u64().is_some(), "{first}");
    let shown = desk.data("accounts");
    assert!(shown.starts_with("NAME") && shown.contains("acc_whatsapp_1"), "{shown}");
    desk.refused("accounts", &[("POSTPRESS_API_KEY", "")], 4, "there is no key");
    desk.refused("accounts", &[("POSTPRESS_URL", "http://127.0.0.1:1/v1")], 6, "cannot be reached");
    assert!(!desk.folder.path().join(".engine").exists(), "a look leaves nothing behind");
}

/// `check state` of each line.
fn lines(data: &str) -> Vec<String> {
    let line = |line: &str| {
        let line = json(line);
        assert_eq!(line["schema"], "engine.doctor/1");
        assert_eq!(line["state"] == "ok", line["fix"].is_null(), "what is not well has a fix: {line}");
        format!("{} {}", line["check"].as_str().unwrap(), line["state"].as_str().unwrap())
    };
    data.lines().map(line).filter(|line| !line.starts_with("disk") && !line.starts_with("files")).collect()
}

#[test]
fn the_doctor_finds_what_stands_in_the_way() {
    let desk = Desk::new();
    let asked = |variables: &[(&str, &str)]| {
        let (code, data, _) = desk.engine("doctor --json", variables);
        (code, lines(&data))
    };
    let rest = ["accounts ok", "webhooks warning", "clock ok", "secret ok", "secrets ok", "exposure ok", "store ok", "limits ok"];
    let with = |first: &[&str], rest: &[&str]| first.iter().chain(rest).map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert_eq!(asked(&[]), (0, with(&["key ok"], &rest)));
    let here = [("ENGINE_PUBLIC_URL", "http://127.0.0.1:9")];
    assert_eq!(asked(&here), (0, with(&["key ok"], &rest)));
    desk.data("webhooks setup --url http://127.0.0.1:9");
    assert!(asked(&here).1.contains(&"webhooks ok".to_owned()));
    for (variable, code) in
        [(("POSTPRESS_API_KEY", "other"), 4), (("POSTPRESS_API_KEY", ""), 4), (("POSTPRESS_URL", "http://127.0.0.1:1/v1"), 6)]
    {
        assert_eq!(
            asked(&[variable]),
            (code, with(&["key failed"], &["secret ok", "secrets ok", "exposure ok", "store ok", "limits ok"])),
            "{variable:?}"
        );
    }
    assert!(asked(&[("ENGINE_WEBHOOK_SECRET", "")]).1.contains(&"secret warning".to_owned()), "nobody delivers");
    let (code, found) = asked(&[("ENGINE_WEBHOOK_SECRET", ""), here[0]]);
    assert!(code == 78 && found.contains(&"secret failed".to_owned()), "{code} {found:?}");
    open_to_others(&desk.folder.path().join(".env"));
    assert!(asked(&[]).1.contains(&"secrets warning".to_owned()));
    let shown = desk.data("doctor");
    assert!(shown.contains("ok   key") && shown.contains("fix: run `chmod 600 .env`"), "{shown}");
}

fn open_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, "A=b\n").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[test]
fn the_doctor_says_what_stands_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let at = |name: &str| desk.folder.path().join(name);
    let open = |name: &str, mode: u32| std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(mode)).unwrap();
    for folder in [".engine/keys", ".engine/journal.unsealed-1", "backup"] {
        std::fs::create_dir_all(at(folder)).unwrap();
    }
    for file in [".engine/keys/store-1.key", "backup/manifest.json", "backup/store-1.key"] {
        std::fs::write(at(file), "x").unwrap();
    }
    [".engine", ".engine/keys", "backup"].into_iter().for_each(|folder| open(folder, 0o755));
    let variables = [("ENGINE_LISTEN", "0.0.0.0:9"), ("ENGINE_WEBHOOK_SECRET", "")];
    let (_, said, _) = desk.engine("doctor --json", &variables);
    for (check, part) in [
        ("data", ".engine is open to other users (mode 755)"),
        ("data", "keys/store-1.key is open to other users"),
        ("data", "from before they were sealed"),
        ("backups", "backup is open to other users (mode 755)"),
        ("backups", "lies in the backup it opens"),
        ("listener", "which others reach, and there is no secret"),
    ] {
        let is_it = |line: &serde_json::Value| {
            line["check"] == check && line["says"].as_str().unwrap().contains(part) && line["fix"].is_string()
        };
        assert!(said.lines().any(|line| is_it(&json(line))), "{check}: {part}: {said}");
    }
    let long = [("POSTPRESS_API_KEY", "sandbox-long-key")];
    let (_, said, _) = desk.engine("--data .engine-sandbox-long-key doctor --json", &long);
    assert!(said.contains("a secret stands on the command line"), "{said}");
}

#[test]
fn the_doctor_opens_the_store_and_says_what_is_wrong_with_it() {
    let desk = Desk::new();
    let data = desk.folder.path().join(".engine");
    std::fs::create_dir(&data).unwrap();
    assert!(lines(&desk.data("doctor --json")).iter().any(|line| line.starts_with("store ")));
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::write(&data, "a file").unwrap();
    let (code, _, _) = desk.engine("doctor --json", &[]);
    assert!(code == 0 || code == 1);
    // Somebody holds it, and answers no socket.
    std::fs::remove_file(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    let lock = std::fs::File::create(data.join("lock")).unwrap();
    lock.lock().unwrap();
    let (code, found, _) = desk.engine("doctor --json", &[]);
    assert!(code == 75 && lines(&found).contains(&"store failed".to_owned()), "{code} {found}");
}
