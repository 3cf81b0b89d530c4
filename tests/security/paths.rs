//! Files that campaigns name lie beneath their folder, wherever links lead, when they are checked and when they are sent.

use campaign_engine::connector::contract::Attachment;
use campaign_engine::connector::postpress::files::load;
use campaign_engine::lang::disk::DiskFiles;
use campaign_engine::lang::folder::{Files, resolve};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Names that must not lead out, and do not exist inside.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "/etc/passwd",
        "//etc/passwd",
        "/",
        "",
        ".",
        "..",
        "../",
        "./..",
        "../secret.pdf",
        "../../secret.pdf",
        "a/../../secret.pdf",
        "a/b/../../../secret.pdf",
        "./../secret.pdf",
        "a/./../../secret.pdf",
        "..//secret.pdf",
        "a//..//..//secret.pdf",
        "out",
        "out/secret.pdf",
        "out/../secret.pdf",
        "link.pdf",
        "deep/link.pdf",
        "loop",
        "loop/loop/x.pdf",
        "pipe",
        "folder",
        "folder/",
        "/dev/null",
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/environ",
        "/proc/self/mem",
        "/proc/1/cwd/etc/passwd",
        "~",
        "~/x.pdf",
        "$HOME/x.pdf",
        "${HOME}/x.pdf",
        "file:///etc/passwd",
        "https://evil.example/x.pdf",
        "\\\\host\\share\\x.pdf",
        "C:\\x.pdf",
        "..\\secret.pdf",
        "%2e%2e/secret.pdf",
        "%2e%2e%2fsecret.pdf",
        "..%2fsecret.pdf",
        "..%c0%afsecret.pdf",
        "\u{ff0e}\u{ff0e}/secret.pdf",
        "secret.pdf\u{0}.pdf",
        "a\nb.pdf",
        " ",
        "*",
        "*.pdf",
        "?.pdf",
        "[a-z].pdf",
        "{a,b}.pdf",
        "|id",
        ";id",
        "`id`",
        "$(id)",
        "-",
        "--",
        "con",
        "nul",
        "x.pdf/",
        "x.pdf/.",
        "x.pdf/..",
        "x.pdf/../../secret.pdf",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend((1..20).map(|up| format!("{}secret.pdf", "../".repeat(up))));
    names
}

struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir_all(root.join("deep")).unwrap();
        std::fs::create_dir_all(root.join("folder")).unwrap();
        std::fs::create_dir_all(dir.path().join("outside")).unwrap();
        std::fs::write(dir.path().join("secret.pdf"), "%PDF- secret").unwrap();
        std::fs::write(dir.path().join("outside/secret.pdf"), "%PDF- secret").unwrap();
        std::fs::write(root.join("good.pdf"), "%PDF- good").unwrap();
        symlink(dir.path().join("outside"), root.join("out")).unwrap();
        symlink(dir.path().join("secret.pdf"), root.join("link.pdf")).unwrap();
        symlink("../../secret.pdf", root.join("deep/link.pdf")).unwrap();
        symlink("loop", root.join("loop")).unwrap();
        symlink("deep", root.join("inside")).unwrap();
        std::fs::write(root.join("deep/near.pdf"), "%PDF- near").unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
        Self { dir }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    /// What a campaign file in the folder reads under that name.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let root = self.root();
        let path = resolve(&root, &root.join("x.camp"), name).ok()?;
        DiskFiles::new(root).read(&path, 1_000).ok()
    }

    /// What would be sent of it.
    fn send(&self, name: &str) -> Result<Vec<u8>, String> {
        let attachment =
            Attachment { path: self.root().join(name), root: self.root(), name: "x.pdf".to_owned(), is_voice: false };
        load(&[attachment]).map(|mut loaded| loaded.remove(0).bytes)
    }
}

#[test]
fn nothing_outside_is_read_when_it_is_checked() {
    let folder = Folder::new();
    let names = hostile();
    assert!(names.len() >= 80, "{}", names.len());
    for name in names {
        assert_eq!(folder.read(&name), None, "{name:?}");
    }
    assert_eq!(folder.read("good.pdf"), Some(b"%PDF- good".to_vec()));
    assert_eq!(folder.read("./deep/../good.pdf"), Some(b"%PDF- good".to_vec()));
}

#[test]
fn nothing_outside_is_sent_when_it_has_been_put_there_since() {
    let folder = Folder::new();
    for name in hostile().into_iter().filter(|name| !name.contains('\0')) {
        assert!(folder.send(&name).is_err(), "{name:?}");
    }
    assert_eq!(folder.send("good.pdf"), Ok(b"%PDF- good".to_vec()));
    assert_eq!(folder.send("inside/near.pdf"), Ok(b"%PDF- near".to_vec()), "a link that stays inside is no way out");
    // Checked, then exchanged for a way out: what is sent is judged by its own handle.
    assert!(folder.read("deep/near.pdf").is_some());
    std::fs::rename(folder.root().join("deep"), folder.root().join("was")).unwrap();
    std::fs::write(folder.dir.path().join("outside/near.pdf"), "%PDF- far").unwrap();
    symlink(folder.dir.path().join("outside"), folder.root().join("deep")).unwrap();
    let said = folder.send("deep/near.pdf").unwrap_err();
    assert!(said.contains("outside the folder"), "{said}");
}

#[test]
fn size_is_bounded_at_both_times() {
    let folder = Folder::new();
    let path = folder.root().join("large.pdf");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(15_000_001).unwrap();
    assert!(folder.send("large.pdf").unwrap_err().contains("15 MB"));
    assert_eq!(folder.read("large.pdf"), None);
    assert!(Path::new(&path).exists());
}
