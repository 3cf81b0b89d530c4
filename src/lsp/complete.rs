//! What may stand at the cursor: words of the language, names of the program, fields of the contacts.

use crate::lang::camp::outline;
use crate::lang::check::names::{BUILT_IN_CLASSES, campaigns};
use crate::lang::source::{Notation, Source, SourceId};
use crate::lang::text::expression::Filter;
use crate::lsp::project::Folder;
use crate::lsp::symbol::{Index, Kind};
use crate::lsp::words::{self, Phrase};
use crate::model::campaign::BUILT_IN_OUTCOMES;
use lsp_types::{CompletionItem, CompletionItemKind, Documentation, InsertTextFormat};

/// What texts may speak of besides the contact's fields.
const SPOKEN: [&str; 6] =
    ["sender.first_name", "sender.last_name", "sender.name", "sender.headline", "campaign.name", "reply.text"];
/// Channels that `send` takes before its message.
const SEND_WORDS: [&str; 6] = ["inmail", "linkedin", "whatsapp", "instagram", "messenger", "telegram"];

/// What is offered at a byte of a file.
pub fn complete(folder: &Folder, index: &Index, id: SourceId, source: &Source, offset: u32) -> Vec<CompletionItem> {
    let before = source.text.get(..offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let spot = Spot { index, campaign: campaign_at(folder, id, source, offset) };
    if let Some(variable) = open_variable(before) {
        return if variable.contains('|') { spot.filters() } else { spot.spoken() };
    }
    let offered = match source.notation {
        Notation::Camp if is_in_text(before) => Vec::new(),
        Notation::Camp => spot.camp(line, &outline::around(&source.text, before.len() - line.len())),
        Notation::Yaml => spot.yaml(line),
    };
    // Names of the program stand first: editors would sort by the alphabet.
    let place = |(at, item)| CompletionItem { sort_text: Some(format!("{at:04}")), ..item };
    offered.into_iter().enumerate().map(place).collect()
}

/// The campaign a place belongs to, by name.
fn campaign_at(folder: &Folder, id: SourceId, source: &Source, offset: u32) -> Option<String> {
    if source.notation == Notation::Camp {
        let around = outline::around(&source.text, offset as usize);
        return around.into_iter().find(|block| block.keyword == "campaign").map(|block| block.name);
    }
    let files = folder.compiled.files.get(id.0 as usize).map(std::slice::from_ref).unwrap_or_default();
    campaigns(files).next().map(|campaign| campaign.name.value.clone())
}

/// What was written behind a `{{` or `{%` that is still open.
fn open_variable(before: &str) -> Option<&str> {
    let opened = before.rfind("{{").into_iter().chain(before.rfind("{%")).max()?;
    let inside = before.get(opened + 2..)?;
    let is_open = !inside.contains("}}") && !inside.contains("%}") && !inside.contains('\n');
    is_open.then_some(inside)
}

/// Is the place inside a text of the camp notation?
fn is_in_text(before: &str) -> bool {
    let blocks = before.matches("\"\"\"").count();
    if blocks % 2 == 1 {
        return true;
    }
    let line = before.rsplit('\n').next().unwrap_or_default().replace("\"\"\"", "").replace("\\\"", "");
    line.matches('"').count() % 2 == 1
}

struct Spot<'a> {
    index: &'a Index,
    campaign: Option<String>,
}

