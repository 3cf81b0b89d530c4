//! The image and the compose file: no root, no secret, tags that stay, everything the build reads, commands that are known.

use crate::cli::desk::Desk;
use crate::cli::far;
use crate::deploy::ear::Ear;
use crate::deploy::read;
use serde_yaml::Value;
use std::path::{Path, PathBuf};

/// The instructions, comments left out, lines that go on put together.
fn instructions() -> Vec<(String, String)> {
    let text = read("Dockerfile");
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let whole = text.join("\n").replace("\\\n", " ");
    let lines = whole.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect()
}

fn all(word: &str) -> Vec<String> {
    instructions().into_iter().filter(|(found, _)| found == word).map(|(_, rest)| rest).collect()
}

#[test]
fn the_image_is_no_root_holds_no_secret_and_says_how_it_is() {
    let last_user = all("USER").pop().unwrap();
    assert!(last_user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "a number, so that it can be checked: {last_user}");
    for from in all("FROM") {
        let tag = from.split_whitespace().next().unwrap().split_once(':').unwrap().1.to_owned();
        assert!(tag.starts_with(|c: char| c.is_ascii_digit()), "`{from}` means another image tomorrow");
    }
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(all("FROM")[0].starts_with(&format!("rust:{rust}-")), "built with the oldest Rust that is promised");
    let settings = [all("ENV"), all("ARG")].concat().join("\n");
    for word in ["_KEY", "SECRET=", "TOKEN", "PASSWORD"] {
        assert!(!settings.contains(word), "a layer keeps it: {settings}");
    }
    assert!(settings.contains("ENGINE_DATA=/data") && all("VOLUME") == ["/data"]);
    let (_, check) = all("HEALTHCHECK").pop().map(|check| split(&check, "CMD ")).unwrap();
    let check: Vec<String> = serde_json::from_str(&check).unwrap();
    assert_eq!(check, ["engine", "ping"]);
    assert!(Desk::empty().done(&["ping", "--help"]).contains("health checks"));
}

fn split(text: &str, at: &str) -> (String, String) {
    let (before, after) = text.split_once(at).unwrap();
    (before.to_owned(), after.to_owned())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_build_gets_what_it_reads_and_nothing_else() {
    let ignored = read("Dockerfile.dockerignore");
    let lines: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines[0], "*", "first nothing");
    let given: Vec<&str> = lines[1..].iter().map(|line| line.strip_prefix('!').unwrap()).collect();
    let is_given = |path: &Path| given.iter().any(|place| path.starts_with(root().join(place)));
    assert!(given.iter().all(|place| root().join(place).exists()), "{given:?}");
    assert!(!is_given(&root().join(".env")) && !is_given(&root().join(".engine")) && !is_given(&root().join("campaigns/lists")));
    let mut read = 0;
    // The lab is in no release, and what stands in a file's tests is not read by the build.
    for page in crate::house::pages("src").into_iter().filter(|page| !page.path.starts_with("src/lab/")) {
        let code = page.text.split("#[cfg(test)]").next().unwrap();
        let folder = root().join(&page.path).parent().unwrap().to_path_buf();
        for included in ["include_str!(\"", "include_bytes!(\""].iter().flat_map(|word| code.split(word).skip(1)) {
            let path = folder.join(included.split('"').next().unwrap()).canonicalize().unwrap();
            assert!(is_given(&path), "{}: {} is not given to the build", page.path, path.display());
            read += 1;
        }
    }
    assert!(read > 60 && is_given(&root().join("grammar/campaign.pest")) && is_given(&root().join("Cargo.lock")));
}

fn words(part: &Value) -> Vec<String> {
    part["command"].as_sequence().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The engine of the compose file against a sandbox at the sandbox's pace, here with ports of their own.
#[test]
fn the_engine_of_the_compose_file_runs_beside_its_sandbox() {
    let compose: Value = serde_yaml::from_str(&read("compose.yaml")).unwrap();
    let parts = &compose["services"];
    let (engine, sandbox) = (&parts["engine"], &parts["sandbox"]);
    assert_eq!(compose["networks"]["inside"]["internal"], Value::Bool(true), "nobody real within reach");
    assert!(sandbox["ports"].is_null() && engine["ports"].is_null() && engine["network_mode"] == "service:sandbox");
    let said = words(sandbox);
    let mut asks: Vec<&str> = said.iter().map(String::as_str).collect();
    asks.push("--help");
    assert!(Desk::empty().done(&asks).contains("Serve a pretend postpress"));
    let speed = said.iter().skip_while(|word| *word != "--speed").nth(1).unwrap();

    let (far, ear) = (far::Desk::with(None, speed.parse().unwrap()), Ear::new());
    let place = |name: &str| far.folder.path().join(name).to_str().unwrap().to_owned();
    let written = engine["environment"].as_mapping().unwrap();
    let mut variables: Vec<(String, String)> =
        written.iter().map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect();
    let elsewhere = [
        ("POSTPRESS_URL", far.url().to_owned()),
        ("ENGINE_PUBLIC_URL", String::new()),
        ("ENGINE_LISTEN", "127.0.0.1:0".to_owned()),
        ("ENGINE_DASHBOARD", "off".to_owned()),
        ("ENGINE_DATA", place("data")),
        ("NOTIFY_SOCKET", ear.address()),
    ];
    variables.extend(elsewhere.map(|(name, value)| (name.to_owned(), value)));
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let desk = Desk::empty();
    std::os::unix::fs::symlink(root().join("campaigns"), desk.path("campaigns")).unwrap();
    let said = words(engine);
    let running = desk.start_with(&said.iter().map(String::as_str).collect::<Vec<_>>(), "talk", &variables);
    ear.until("READY=1");
    let asked = desk.with(&["ping"], &[("ENGINE_DATA", &place("data"))]);
    assert_eq!((asked.code, asked.data.as_str()), (0, "the engine takes its turns\n"), "{asked:?}");
    running.signal("TERM");
    assert_eq!(running.end(), 0);
}
