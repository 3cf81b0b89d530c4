//! The same request a thousand times, from many at once, is one event; and it stays one over a start.

use crate::security::door::{BODY, House, SECRET};
use campaign_engine::model::journal::Table;
use campaign_engine::runtime::sweep::SEEN_MS;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

const THREADS: usize = 16;
const EACH: usize = 63;

/// Sends the request so often on one connection; how often it was told *kept*.
fn insist(at: SocketAddr) -> usize {
    let stream = TcpStream::connect(at).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    let request = format!(
        "POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\nPostpress-Auth: {SECRET}\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let mut kept = 0;
    for _ in 0..EACH {
        writer.write_all(request.as_bytes()).unwrap();
        let (mut length, mut line) = (0, String::new());
        reader.read_line(&mut line).unwrap();
        kept += usize::from(line.contains(" 200 "));
        while line.trim() != "" {
            line.clear();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
    }
    kept
}

#[test]
fn a_thousand_times_the_same_is_once() {
    let house = House::new(SECRET);
    let at = house.at;
    let kept: usize = std::thread::scope(|scope| {
        let insisting: Vec<_> = (0..THREADS).map(|_| scope.spawn(move || insist(at))).collect();
        insisting.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(kept >= 1_000 && kept == THREADS * EACH, "everybody was told that it is kept: {kept}");
    assert_eq!((house.rows(Table::Inbox), house.rows(Table::Seen), house.last().0), (1, 1, 1));
    assert_eq!(house.mailbox.try_iter().count(), 1, "one turn is asked for");
}

#[test]
fn keys_of_events_are_kept_for_a_month() {
    const { assert!(SEEN_MS >= 30 * 24 * 3_600_000) };
}
