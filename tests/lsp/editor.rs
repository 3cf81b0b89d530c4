//! An editor in a test: a folder on disk, a server in a thread, messages in between.

use campaign_engine::lsp::serve;
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::clock::SetClock;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// Thursday 2027-01-07, 10:00 UTC.
const NOW: Timestamp = Timestamp(1_799_316_000_000);

pub struct Editor {
    folder: tempfile::TempDir,
    connection: Connection,
    server: Option<JoinHandle<()>>,
    next: i32,
}

/// A workspace with one account, and a list with two people.
pub const WORKSPACE: &str = "workspace acme
  account lina
    id \"acc_lina\"
    channel linkedin
    tier classic
  end
  pool sdrs lina
  class interested when reply matches /yes/i
  schedule
    send monday to friday 09:00-17:00
    timezone \"Europe/Paris\"
  end
end
";

pub const CAMPAIGN: &str = "campaign hello version 1
  accounts from pool sdrs
  outcomes won keen; neutral no_answer

  contacts from \"people.csv\"
    need first_name, linkedin
    may have company
  end

  message intro
    \"Hi {{ first_name }}, how are things at {{ company or \\\"work\\\" }}?\"
  end

  steps
    connect: invite
    accept: wait up to 14 days
      when accepted
        wait 2 days
        first: send intro
        wait 3 working days
        stop as no_answer
      on timeout
        stop as no_answer
    end
  end

  on reply
    if reply is interested
      stop as keen
    else
      stop as replied
    end
  end
end
";

const PEOPLE: &str = "first_name,company,linkedin\nAda,Acme,ada\nBen,,ben\n";

impl Editor {
    /// With `workspace.camp`, `people.csv` and that campaign on disk, the campaign open.
    pub fn open(campaign: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("workspace.camp"), WORKSPACE).unwrap();
        std::fs::write(folder.path().join("people.csv"), PEOPLE).unwrap();
        std::fs::write(folder.path().join("hello.camp"), campaign).unwrap();
        let (connection, server) = Connection::memory();
        let server = std::thread::spawn(move || serve(&server, &SetClock::at(NOW)).unwrap());
        let mut editor = Self { folder, connection, server: Some(server), next: 0 };
        let root = editor.uri("");
        editor.ask("initialize", json!({"capabilities": {}, "workspaceFolders": [{"uri": root, "name": "acme"}]}));
        editor.tell("initialized", json!({}));
        editor.show("hello.camp", campaign);
        editor
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn uri(&self, file: &str) -> String {
        let path = if file.is_empty() { self.folder.path().to_path_buf() } else { self.path(file) };
        url(&path)
    }

    /// Opens a file in the editor, saved or not.
    pub fn show(&mut self, file: &str, text: &str) {
        let language = if file.ends_with(".camp") { "campaign" } else { "yaml" };
        let document = json!({"uri": self.uri(file), "languageId": language, "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Types: the file is that text now.
    pub fn change(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "version": 2});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [{"text": text}]}));
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.connection.sender.send(Message::Notification(Notification::new(method.to_owned(), params))).unwrap();
    }

    /// Asks, and gives the answer: `result`, or `error` in an object of its own.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.connection.sender.send(Message::Request(Request { id: id.clone(), method: method.to_owned(), params })).unwrap();
        loop {
            if let Message::Response(response) = self.connection.receiver.recv().unwrap() {
                assert_eq!(response.id, id);
                let said = serde_json::to_value(&response).unwrap();
                return said.get("error").map_or_else(|| said["result"].clone(), |error| json!({"error": error}));
            }
        }
    }

    /// Asks about the place of the first `needle` in the file's text, `ahead` characters into it.
    pub fn ask_at(&mut self, method: &str, (file, text): (&str, &str), needle: &str, ahead: usize) -> Value {
        self.ask_with(method, (file, text), needle, ahead, json!({}))
    }

    /// The same, with more parameters.
    pub fn ask_with(&mut self, method: &str, (file, text): (&str, &str), needle: &str, ahead: usize, more: Value) -> Value {
        let mut params = json!({"textDocument": {"uri": self.uri(file)}, "position": place(text, needle, ahead)});
        for (key, value) in more.as_object().unwrap() {
            params[key] = value.clone();
        }
        self.ask(method, params)
    }

    /// The findings published for a file next.
    pub fn findings(&mut self, file: &str) -> Vec<Value> {
        let uri = self.uri(file);
        loop {
            if let Message::Notification(said) = self.connection.receiver.recv().unwrap()
                && said.method == "textDocument/publishDiagnostics"
                && said.params["uri"] == uri
            {
                return said.params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
    }
}

/// Line and character of the first `needle`, `ahead` characters into it.
pub fn place(text: &str, needle: &str, ahead: usize) -> Value {
    let at = text.find(needle).unwrap_or_else(|| panic!("no {needle:?} in the text")) + ahead;
    let before = &text[..at];
    json!({"line": before.matches('\n').count(), "character": before.rsplit('\n').next().unwrap().chars().count()})
}

pub fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The labels offered.
pub fn labels(answer: &Value) -> Vec<String> {
    answer.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
}
