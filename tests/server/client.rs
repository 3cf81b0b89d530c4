//! A client that is generated from the document drives a running engine. Needs node and npm; says so when they lack.

use crate::server::serving::Serving;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: [&str; 3] = ["openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3"];

#[track_caller]
fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A folder with the generator, its runtime and the compiler: made once, kept with the other build products.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client");
    let has = |package: &str| folder.join("node_modules").join(package.split('@').next().unwrap()).join("package.json").exists();
    if !PACKAGES.iter().all(|package| has(package)) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\": true, \"type\": \"module\"}\n").unwrap();
        done(Command::new("npm").args(["install", "--no-audit", "--no-fund"]).args(PACKAGES).current_dir(&folder));
    }
    folder
}

#[test]
fn a_client_made_from_the_document_drives_an_engine() {
    let is_there = |program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there("node") || !is_there("npm") {
        println!("skipped: node or npm is not installed");
        return;
    }
    let (folder, serving) = (installed(), Serving::under_way());
    std::fs::write(folder.join("openapi.json"), serving.get("/openapi.json").body).unwrap();
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/client.ts"), folder.join("client.ts")).unwrap();
    let run = |words: &[&str]| done(Command::new("node").args(words).current_dir(&folder));
    run(&["node_modules/openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts"]);
    let strictly = ["--strict", "--noUncheckedIndexedAccess", "--skipLibCheck", "--lib", "es2022,dom"];
    let kind = ["--target", "es2022", "--module", "nodenext"];
    run(&[&["node_modules/typescript/bin/tsc"], &strictly[..], &kind, &["client.ts"]].concat());
    assert_eq!(run(&["client.js", &format!("http://{}", serving.address), &serving.token]), "done\n");
}
