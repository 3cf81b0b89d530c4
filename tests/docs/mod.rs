//! What README and docs show is true: campaigns compile or are refused as said, commands run, every page is in the book.

mod book;
mod campaigns;
mod editors;
mod how_to;
mod how_to_more;
mod person;
mod shell;
mod simulate;

use std::path::PathBuf;

/// A fenced block: where it stands, the words behind its fence, its text.
pub struct Block {
    pub place: String,
    pub words: Vec<String>,
    pub text: String,
}

impl Block {
    /// Is it written in that language?
    pub fn is(&self, language: &str) -> bool {
        self.words.first().is_some_and(|word| word == language)
    }

    /// Does that word stand behind the language?
    pub fn says(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|said| said == word)
    }

    /// The value of `name=value` behind the language.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Where the project is.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A page, by its path in the project.
pub fn page(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

/// The fenced blocks of a page.
pub fn blocks(path: &str) -> Vec<Block> {
    blocks_of(path, &page(path))
}

/// The fenced blocks of a text that stands there.
pub fn blocks_of(path: &str, text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(words), None) => {
                let words = words.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { place: format!("{path}:{}", at + 1), words, text: String::new() });
            }
            (Some(_), Some(block)) => blocks.push(block),
            (None, Some(mut block)) => {
                block.text.push_str(line);
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{path}: a block is never closed");
    blocks
}
