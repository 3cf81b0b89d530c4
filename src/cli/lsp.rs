//! `engine lsp`: the language server, on stdin and stdout.

use crate::cli::ending::{Done, Ending, FAILED};
use crate::lsp::serve;
use crate::runtime::clock::ScaledClock;
use lsp_server::Connection;

/// Serves the editor that started this process until it says goodbye.
pub fn lsp() -> Done {
    let (connection, threads) = Connection::stdio();
    let served = serve(&connection, &ScaledClock::real());
    drop(connection);
    served.map_err(|fault| Ending::new(FAILED, fault.to_string()).help("editors start it by themselves; see editors/vscode"))?;
    threads.join().map_err(|fault| Ending::new(FAILED, format!("the editor is gone: {fault}")))?;
    Ok(Ending::done())
}
