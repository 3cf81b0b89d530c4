//! The campaigns we ship: they compile without a fault or a warning, are formatted, and mean the same in both notations.

mod guards;

use campaign_engine::lang::disk::{DiskFiles, load};
use campaign_engine::lang::format::{convert, format};
use campaign_engine::lang::report::{Look, human};
use campaign_engine::lang::source::{Notation, Source};
use campaign_engine::lang::{Compiled, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns")
}

pub fn shipped() -> (Vec<Source>, DiskFiles) {
    load(&[folder()]).unwrap()
}

fn compiled(sources: &[Source], files: &DiskFiles) -> Compiled {
    let compiled = compile(sources, files);
    assert_eq!(human(&compiled.diagnostics, sources, Look { is_colored: false, width: 120 }), "");
    compiled
}

fn other(notation: Notation) -> Notation {
    match notation {
        Notation::Camp => Notation::Yaml,
        Notation::Yaml => Notation::Camp,
    }
}

#[test]
fn they_compile_without_a_word() {
    let (sources, files) = shipped();
    let compiled = compiled(&sources, &files);
    let mut names: Vec<_> = compiled.program.campaigns.iter().map(|campaign| campaign.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["community_followup", "cto_intro", "event_followup", "platform_inmail"]);
    let in_yaml = sources.iter().filter(|source| source.notation == Notation::Yaml).count();
    assert_eq!(in_yaml, 1);
}

#[test]
fn they_are_formatted() {
    let (sources, files) = shipped();
    for (source, file) in sources.iter().zip(&compiled(&sources, &files).files) {
        assert_eq!(format(file, source.notation).unwrap(), &*source.text, "{}", source.path.display());
    }
}

#[test]
fn they_come_back_from_the_other_notation_as_they_were() {
    for source in shipped().0 {
        let there = convert(&source.text, source.notation, other(source.notation)).unwrap();
        let back = convert(&there, other(source.notation), source.notation).unwrap();
        assert_eq!(back, &*source.text, "{there}");
    }
}

#[test]
fn both_notations_give_one_machine() {
    let (sources, files) = shipped();
    let turned = |source: &Source| Source {
        path: source.path.clone(),
        notation: other(source.notation),
        text: convert(&source.text, source.notation, other(source.notation)).unwrap().into(),
    };
    let turned: Vec<Source> = sources.iter().map(turned).collect();
    let hashes = |compiled: &Compiled| -> BTreeMap<String, String> {
        let hash =
            |campaign: &campaign_engine::model::campaign::Campaign| (campaign.name.clone(), format!("{:?}", campaign.hash));
        compiled.program.campaigns.iter().map(hash).collect()
    };
    assert_eq!(hashes(&compiled(&sources, &files)), hashes(&compiled(&turned, &files)));
}

#[test]
fn the_lists_hold_two_hundred_people_and_nobody_twice() {
    let (sources, files) = shipped();
    let compiled = compiled(&sources, &files);
    let mut people = BTreeSet::new();
    let mut rows = 0;
    for roster in &compiled.program.rosters {
        assert_eq!(roster.refused, vec![]);
        for row in &roster.rows {
            rows += 1;
            let columns = ["linkedin", "whatsapp", "telegram", "instagram"];
            for value in columns.iter().filter_map(|column| row.get(column)) {
                assert!(people.insert(campaign_engine::model::identity::identity(value)), "{value} is there twice");
            }
        }
    }
    assert!(rows >= 200, "{rows}");
}
