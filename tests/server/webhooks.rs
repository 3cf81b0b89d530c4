//! What the receiver answers to whom: secrets, paths, sizes, slow senders, a full store.

use campaign_engine::runtime::inlet::{Accepted, Inlet};
use campaign_engine::server::connections::Limits;
use campaign_engine::server::secrets::{BadSecrets, Secrets, newest};
use campaign_engine::server::webhooks::{Patience, serve_with};
use secrecy::ExposeSecret;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const SECRET: &str = "correct-horse-battery";
type Done = Box<dyn FnOnce(Accepted) + Send>;

/// Keeps what it is given and answers as told: at once, or when the test says so.
#[derive(Default)]
struct Kept {
    bodies: Mutex<Vec<Vec<u8>>>,
    answers: Mutex<VecDeque<Accepted>>,
    waits: bool,
    waiting: Mutex<Vec<Done>>,
}

impl Inlet for Kept {
    fn accept(&self, body: &[u8], done: Done) {
        self.bodies.lock().unwrap().push(body.to_vec());
        if self.waits {
            self.waiting.lock().unwrap().push(done);
        } else {
            done(self.answers.lock().unwrap().pop_front().unwrap_or(Accepted::Durable));
        }
    }
}

struct Receiver {
    at: SocketAddr,
    kept: Arc<Kept>,
    off: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<()>,
}

impl Receiver {
    async fn start(secrets: &str, kept: Kept, patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (off, told) = oneshot::channel();
        let kept = Arc::new(kept);
        let secrets = Secrets::parse(&secrets.into()).unwrap();
        let shutdown = async { drop(told.await) };
        let ended = tokio::spawn(serve_with(listener, Arc::clone(&kept) as Arc<dyn Inlet>, secrets, patience, shutdown));
        Self { at, kept, off: Some(off), ended }
    }

    async fn usual() -> Self {
        Self::start(SECRET, Kept::default(), Patience::default()).await
    }

    /// Sends these bytes on a connection of their own and reads the answer to its end.
    async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8(answer).unwrap()
    }

    async fn request(&self, line: &str, headers: &str, body: &[u8]) -> String {
        let mut bytes =
            format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len())
                .into_bytes();
        bytes.extend(body);
        self.raw(&bytes).await
    }

    async fn post(&self, headers: &str, body: &[u8]) -> u16 {
        status(&self.request("POST /webhooks/postpress", headers, body).await)
    }

    fn bodies(&self) -> usize {
        self.kept.bodies.lock().unwrap().len()
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer:?}")).parse().unwrap()
}

fn auth(secret: &str) -> String {
    format!("Postpress-Auth: {secret}\r\n")
}

#[tokio::test]
async fn only_the_secret_lets_in() {
    let receiver = Receiver::usual().await;
    for headers in [
        auth(SECRET),
        format!("postpress-auth: {SECRET}\r\n"),
        format!("POSTPRESS-AUTH:{SECRET}\r\n"),
        format!("Postpress-Auth:  {SECRET}  \r\n"),
        format!("X-Other: 1\r\n{}Content-Type: text/plain\r\n", auth(SECRET)),
    ] {
        assert_eq!(receiver.post(&headers, b"{}").await, 200, "{headers}");
    }
    let admitted = receiver.bodies();
    let mut wrong: Vec<String> = vec![String::new(), "Postpress-Auth:\r\n".to_owned(), "Postpress-Auth: \r\n".to_owned()];
    wrong.extend((0..SECRET.len()).map(|cut| auth(&SECRET[..cut])));
    wrong.extend((0..SECRET.len()).map(|at| {
        let mut bytes = SECRET.as_bytes().to_vec();
        bytes[at] ^= 1;
        auth(std::str::from_utf8(&bytes).unwrap())
    }));
    for other in [
        format!("{SECRET}x"),
        format!("x{SECRET}"),
        SECRET.to_uppercase(),
        SECRET.repeat(2),
        format!("{SECRET},{SECRET}"),
        format!("Bearer {SECRET}"),
        format!("\"{SECRET}\""),
        "x".repeat(8_000),
        "null".to_owned(),
        "ü".to_owned(),
        format!("{SECRET}\t\u{a0}"),
    ] {
        wrong.push(auth(&other));
    }
    wrong.push(format!("Unipile-Auth: {SECRET}\r\n"));
    wrong.push(format!("Authorization: Bearer {SECRET}\r\n"));
    wrong.push(format!("X-API-KEY: {SECRET}\r\n"));
    wrong.push(format!("Cookie: Postpress-Auth={SECRET}\r\n"));
    wrong.push(format!("{}{}", auth(SECRET), auth(SECRET)));
    wrong.push(format!("{}{}", auth(SECRET), auth("other")));
    wrong.push(format!("{}{}", auth("other"), auth(SECRET)));
    assert!(wrong.len() >= 40);
    for headers in wrong {
        assert_eq!(receiver.post(&headers, b"{}").await, 401, "{headers}");
    }
    let by_query = receiver.request(&format!("POST /webhooks/postpress?Postpress-Auth={SECRET}"), "", b"{}").await;
    assert_eq!(status(&by_query), 401);
    assert_eq!(receiver.bodies(), admitted, "nothing of a stranger goes on");
}

