//! Programs of the Python registry, in an environment of their own that is made once and kept with the other build products.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// What is installed, version by version.
const WANTED: &str = include_str!("requirements.txt");

/// One test installs; the others wait for it.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The folder of its programs; none: this machine has no Python that can make environments.
pub fn programs() -> Option<PathBuf> {
    let can = Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 or its venv is not installed");
        return None;
    }
    let _one = INSTALLING.lock().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let (programs, installed) = (folder.join("bin"), folder.join("requirements.txt"));
    if std::fs::read_to_string(&installed).ok().as_deref() != Some(WANTED) {
        let done = |command: &mut Command| {
            let output = command.output().unwrap();
            assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/requirements.txt");
        let quietly = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"];
        done(Command::new(programs.join("pip")).args(quietly).arg(wanted));
        std::fs::write(installed, WANTED).unwrap();
    }
    Some(programs)
}
