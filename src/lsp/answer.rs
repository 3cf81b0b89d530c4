//! One answer for each request an editor may make.

use crate::lang::format::convert;
use crate::lang::source::{Source, SourceId};
use crate::lsp::complete::complete;
use crate::lsp::fixes::fixes;
use crate::lsp::hover::hover;
use crate::lsp::place::{offset, range, whole};
use crate::lsp::project::{Folder, Projects};
use crate::lsp::rename::{location, places, renamable, rename};
use crate::lsp::symbol::{Index, Kind, Symbol};
use crate::lsp::uri;
use crate::model::time::Timestamp;
use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CodeActionRequest, Completion, DocumentSymbolRequest, Formatting, GotoDefinition, HoverRequest, PrepareRenameRequest,
    References, Rename, Request as _,
};
use lsp_types::{
    CodeActionParams, CompletionParams, DocumentFormattingParams, DocumentSymbolParams, GotoDefinitionParams, Hover,
    HoverContents, HoverParams, MarkupContent, MarkupKind, Position, PrepareRenameResponse, ReferenceParams, RenameParams,
    SymbolInformation, SymbolKind, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// Why there is no answer.
enum Refusal {
    /// The request is not one of ours, or cannot be read.
    Unread(String),
    /// A sentence for the person at the editor.
    Said(String),
}

type Answer = Result<Value, Refusal>;

/// Answers a request; an unknown one is refused as the protocol asks.
pub fn answer(projects: &mut Projects, request: Request, now: Timestamp) -> Response {
    let Request { id, method, params } = request;
    let answered = match method.as_str() {
        Completion::METHOD => read(params).and_then(|said| on_completion(projects, &said)),
        HoverRequest::METHOD => read(params).and_then(|said| on_hover(projects, &said, now)),
        GotoDefinition::METHOD => read(params).and_then(|said| on_definition(projects, &said)),
        References::METHOD => read(params).and_then(|said| on_references(projects, &said)),
        PrepareRenameRequest::METHOD => read(params).and_then(|said| on_prepare(projects, &said)),
        Rename::METHOD => read(params).and_then(|said| on_rename(projects, &said)),
        Formatting::METHOD => read(params).and_then(|said| on_format(projects, &said)),
        CodeActionRequest::METHOD => read(params).and_then(|said| on_action(projects, &said)),
        DocumentSymbolRequest::METHOD => read(params).and_then(|said| on_symbols(projects, &said)),
        other => return Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("`{other}` is not answered here")),
    };
    match answered {
        Ok(value) => Response::new_ok(id, value),
        Err(Refusal::Unread(why)) => Response::new_err(id, ErrorCode::InvalidParams as i32, why),
        Err(Refusal::Said(sentence)) => Response::new_err(id, ErrorCode::RequestFailed as i32, sentence),
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|fault| Refusal::Unread(fault.to_string()))
}

fn told<T: serde::Serialize>(value: T) -> Answer {
    serde_json::to_value(value).map_err(|fault| Refusal::Unread(fault.to_string()))
}

/// A place in a file of a program, with the program's names.
struct Spot<'a> {
    folder: &'a Folder,
    source: &'a Source,
    id: SourceId,
    index: Index,
    offset: u32,
}

impl Spot<'_> {
    fn symbol(&self) -> Option<&Symbol> {
        self.index.at(self.id, self.offset).map(|occurrence| &occurrence.symbol)
    }
}

fn file<'a>(projects: &'a mut Projects, uri: &Uri) -> Option<(&'a Folder, SourceId, &'a Source)> {
    let path = uri::path(uri)?;
    let folder = projects.folder(&path);
    let (id, source) = folder.source(&path)?;
    Some((folder, id, source))
}

fn spot<'a>(projects: &'a mut Projects, uri: &Uri, position: Position) -> Option<Spot<'a>> {
    let (folder, id, source) = file(projects, uri)?;
    let index = Index::of(&folder.compiled.files);
    Some(Spot { folder, source, id, index, offset: offset(&source.text, position) })
}

fn at<'a>(projects: &'a mut Projects, said: &TextDocumentPositionParams) -> Option<Spot<'a>> {
    spot(projects, &said.text_document.uri, said.position)
}

fn on_completion(projects: &mut Projects, said: &CompletionParams) -> Answer {
    let Some(spot) = at(projects, &said.text_document_position) else { return Ok(Value::Null) };
    told(complete(spot.folder, &spot.index, spot.id, spot.source, spot.offset))
}