#[tokio::test]
async fn two_secrets_are_valid_while_one_replaces_the_other() {
    let receiver = Receiver::start("new-secret, old-secret", Kept::default(), Patience::default()).await;
    for (secret, expected) in
        [("new-secret", 200), ("old-secret", 200), ("new-secret, old-secret", 401), ("older-secret", 401), ("", 401)]
    {
        assert_eq!(receiver.post(&auth(secret), b"{}").await, expected, "{secret}");
    }
    assert_eq!(newest(&"new-secret, old-secret".into()).unwrap().expose_secret(), "new-secret");
}

#[test]
fn secrets_that_cannot_be_meant() {
    let fault = |written: &str| Secrets::parse(&written.into()).err();
    for empty in ["", " ", ",", " , ,"] {
        assert_eq!(fault(empty), Some(BadSecrets::Empty));
    }
    for unsendable in ["a b", "a\nb", "geheim-ü", "a,b c"] {
        assert_eq!(fault(unsendable), Some(BadSecrets::Unsendable));
    }
    assert_eq!(fault("a,b,c,d,e"), Some(BadSecrets::TooMany));
    assert_eq!(fault("a,b,c,d"), None);
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    let receiver = Receiver::usual().await;
    // The announced body never comes; the answer does.
    let head = "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\nPostpress-Auth: wrong\r\n\r\n";
    assert_eq!(status(&receiver.raw(head.as_bytes()).await), 401);
    let head = "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\nPostpress-Auth: wrong\r\n\r\n";
    assert_eq!(status(&receiver.raw(head.as_bytes()).await), 401, "and no `100 Continue` before it");
}

#[tokio::test]
async fn other_paths_and_verbs() {
    let receiver = Receiver::usual().await;
    for (line, expected) in [
        ("GET /healthz", 200),
        ("HEAD /healthz", 200),
        ("GET /readyz", 200),
        ("GET /readyz?x=1", 200),
        ("POST /healthz", 405),
        ("DELETE /readyz", 405),
        ("GET /webhooks/postpress", 405),
        ("HEAD /webhooks/postpress", 405),
        ("PUT /webhooks/postpress", 405),
        ("PATCH /webhooks/postpress", 405),
        ("DELETE /webhooks/postpress", 405),
        ("OPTIONS /webhooks/postpress", 405),
        ("TRACE /webhooks/postpress", 405),
        ("BREW /webhooks/postpress", 405),
        ("POST /webhooks/postpress/", 404),
        ("POST /webhooks", 404),
        ("POST /webhooks/unipile", 404),
        ("POST /WEBHOOKS/POSTPRESS", 404),
        ("POST //webhooks/postpress", 404),
        ("POST /", 404),
        ("GET /", 404),
        ("GET /../etc/passwd", 404),
        ("GET /webhooks/%2e%2e/healthz", 404),
        ("GET /metrics", 404),
        ("GET /.env", 404),
        ("POST /webhooks%2Fpostpress", 404),
        ("POST /webhooks/postpress;x", 404),
    ] {
        assert_eq!(status(&receiver.request(line, &auth(SECRET), b"{}").await), expected, "{line}");
    }
    assert_eq!(receiver.bodies(), 0);
    assert_eq!(receiver.request("POST /webhooks/postpress?account=1", &auth(SECRET), b"{}").await.split(' ').nth(1), Some("200"));
}

