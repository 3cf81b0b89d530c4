//! Every way in has a guard: the table is the one the router is made of, so a way in that is not in it does not exist.

use crate::security::door::{BODY, House, SECRET, auth};
use campaign_engine::server::webhooks::{Guard, PATH, ROUTES};

/// Ways in that somebody has thought about; another one needs a line here and a reason.
const KNOWN: [(&str, &str, Guard); 3] =
    [("POST", PATH, Guard::Secret), ("GET", "/healthz", Guard::Nobody), ("GET", "/readyz", Guard::Nobody)];

#[test]
fn every_route_is_known_and_keeps_its_guard() {
    let house = House::new(SECRET);
    for (nth, route) in ROUTES.into_iter().enumerate() {
        assert!(KNOWN.contains(&(route.verb, route.path, route.guard)), "{route:?} has no owner");
        let ask = |headers: &str| {
            let body = BODY.replace("m1", &format!("route-{nth}-{}", headers.len()));
            house.request(&format!("{} {}", route.verb, route.path), headers, body.as_bytes())
        };
        let foreign = format!("{}Origin: https://evil.example\r\nCookie: a=b\r\n", auth("wrong"));
        let asked = [ask(""), ask(&auth("wrong")), ask(&foreign), ask(&auth(SECRET))];
        let expected = match route.guard {
            Guard::Secret => [401, 401, 401, 200],
            Guard::Nobody => [200; 4],
        };
        assert_eq!(asked, expected, "{route:?}");
    }
    assert_eq!(ROUTES.len(), KNOWN.len());
}

#[test]
fn reading_changes_nothing() {
    let house = House::new(SECRET);
    for route in ROUTES {
        for verb in ["GET", "HEAD"] {
            house.request(&format!("{verb} {}", route.path), &auth(SECRET), b"");
        }
    }
    assert_eq!(house.last().0, 0);
}
