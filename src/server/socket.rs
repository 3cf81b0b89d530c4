//! How other `engine` processes ask the running one: a socket in the data directory, a line of JSON each way.
//!
//! Only the owner may connect (0600 in a 0700 directory). What is asked is `runtime::ask::Ask`'s business.

use crate::runtime::ask::Ask;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, File};
use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader as AsyncReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The socket's name in the data directory.
const NAME: &str = "engine.sock";
/// What is asked: a verb, and perhaps a list that is imported.
const QUESTION_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// What is answered: a page of contacts, a long timeline.
const ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Processes that ask at once.
const CALLERS_MAX: usize = 32;
/// A caller that says nothing for so long is gone; a question that takes longer is broken off at the asking end.
const SILENCE: Duration = Duration::from_secs(60);
/// A path that is longer fits into no socket address.
const ADDRESS_BYTES_MAX: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    verb: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Ok(Value),
    Error(String),
}

/// Why the running engine gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskFault {
    /// Its own words.
    #[error("{0}")]
    Refused(String),
    #[error("the running engine does not answer: {0}")]
    Silent(#[from] io::Error),
    #[error("the running engine answers in words that are not understood; is it of another version")]
    Garbled,
}

/// Opens the socket; what a crashed engine left there is put away. Call it while holding the store's lock: then whatever
/// stands there belongs to nobody.
pub fn bind(dir: &Path) -> io::Result<UnixListener> {
    let path = dir.join(NAME);
    match fs::symlink_metadata(&path) {
        Ok(about) if about.file_type().is_socket() => fs::remove_file(&path)?,
        Ok(_) => return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is no socket", path.display()))),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) => return Err(fault),
    }
    let (address, _held) = address(dir)?;
    let listener = UnixListener::bind(address)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers until `shutdown`, then takes the socket away. Questions being answered get their answer.
pub async fn serve(listener: UnixListener, dir: &Path, ask: Arc<dyn Ask>, shutdown: impl Future<Output = ()>) {
    let free = Arc::new(Semaphore::new(CALLERS_MAX));
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let permit = Arc::clone(&free).acquire_owned().await.ok()?;
            Some((listener.accept().await, permit))
        };
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = open.join_next() => {}
            Some((accepted, permit)) = next => if let Ok((stream, _)) = accepted {
                let ask = Arc::clone(&ask);
                open.spawn(async move {
                    if let Err(fault) = converse(stream, ask).await {
                        tracing::debug!(%fault, "a command broke off");
                    }
                    drop(permit);
                });
            },
        }
    }
    drop(listener);
    // Gone already is as good.
    drop(fs::remove_file(dir.join(NAME)));
    let all_gone = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_secs(5), all_gone).await.is_err() {
        open.shutdown().await;
    }
}

/// Question and answer in turn, until the caller hangs up.
async fn converse(stream: UnixStream, ask: Arc<dyn Ask>) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = AsyncReader::new(reader);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut reader).take(QUESTION_BYTES_MAX);
        let read = tokio::time::timeout(SILENCE, bounded.read_until(b'\n', &mut line)).await??;
        if read == 0 {
            return Ok(());
        }
        let reply = if line.ends_with(b"\n") { answer(line, Arc::clone(&ask)).await } else { too_large("question") };
        let broke_off = matches!(&reply, Reply::Error(_)) && read as u64 == QUESTION_BYTES_MAX;
        let mut out = serde_json::to_vec(&reply)?;
        if out.len() as u64 >= ANSWER_BYTES_MAX {
            out = serde_json::to_vec(&too_large("answer"))?;
        }
        out.push(b'\n');
        writer.write_all(&out).await?;
        if broke_off {
            return Ok(());
        }
    }
}

fn too_large(what: &str) -> Reply {
    Reply::Error(format!("the {what} is too large or broke off; narrow it"))
}

async fn answer(line: Vec<u8>, ask: Arc<dyn Ask>) -> Reply {
    let Ok(question) = serde_json::from_slice::<Question>(&line) else {
        return Reply::Error("the question is not understood; is the asking engine of another version".to_owned());
    };
    let asked = tokio::task::spawn_blocking(move || ask.ask(&question.verb, question.arguments)).await;
    match asked {
        Ok(Ok(value)) => Reply::Ok(value),
        Ok(Err(why)) => Reply::Error(why),
        Err(_) => Reply::Error("the running engine failed at this; its log says why".to_owned()),
    }
}

/// Asks the engine that runs on this data directory. `None`: none runs.
pub fn ask(dir: &Path, verb: &str, arguments: Value) -> Result<Option<Value>, AskFault> {
    let Some(mut stream) = call(dir)? else { return Ok(None) };
    stream.set_write_timeout(Some(SILENCE))?;
    stream.set_read_timeout(Some(SILENCE))?;
    let mut question = serde_json::to_vec(&Question { verb: verb.to_owned(), arguments }).map_err(io::Error::from)?;
    question.push(b'\n');
    stream.write_all(&question)?;
    let mut line = Vec::new();
    BufReader::new(stream.take(ANSWER_BYTES_MAX)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(AskFault::Silent(io::ErrorKind::UnexpectedEof.into()));
    }
    match serde_json::from_slice::<Reply>(&line) {
        Ok(Reply::Ok(value)) => Ok(Some(value)),
        Ok(Reply::Error(why)) => Err(AskFault::Refused(why)),
        Err(_) => Err(AskFault::Garbled),
    }
}

/// Nobody listens: no directory, no socket, or one that a crashed engine left.
fn call(dir: &Path) -> Result<Option<Caller>, AskFault> {
    let absent = |fault: io::Error| match fault.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Ok(None),
        _ => Err(AskFault::Silent(fault)),
    };
    let (address, _held) = match address(dir) {
        Ok(address) => address,
        Err(fault) => return absent(fault),
    };
    Caller::connect(address).map_or_else(absent, |stream| Ok(Some(stream)))
}

/// The socket's address. A long path does not fit into one: then it goes by way of the opened directory, which has to
/// stay open as long as the address is used.
fn address(dir: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let path = dir.join(NAME);
    if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
        return Ok((path, None));
    }
    let held = File::open(dir)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}/{NAME}", held.as_raw_fd()));
    Ok((short, Some(held)))
}