#[tokio::test]
async fn bodies_up_to_one_mebibyte() {
    let receiver = Receiver::usual().await;
    let mib = 1024 * 1024;
    for (length, expected) in [(0, 200), (1, 200), (mib - 1, 200), (mib, 200), (mib + 1, 413)] {
        assert_eq!(receiver.post(&auth(SECRET), &vec![b' '; length]).await, expected, "{length}");
    }
    let chunked = |chunks: usize| {
        let mut bytes = format!(
            "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n{}\r\n",
            auth(SECRET)
        )
        .into_bytes();
        for _ in 0..chunks {
            bytes.extend(b"10000\r\n");
            bytes.extend(vec![b' '; 0x10000]);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    };
    assert_eq!(status(&receiver.raw(&chunked(16)).await), 200);
    let head = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n{}\r\n", auth(SECRET));
    assert_eq!(status(&receiver.raw(head.as_bytes()).await), 413, "refused by what it announces");
    // One byte too much, sent to the end, so that the answer is not lost to a reset.
    let mut one_more = chunked(16);
    one_more.truncate(one_more.len() - b"0\r\n\r\n".len());
    one_more.extend(b"1\r\n \r\n0\r\n\r\n");
    assert_eq!(status(&receiver.raw(&one_more).await), 413);
    assert_eq!(receiver.bodies(), 5);
}

#[tokio::test]
async fn what_the_store_says_is_what_the_sender_hears() {
    let answers = vec![
        Accepted::Durable,
        Accepted::Duplicate,
        Accepted::Unreadable("the body is no JSON: expected value at line 1 column 1".to_owned()),
        Accepted::Full,
        Accepted::Failed("no space left on device at /somewhere".to_owned()),
    ];
    let receiver =
        Receiver::start(SECRET, Kept { answers: Mutex::new(answers.into()), ..Kept::default() }, Patience::default()).await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        heard.push(receiver.request("POST /webhooks/postpress", &auth(SECRET), b"{}").await);
    }
    assert_eq!(heard.iter().map(|answer| status(answer)).collect::<Vec<_>>(), [200, 200, 400, 503, 500]);
    assert!(heard[3].contains("retry-after: 5\r\n"), "{}", heard[3]);
    assert!(!heard[4].contains("/somewhere"), "{}", heard[4]);
    assert!(heard[2].contains("the body is no JSON"), "{}", heard[2]);
}

#[tokio::test]
async fn no_two_hundred_before_it_is_durable() {
    let receiver = Receiver::start(SECRET, Kept { waits: true, ..Kept::default() }, Patience::default()).await;
    let mut stream = TcpStream::connect(receiver.at).await.unwrap();
    let request = format!(
        "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n{}\r\n{{}}",
        auth(SECRET)
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    while receiver.bodies() == 0 {
        tokio::task::yield_now().await;
    }
    let mut first = [0; 1];
    assert!(stream.try_read(&mut first).is_err(), "nothing is said yet");
    let done = receiver.kept.waiting.lock().unwrap().pop().unwrap();
    std::thread::spawn(move || done(Accepted::Durable)).join().unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 200);
}

