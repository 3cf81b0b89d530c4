//! The Debian package: built, installed into an empty root, its engine run on its example, removed, purged. Needs root, dpkg,
//! `cargo deb` and systemd-sysusers; says so when they lack.

use crate::cli::desk::Desk;
use crate::deploy::ear::Ear;
use crate::deploy::{has, place};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the machine lacks, if anything.
fn lack() -> Option<&'static str> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let needs = [
        (is_root, "root"),
        (has("cargo", &["deb", "--version"]), "cargo deb"),
        (has("dpkg", &["--version"]), "dpkg"),
        (has("dpkg-shlibdeps", &["--version"]), "dpkg-shlibdeps"),
        (has("systemd-sysusers", &["--version"]), "systemd-sysusers"),
    ];
    needs.into_iter().find(|(is_here, _)| !is_here).map(|(_, what)| what)
}

#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// An empty root, and dpkg at work on it; maintainer scripts get it as `DPKG_ROOT`.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for place in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/log", "etc"] {
            std::fs::create_dir_all(folder.path().join(place)).unwrap();
        }
        std::fs::write(folder.path().join("var/lib/dpkg/status"), "").unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn dpkg(&self, words: &[&str]) -> String {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", self.0.path().display()));
        // What it depends on is this machine's: nothing else is installed in there.
        run(dpkg.args(["--force-script-chrootless", "--force-depends"]).args(words))
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    }
}

/// The package, around the engine that was built for the tests.
fn built(into: &Path) -> PathBuf {
    let package = into.join("engine.deb");
    run(Command::new(place().join("package.sh")).arg(&package).args([env!("CARGO_BIN_EXE_engine"), "--fast"]));
    package
}

#[test]
fn the_debian_package_is_installed_runs_its_example_and_goes() {
    if let Some(what) = lack() {
        return eprintln!("not tried: no {what} here");
    }
    let (root, made) = (Root::new(), tempfile::tempdir().unwrap());
    root.dpkg(&["--install", built(made.path()).to_str().unwrap()]);
    assert!(root.text("etc/passwd").contains("engine:x:"), "the unit's user is there");
    for place in [
        "usr/lib/systemd/system/engine.service",
        "usr/share/bash-completion/completions/engine",
        "usr/share/zsh/vendor-completions/_engine",
        "usr/share/fish/vendor_completions.d/engine.fish",
        "usr/share/man/man1/engine.1.gz",
        "usr/share/man/man1/engine-run.1.gz",
        "usr/share/doc/campaign-engine/copyright",
    ] {
        assert!(root.path(place).is_file(), "{place}");
    }
    the_example_runs(&root);
    root.dpkg(&["--remove", "campaign-engine"]);
    assert!(!root.path("usr/bin/engine").exists() && root.path("etc/engine/engine.toml").exists(), "settings outlive a removal");
    root.dpkg(&["--purge", "campaign-engine"]);
    for place in ["usr/bin/engine", "etc/engine", "usr/share/doc/campaign-engine", "usr/lib/systemd/system/engine.service"] {
        assert!(!root.path(place).exists(), "{place} is left");
    }
}

/// The installed engine on the installed example: ready, asked, stopped.
fn the_example_runs(root: &Root) {
    let (desk, ear) = (Desk::empty(), Ear::new());
    let example = root.path("usr/share/doc/campaign-engine/examples/hello/campaigns");
    let words = ["run", example.to_str().unwrap(), "--sandbox", "--dashboard", "off"];
    let engine = root.path("usr/bin/engine");
    let running = desk.start_program(&engine, &words, "talk", &[("NOTIFY_SOCKET", &ear.address())]);
    ear.until("READY=1");
    let asked = Command::new(&engine).args(["status", "--json"]).current_dir(desk.folder.path()).env_clear().output().unwrap();
    let status: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap();
    assert_eq!((asked.status.code(), &status["campaigns"][0]["name"]), (Some(0), &"hello".into()), "{status}");
    running.signal("TERM");
    ear.until("STOPPING=1");
    assert_eq!(running.end(), 0);
}