fn on_hover(projects: &mut Projects, said: &HoverParams, now: Timestamp) -> Answer {
    let Some(spot) = at(projects, &said.text_document_position_params) else { return Ok(Value::Null) };
    let Some(value) = hover(spot.folder, &spot.index, (spot.id, spot.source), spot.offset, now) else { return Ok(Value::Null) };
    let range = spot.index.at(spot.id, spot.offset).map(|occurrence| range(&spot.source.text, occurrence.span));
    told(Hover { contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }), range })
}

fn on_definition(projects: &mut Projects, said: &GotoDefinitionParams) -> Answer {
    let Some(spot) = at(projects, &said.text_document_position_params) else { return Ok(Value::Null) };
    let defined = spot.symbol().and_then(|symbol| spot.index.definition(symbol));
    told(defined.and_then(|span| location(spot.folder, span)))
}

fn on_references(projects: &mut Projects, said: &ReferenceParams) -> Answer {
    let Some(spot) = at(projects, &said.text_document_position) else { return Ok(Value::Null) };
    let Some(symbol) = spot.symbol() else { return Ok(Value::Null) };
    told(places(spot.folder, &spot.index, symbol, said.context.include_declaration))
}

fn on_prepare(projects: &mut Projects, said: &TextDocumentPositionParams) -> Answer {
    let Some(spot) = at(projects, said) else { return Ok(Value::Null) };
    let Some(occurrence) = spot.index.at(spot.id, spot.offset) else { return Ok(Value::Null) };
    renamable(&spot.index, &occurrence.symbol).map_err(Refusal::Said)?;
    told(PrepareRenameResponse::Range(range(&spot.source.text, occurrence.span)))
}

#[expect(clippy::mutable_key_type, reason = "the protocol's own type; an address is never changed")]
fn on_rename(projects: &mut Projects, said: &RenameParams) -> Answer {
    let Some(spot) = at(projects, &said.text_document_position) else { return Ok(Value::Null) };
    let Some(symbol) = spot.symbol() else { return Ok(Value::Null) };
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (uri, edit) in rename(spot.folder, &spot.index, symbol, &said.new_name).map_err(Refusal::Said)? {
        changes.entry(uri).or_default().push(edit);
    }
    told(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

/// A file with faults has no one form: it stays as it is.
fn on_format(projects: &mut Projects, said: &DocumentFormattingParams) -> Answer {
    let Some((_, _, source)) = file(projects, &said.text_document.uri) else { return Ok(Value::Null) };
    match convert(&source.text, source.notation, source.notation) {
        Ok(text) if *text == *source.text => told(Vec::<TextEdit>::new()),
        Ok(text) => told(vec![TextEdit { range: whole(&source.text), new_text: text }]),
        Err(_) => Ok(Value::Null),
    }
}

fn on_action(projects: &mut Projects, said: &CodeActionParams) -> Answer {
    let Some((folder, id, source)) = file(projects, &said.text_document.uri) else { return Ok(Value::Null) };
    told(fixes(folder, (id, source), &said.text_document.uri, said.range))
}

fn on_symbols(projects: &mut Projects, said: &DocumentSymbolParams) -> Answer {
    let Some(spot) = spot(projects, &said.text_document.uri, Position::default()) else { return Ok(Value::Null) };
    let defined = spot.index.occurrences.iter().filter(|place| place.is_definition && place.span.source == spot.id);
    let symbols = defined.filter_map(|place| symbol_line(spot.folder, &place.symbol, place.span));
    told(symbols.collect::<Vec<_>>())
}

#[expect(deprecated, reason = "the protocol's type has a field that is to be left empty")]
fn symbol_line(folder: &Folder, symbol: &Symbol, span: crate::lang::source::Span) -> Option<SymbolInformation> {
    let kind = match symbol.kind {
        Kind::Campaign => SymbolKind::CLASS,
        Kind::Message => SymbolKind::STRING,
        Kind::Part => SymbolKind::FUNCTION,
        Kind::Class | Kind::Outcome => SymbolKind::ENUM_MEMBER,
        Kind::Account | Kind::Pool | Kind::Person => SymbolKind::OBJECT,
        Kind::Label => SymbolKind::METHOD,
        Kind::Field => SymbolKind::FIELD,
    };
    let (name, container_name) = (symbol.name.clone(), symbol.campaign.clone());
    let location = location(folder, span)?;
    Some(SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name })
}
