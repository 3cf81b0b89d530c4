//! The editor's side: diagnostics as one types, completion, hover, definition, references, rename, format and fixes for
//! both notations, by the Language Server Protocol 3.17.
//!
//! Judges nothing itself: all it knows it asks `lang`. Never writes a file, never opens a store. Start at [`serve`].

mod answer;
mod complete;
mod dates;
mod findings;
mod fixes;
mod hover;
mod index;
mod place;
mod project;
mod rename;
mod statements;
mod symbol;
mod uri;
mod walk;
mod words;

use crate::lsp::answer::answer;
use crate::lsp::findings::findings;
use crate::lsp::project::Projects;
use crate::runtime::clock::Clock;
use lsp_server::{Connection, Message, Notification};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
    Notification as _, PublishDiagnostics,
};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, HoverProviderCapability, InitializeParams, OneOf, RenameOptions,
    ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, WorkDoneProgressOptions,
};
use std::path::PathBuf;

/// Why the server ended otherwise than by the editor's word.
#[derive(Debug, thiserror::Error)]
pub enum LspFault {
    #[error("the editor does not speak the protocol: {0}")]
    Protocol(String),
    #[error("the editor is gone")]
    Gone,
}

/// Serves one editor until it says `exit`.
pub fn serve(connection: &Connection, clock: &dyn Clock) -> Result<(), LspFault> {
    let offered = serde_json::to_value(capabilities()).map_err(|fault| LspFault::Protocol(fault.to_string()))?;
    let said = connection.initialize(offered).map_err(|fault| LspFault::Protocol(fault.to_string()))?;
    let said: InitializeParams = serde_json::from_value(said).map_err(|fault| LspFault::Protocol(fault.to_string()))?;
    let mut desk = Desk { projects: Projects::new(roots(&said)), is_stale: false };
    while let Ok(message) = connection.receiver.recv() {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request).map_err(|fault| LspFault::Protocol(fault.to_string()))? {
                    return Ok(());
                }
                send(connection, Message::Response(answer(&mut desk.projects, request, clock.now())))?;
            }
            Message::Notification(notification) => desk.note(notification),
            Message::Response(_) => {}
        }
        // Typing is faster than compiling: only what stands when nothing more waits is looked at.
        if desk.is_stale && connection.receiver.is_empty() {
            desk.publish(connection)?;
        }
    }
    Err(LspFault::Gone)
}

fn send(connection: &Connection, message: Message) -> Result<(), LspFault> {
    connection.sender.send(message).map_err(|_| LspFault::Gone)
}

struct Desk {
    projects: Projects,
    /// Something changed since findings were published.
    is_stale: bool,
}

impl Desk {
    fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Ok(said) = serde_json::from_value::<DidOpenTextDocumentParams>(params) else { return };
                let Some(path) = uri::path(&said.text_document.uri) else { return };
                self.projects.open(path, said.text_document.text);
            }
            DidChangeTextDocument::METHOD => {
                let Ok(said) = serde_json::from_value::<DidChangeTextDocumentParams>(params) else { return };
                let Some(path) = uri::path(&said.text_document.uri) else { return };
                let Some(change) = said.content_changes.into_iter().next_back() else { return };
                self.projects.open(path, change.text);
            }
            DidCloseTextDocument::METHOD => {
                let Ok(said) = serde_json::from_value::<DidCloseTextDocumentParams>(params) else { return };
                let Some(path) = uri::path(&said.text_document.uri) else { return };
                self.projects.close(&path);
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.projects.forget_all(),
            _ => return,
        }
        self.is_stale = true;
    }

    fn publish(&mut self, connection: &Connection) -> Result<(), LspFault> {
        self.is_stale = false;
        for found in self.projects.folders().into_iter().flat_map(findings) {
            let said = Notification::new(PublishDiagnostics::METHOD.to_owned(), found);
            send(connection, Message::Notification(said))?;
        }
        Ok(())
    }
}

fn roots(said: &InitializeParams) -> Vec<PathBuf> {
    let folders = said.workspace_folders.iter().flatten();
    folders.filter_map(|folder| uri::path(&folder.uri)).collect()
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "{", "|", ":"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_formatting_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}
