//! Which files a folder is made of, and which it may name.

use campaign_engine::lang::disk::{LoadFault, load};
use campaign_engine::lang::folder::{FileFault, Files, MemoryFiles, resolve};
use campaign_engine::lang::source::SourceId;
use std::fs;
use std::path::Path;

#[test]
fn a_folder_gives_its_campaigns_in_order_and_reads_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("c");
    for (path, text) in [
        ("b.camp", "b"),
        ("a.yaml", "a"),
        ("sub/c.yml", "c"),
        (".engine/d.camp", ""),
        (".e.camp", ""),
        ("lists/l.csv", "x"),
        ("n.txt", ""),
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    fs::write(folder.path().join("secret"), "s").unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret"), root.join("lists/out")).unwrap();
    std::os::unix::fs::symlink(root.join("lists/l.csv"), root.join("lists/in")).unwrap();

    let (sources, files) = load(&[root.clone(), root.join("b.camp")]).unwrap();
    let paths: Vec<_> = sources.iter().map(|source| source.path.strip_prefix(&root).unwrap().to_str().unwrap()).collect();
    assert_eq!(paths, ["a.yaml", "b.camp", "sub/c.yml"]);
    assert_eq!(files.root(), root);
    assert_eq!(files.read("lists/l.csv", 1), Ok(b"x".to_vec()));
    assert_eq!(files.read("lists/in", 1), Ok(b"x".to_vec()));
    assert_eq!(files.read("lists/l.csv", 0), Err(FileFault::TooLarge { bytes: 1 }));
    let refused = [
        ("lists", FileFault::NotAFile),
        ("lists/out", FileFault::Outside),
        ("../secret", FileFault::Outside),
        ("/etc/passwd", FileFault::Outside),
        ("nothing", FileFault::Missing),
        ("n.txt/x", FileFault::Missing),
    ];
    for (path, fault) in refused {
        assert_eq!((files.read(path, 9), files.size(path)), (Err(fault.clone()), Err(fault)), "{path}");
    }
}

#[test]
fn a_file_alone_is_a_folder_of_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.camp"), b"ok\nb\xe9\n").unwrap();
    let (sources, files) = load(&[folder.path().join("a.camp")]).unwrap();
    assert_eq!(files.root(), folder.path());
    assert_eq!(&*sources[0].text, "ok\nb\u{fffd}\n");
    let faults = files.faults();
    let place = sources[0].position(faults[0].span.start);
    assert_eq!((faults.len(), faults[0].span.source, place.line, place.column), (1, SourceId(0), 2, 2));
}

#[test]
fn nothing_to_compile() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &Path| load(&[path.to_path_buf()]).unwrap_err();
    assert!(matches!(said(folder.path()), LoadFault::NoCampaigns { .. }));
    assert!(matches!(said(&folder.path().join("x.camp")), LoadFault::Missing { .. }));
    fs::write(folder.path().join("n.txt"), "").unwrap();
    assert!(matches!(said(&folder.path().join("n.txt")), LoadFault::NotACampaign { .. }));
}

#[test]
fn names_are_relative_to_the_file_that_names_them() {
    let at = |source: &str, named: &str| resolve(Path::new("c"), Path::new(source), named);
    assert_eq!(at("c/a.camp", "lists/l.csv"), Ok("lists/l.csv".into()));
    assert_eq!(at("c/sub/a.camp", "l.csv"), Ok("sub/l.csv".into()));
    assert_eq!(at("c/sub/a.camp", "../lists/./l.csv"), Ok("lists/l.csv".into()));
    assert_eq!(at("c/a.camp", "../l.csv"), Err(FileFault::Outside));
    assert_eq!(at("c/a.camp", "/l.csv"), Err(FileFault::Outside));
    let files = MemoryFiles::new("c").with("lists/l.csv", "x");
    assert_eq!((files.read("lists/l.csv", 1), files.size("x")), (Ok(b"x".to_vec()), Err(FileFault::Missing)));
}
