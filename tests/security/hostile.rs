//! Bodies that are too large, too deep, of another type, or never end: refused in words, and everybody else is served.

use crate::security::door::{BODY, House, SECRET, auth};
use campaign_engine::model::journal::Table;
use std::io::Write;
use std::net::TcpStream;

#[test]
fn json_whatever_the_type_says() {
    let house = House::new(SECRET);
    let types = [
        "application/json",
        "text/plain",
        "text/html",
        "application/xml",
        "multipart/form-data; boundary=x",
        "x",
        "../../etc",
        "",
    ];
    for (nth, kind) in types.into_iter().enumerate() {
        let headers = format!("{}content-type: {kind}\r\n", auth(SECRET));
        assert_eq!(house.post(&headers, BODY.replace("m1", &format!("m{nth}")).as_bytes()), 200, "{kind}");
        assert_eq!(house.post(&headers, b"<event>message_received</event>"), 400, "{kind}");
    }
    assert_eq!(house.rows(Table::Inbox), types.len());
}

#[test]
fn depth_and_size_are_bounded() {
    let house = House::new(SECRET);
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[[{\"a\":[", "]}]]")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        let status = house.post(&auth(SECRET), deep.as_bytes());
        assert!([400, 413].contains(&status), "{status}");
    }
    let before = house.last();
    // A GiB is refused by what it announces, and cut where it announces nothing.
    let announced = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\n{}content-length: 1073741824\r\n\r\n", auth(SECRET));
    assert_eq!(house.raw(announced.as_bytes()), 413);
    let mut endless =
        format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\n{}transfer-encoding: chunked\r\n\r\n", auth(SECRET))
            .into_bytes();
    for _ in 0..20 {
        endless.extend(b"10000\r\n");
        endless.extend(vec![b' '; 0x10000]);
        endless.extend(b"\r\n");
    }
    let status = house.raw(&endless);
    assert!([413, 0].contains(&status), "{status}");
    assert_eq!(house.last(), before);
}

#[test]
fn hundreds_who_say_nothing_keep_nobody_out() {
    let house = House::new(SECRET);
    let slow: Vec<TcpStream> = (0..500)
        .map(|nth| {
            let mut stream = TcpStream::connect(house.at).unwrap();
            let head = format!("POST /webhooks/postpress HTTP/1.1\r\nhost: x\r\n{}content-length: 99\r\n", auth(SECRET));
            stream.write_all(&head.as_bytes()[..nth % head.len()]).unwrap();
            stream
        })
        .collect();
    for nth in 0..20 {
        assert_eq!(house.post(&auth(SECRET), BODY.replace("m1", &format!("m{nth}")).as_bytes()), 200);
    }
    assert_eq!(slow.len(), 500);
}

#[test]
fn no_path_comes_from_a_body() {
    let house = House::new(SECRET);
    for name in ["../../etc/passwd", "/etc/passwd", "..\\..\\x", "a/b\u{0}c", "journal/00000001.segment", "%2e%2e%2f"] {
        let quoted = serde_json::to_string(name).unwrap();
        for body in [
            format!(r#"{{"event":{quoted},"account_id":{quoted},"chat_id":{quoted},"message_id":{quoted}}}"#),
            BODY.replace("\"acc_lina\"", &quoted).replace("\"c1\"", &quoted).replace("\"m1\"", &quoted),
        ] {
            let status = house.post(&auth(SECRET), body.as_bytes());
            assert!([200, 400].contains(&status), "{name}: {status}");
        }
    }
}
