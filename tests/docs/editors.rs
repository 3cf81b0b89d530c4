//! What editors are given keeps up with the language.

use crate::docs::{page, root};
use campaign_engine::lang::words::KEYWORDS;
use serde_json::Value;

fn json(path: &str) -> Value {
    serde_json::from_str(&page(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

#[test]
fn every_word_of_the_language_has_a_colour() {
    let grammar = json("editors/vscode/syntaxes/campaign.tmLanguage.json").to_string();
    let words: Vec<&str> = grammar.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').collect();
    let plain: Vec<&&str> = KEYWORDS.iter().filter(|word| !words.contains(*word)).collect();
    assert!(plain.is_empty(), "the grammar does not know {plain:?}");
}

#[test]
fn the_extension_is_of_this_version_and_names_files_that_are_there() {
    let package = json("editors/vscode/package.json");
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
    let contributes = &package["contributes"];
    let named = [&contributes["grammars"][0]["path"], &contributes["languages"][0]["configuration"]];
    for path in named.map(|path| path.as_str().unwrap().to_owned()) {
        assert!(root().join("editors/vscode").join(&path).is_file(), "{path}");
    }
    json("editors/vscode/language-configuration.json");
}