impl Spot<'_> {
    fn camp(&self, line: &str, around: &[outline::Opened]) -> Vec<CompletionItem> {
        let line = line.trim_start();
        let line =
            line.split_once(": ").filter(|(label, _)| !label.contains([' ', '"'])).map_or(line, |(_, body)| body.trim_start());
        let Some((known, _)) = line.rsplit_once([' ', '\t']) else { return self.beginnings(around) };
        let known = known.split_whitespace().collect::<Vec<_>>();
        let last = known.last().copied().unwrap_or_default();
        match (known.first().copied().unwrap_or_default(), last) {
            (_, "as") if known.contains(&"stop") => self.outcomes(),
            (_, "is") | ("reply", "not") if known.contains(&"reply") => self.classes(),
            ("send", "send") => [self.names(Kind::Message), plain(&SEND_WORDS)].concat(),
            ("send", word) if SEND_WORDS.contains(&word) => self.names(Kind::Message),
            (_, "with" | "saying" | "post" | "inmail") | (_, "send") => self.names(Kind::Message),
            ("do", "do") => self.names(Kind::Part),
            (_, "to") if known.contains(&"go") => self.names(Kind::Label),
            ("accounts", "from") => [self.names(Kind::Pool), self.names(Kind::Account)].concat(),
            (_, "pool") if known.first() == Some(&"accounts") => self.names(Kind::Pool),
            ("pool", _) if known.len() > 1 => self.names(Kind::Account),
            ("notify" | "ask", _) if known.len() == 1 => {
                [plain(&["owner"]), self.names(Kind::Person), self.names(Kind::Account)].concat()
            }
            ("set" | "need", _) => self.names(Kind::Field),
            ("test", "of") => self.names(Kind::Campaign),
            ("stop", "stop") => plain(&["as"]),
            (_, "when") if known.first() != Some(&"skip") => phrases(words::EVENTS),
            (_, "for" | "until") => phrases(words::EVENTS),
            (_, "if" | "and" | "or" | "not" | "when" | "(") => [phrases(words::CONDITIONS), self.names(Kind::Field)].concat(),
            (_, "expect") => {
                plain(&["invite", "invite with", "withdraw invite", "send", "send inmail", "stop as", "no more sends", "task"])
            }
            (_, "contact") => plain(&["accepts", "replies", "reads", "reacts"]),
            (_, "channel") => plain(&["linkedin", "whatsapp", "instagram", "messenger", "telegram"]),
            (_, "tier") => plain(&["classic", "premium", "sales_navigator", "recruiter"]),
            _ => Vec::new(),
        }
    }

    /// Words that begin a line in the innermost block.
    fn beginnings(&self, around: &[outline::Opened]) -> Vec<CompletionItem> {
        let innermost = around.last().map_or("", |block| block.keyword.as_str());
        let mut offered = match innermost {
            "" => phrases(words::TOP),
            "campaign" => phrases(words::CAMPAIGN),
            "workspace" => phrases(words::WORKSPACE),
            "contacts" => phrases(words::CONTACTS),
            "test" => phrases(words::TEST),
            "message" => plain(&["subject", "attach", "voice"]),
            "schedule" => plain(&["send", "timezone", "holidays", "gap"]),
            "limits" => plain(&["invites", "messages", "inmails", "visits", "pending invites at most", "ramp up over"]),
            "account" => plain(&["id", "channel", "tier", "timezone", "owner"]),
            "migrate" => plain(&["at", "anyone else"]),
            _ => phrases(words::STATEMENTS),
        };
        match innermost {
            "" => {}
            "wait" => offered.extend(plain(&["when", "on timeout", "end"])),
            "if" => offered.extend(plain(&["else", "else if", "end"])),
            _ => offered.extend(plain(&["end"])),
        }
        offered
    }

    fn yaml(&self, line: &str) -> Vec<CompletionItem> {
        let Some((key, _)) = line.rsplit_once(':') else { return Vec::new() };
        let key = key.rsplit([' ', '{', ',', '-']).next().unwrap_or_default();
        match key {
            "send" | "invite" | "send_inmail" | "comment_latest_post" | "message" | "saying" => self.names(Kind::Message),
            "stop" | "as" | "or_stop" => self.outcomes(),
            "reply_is" => self.classes(),
            "do_part" => self.names(Kind::Part),
            "go_to" => self.names(Kind::Label),
            "pool" => self.names(Kind::Pool),
            "who" => [plain(&["owner"]), self.names(Kind::Person), self.names(Kind::Account)].concat(),
            "for" | "until" => phrases(words::EVENTS),
            "if" | "reached_when" => [phrases(words::CONDITIONS), self.names(Kind::Field)].concat(),
            _ => Vec::new(),
        }
    }

    fn names(&self, kind: Kind) -> Vec<CompletionItem> {
        let names = self.index.visible(kind, self.campaign.as_deref());
        names.map(|name| item(name, CompletionItemKind::REFERENCE, kind.word())).collect()
    }

    fn outcomes(&self) -> Vec<CompletionItem> {
        let declared = self.names(Kind::Outcome);
        let is_new = |name: &&str| !declared.iter().any(|known| known.label == *name);
        let built_in = BUILT_IN_OUTCOMES
            .into_iter()
            .filter(is_new)
            .map(|name| item(name, CompletionItemKind::ENUM_MEMBER, "outcome of every campaign"));
        let built_in: Vec<CompletionItem> = built_in.collect();
        [declared, built_in].concat()
    }

    fn classes(&self) -> Vec<CompletionItem> {
        let built_in = BUILT_IN_CLASSES.into_iter().map(|name| item(name, CompletionItemKind::ENUM_MEMBER, "class, built in"));
        self.names(Kind::Class).into_iter().chain(built_in).collect()
    }

    fn spoken(&self) -> Vec<CompletionItem> {
        let language = SPOKEN.into_iter().map(|name| item(name, CompletionItemKind::VARIABLE, "known of every send"));
        self.names(Kind::Field).into_iter().chain(language).collect()
    }

    fn filters(&self) -> Vec<CompletionItem> {
        Filter::ALL.into_iter().map(|filter| item(filter.word(), CompletionItemKind::FUNCTION, "filter")).collect()
    }
}

fn item(label: &str, kind: CompletionItemKind, detail: &str) -> CompletionItem {
    CompletionItem { label: label.to_owned(), kind: Some(kind), detail: Some(detail.to_owned()), ..CompletionItem::default() }
}

fn plain(words: &[&str]) -> Vec<CompletionItem> {
    words.iter().map(|word| item(word, CompletionItemKind::KEYWORD, "")).collect()
}

fn phrases(phrases: &[Phrase]) -> Vec<CompletionItem> {
    let snippet = |phrase: &Phrase| CompletionItem {
        insert_text: Some(phrase.snippet.to_owned()),
        insert_text_format: Some(InsertTextFormat::SNIPPET),
        documentation: Some(Documentation::String(phrase.says.to_owned())),
        ..item(phrase.words, CompletionItemKind::KEYWORD, phrase.says)
    };
    phrases.iter().map(snippet).collect()
}