#[tokio::test]
async fn a_store_that_never_answers_is_no_yes() {
    let patience = Patience { durable: Duration::from_millis(50), ..Patience::default() };
    let receiver = Receiver::start(SECRET, Kept { waits: true, ..Kept::default() }, patience).await;
    assert_eq!(receiver.post(&auth(SECRET), b"{}").await, 503);
    assert_eq!(receiver.kept.waiting.lock().unwrap().len(), 1);
    // An answer after that finds nobody, and harms nobody.
    receiver.kept.waiting.lock().unwrap().pop().unwrap()(Accepted::Durable);
    // One that is dropped unsaid is no yes either.
    let receiver = Receiver::start(SECRET, Kept { waits: true, ..Kept::default() }, Patience::default()).await;
    let forget = async {
        while receiver.kept.waiting.lock().unwrap().pop().is_none() {
            tokio::task::yield_now().await;
        }
    };
    let headers = auth(SECRET);
    let (heard, ()) = tokio::join!(receiver.post(&headers, b"{}"), forget);
    assert_eq!(heard, 500);
}

#[tokio::test]
async fn slow_senders_are_let_go() {
    let limits = Limits { head: Duration::from_millis(50), ..Limits::default() };
    let receiver =
        Receiver::start(SECRET, Kept::default(), Patience { body: Duration::from_millis(50), limits, ..Patience::default() })
            .await;
    let half = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n{}\r\n{{\"ev", auth(SECRET));
    assert_eq!(status(&receiver.raw(half.as_bytes()).await), 408);
    for head in ["", "P", "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\nPostpress-Auth: correct-horse"] {
        let answer = receiver.raw(head.as_bytes()).await;
        assert!(answer.is_empty() || status(&answer) == 408, "{answer}");
    }
    assert_eq!(receiver.bodies(), 0);
    assert_eq!(receiver.post(&auth(SECRET), b"{}").await, 200, "others are still served");
}

#[tokio::test]
async fn a_body_that_breaks_off_goes_nowhere() {
    let receiver = Receiver::usual().await;
    let half = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n{}\r\n{{\"ev", auth(SECRET));
    let mut stream = TcpStream::connect(receiver.at).await.unwrap();
    stream.write_all(half.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.is_empty() || status(&answer) == 400, "{answer}");
    for garbage in [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"GET\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n\r\n\r\n"] {
        let mut stream = TcpStream::connect(receiver.at).await.unwrap();
        stream.write_all(garbage).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        assert!(answer.is_empty() || String::from_utf8_lossy(&answer).contains(" 400 "));
    }
    let many = format!("GET /healthz HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(5_000));
    assert_eq!(status(&receiver.raw(many.as_bytes()).await), 431);
    assert_eq!(receiver.bodies(), 0);
}

#[tokio::test]
async fn more_connections_than_allowed_wait_their_turn() {
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let receiver = Receiver::start(SECRET, Kept::default(), Patience { limits, ..Patience::default() }).await;
    let first = TcpStream::connect(receiver.at).await.unwrap();
    let headers = auth(SECRET);
    let mut second = Box::pin(receiver.post(&headers, b"{}"));
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(receiver.bodies(), 0);
    tokio::select! {
        biased;
        _ = &mut second => panic!("served while the only place was taken"),
        () = tokio::task::yield_now() => {}
    }
    drop(first);
    assert_eq!(second.await, 200);
}

#[tokio::test]
async fn the_off_switch_lets_an_open_request_end() {
    let mut receiver = Receiver::start(SECRET, Kept { waits: true, ..Kept::default() }, Patience::default()).await;
    let mut stream = TcpStream::connect(receiver.at).await.unwrap();
    let request = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n{}\r\n{{}}", auth(SECRET));
    stream.write_all(request.as_bytes()).await.unwrap();
    while receiver.bodies() == 0 {
        tokio::task::yield_now().await;
    }
    receiver.off.take().unwrap().send(()).unwrap();
    while TcpStream::connect(receiver.at).await.is_ok() {
        tokio::task::yield_now().await;
    }
    receiver.kept.waiting.lock().unwrap().pop().unwrap()(Accepted::Durable);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), 200);
    receiver.ended.await.unwrap();
}
