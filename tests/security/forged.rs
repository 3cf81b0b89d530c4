//! A forged webhook changes nothing: the secret is compared whole, before the body is read, by one router with one spelling.

use crate::security::door::{BODY, House, SECRET, auth};

/// Every way we could think of to be almost right.
fn credentials() -> Vec<String> {
    let mut wrong = vec![String::new(), "Postpress-Auth:\r\n".to_owned(), "Postpress-Auth: \r\n".to_owned()];
    wrong.extend((0..SECRET.len()).map(|cut| auth(&SECRET[..cut])));
    wrong.extend((1..SECRET.len()).map(|cut| auth(&SECRET[cut..])));
    for other in [
        format!("{SECRET}x"),
        format!("x{SECRET}"),
        SECRET.to_uppercase(),
        SECRET.replace('-', "_"),
        SECRET.repeat(2),
        format!("{SECRET},{SECRET}"),
        format!("{SECRET};"),
        format!("{SECRET}\\0"),
        format!("{SECRET}%00"),
        format!("Bearer {SECRET}"),
        format!("Basic {SECRET}"),
        format!("\"{SECRET}\""),
        format!("'{SECRET}' or '1'='1"),
        "null".to_owned(),
        "true".to_owned(),
        "*".to_owned(),
        "x".repeat(8_000),
    ] {
        wrong.push(auth(&other));
    }
    for header in
        ["Unipile-Auth", "Authorization", "X-API-KEY", "Postpress_Auth", "X-Postpress-Auth", "Postpress-Auth2", "Cookie"]
    {
        wrong.push(format!("{header}: {SECRET}\r\n"));
    }
    wrong.extend([format!("{}{}", auth(SECRET), auth(SECRET)), format!("{}{}", auth("a"), auth(SECRET))]);
    wrong.push(format!("X-Forwarded-For: 127.0.0.1\r\nX-Original-URL: /healthz\r\n{}", auth("a")));
    wrong
}

/// Other spellings of the only path, and other verbs on it.
fn spellings() -> Vec<String> {
    let mut lines: Vec<String> = [
        "/webhooks/postpress/",
        "//webhooks/postpress",
        "/webhooks//postpress",
        "/./webhooks/postpress",
        "/webhooks/./postpress",
        "/x/../webhooks/postpress",
        "/webhooks/x/../postpress",
        "/WEBHOOKS/POSTPRESS",
        "/Webhooks/Postpress",
        "/webhooks/postpress;x",
        "/webhooks/postpress;x=1",
        "/webhooks%2Fpostpress",
        "/webhooks%2fpostpress",
        "/%77ebhooks/postpress",
        "/webhooks/%70ostpress",
        "/webhooks/postpress%00",
        "/webhooks/postpress%20",
        "/webhooks/postpress%0d%0a",
        "/webhooks/postpress.",
        "/webhooks/postpress.json",
        "/webhooks/postpress/x",
        "/webhooks/postpress/..",
        "/webhooks/postpress/%2e%2e",
        "/webhooks/%2e%2e/webhooks/postpress",
        "/webhooks",
        "/webhooks/",
        "/webhook/postpress",
        "/webhooks/unipile",
        "/webhooks/*",
        "/webhooks/{x}",
        "/api/webhooks/postpress",
        "/v1/webhooks/postpress",
        "/postpress",
        "/",
        "/metrics",
        "/.env",
        "/.engine/journal",
        "/index.html",
        "/healthz/",
        "/HEALTHZ",
        "/healthz/../webhooks/postpress",
        "/readyz/x",
        "/admin",
        "/debug/pprof",
        "/webhooks\\postpress",
        "/webhooks/postpress~",
        "/..;/webhooks/postpress",
    ]
    .iter()
    .map(|path| format!("POST {path}"))
    .collect();
    for verb in [
        "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "post", "Post", "POSTX", "PROPFIND",
        "LOCK",
    ] {
        lines.push(format!("{verb} /webhooks/postpress"));
    }
    lines
}

#[test]
fn no_forged_webhook_changes_anything() {
    let house = House::new(SECRET);
    assert_eq!(house.post(&auth(SECRET), BODY.as_bytes()), 200);
    let before = house.last();
    let (credentials, spellings) = (credentials(), spellings());
    assert!(credentials.len() >= 40 && spellings.len() >= 60, "{} and {}", credentials.len(), spellings.len());
    for headers in credentials {
        assert_eq!(house.post(&headers, BODY.replace("m1", "m2").as_bytes()), 401, "{headers}");
    }
    for line in spellings {
        // Refused as unknown, as a verb that is not taken, or as no request at all: never let in.
        let status = house.request(&line, &auth(SECRET), BODY.replace("m1", "m3").as_bytes());
        assert!([400, 401, 404, 405].contains(&status), "{line}: {status}");
    }
    assert_eq!(house.last(), before, "the journal is as it was");
}

#[test]
fn two_secrets_hold_while_one_replaces_the_other() {
    let house = House::new("newer,older");
    for (nth, (secret, expected)) in
        [("newer", 200), ("older", 200), ("newer,older", 401), ("oldest", 401), ("", 401)].into_iter().enumerate()
    {
        let body = BODY.replace("m1", &format!("m{nth}"));
        assert_eq!(house.post(&auth(secret), body.as_bytes()), expected, "{secret}");
    }
    assert_eq!(house.last().0, 2);
}
