//! The dashboard and its API over a real store: who may come in, that nothing but a POST changes anything, that the numbers
//! are the command line's, and that what people wrote appears literally.

use crate::server::scene::{HOST, Scene, Shown, filled};
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{Request, StatusCode, header};
use campaign_engine::runtime::ask::Ask;
use campaign_engine::server::dashboard::access::Role;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// What each way of coming in is answered with; `None`: let in.
const WAYS: [(&[Shown], Option<u16>, Option<u16>); 9] = [
    (&[], Some(401), Some(401)),
    (&[Shown::WrongToken], Some(401), Some(401)),
    (&[Shown::WrongToken, Shown::Session], Some(401), Some(401)),
    (&[Shown::Token], None, None),
    (&[Shown::Session], None, Some(403)),
    (&[Shown::Session, Shown::OurOrigin], None, None),
    (&[Shown::Session, Shown::ForeignOrigin], None, Some(403)),
    (&[Shown::Token, Shown::ForeignOrigin], None, Some(403)),
    (&[Shown::Token, Shown::WrongHost], Some(421), Some(421)),
];

#[tokio::test]
async fn every_route_asks_for_what_its_role_says() {
    let scene = Scene::new();
    let routes = scene.routes();
    assert!(routes.len() > 30, "{}", routes.len());
    for route in &routes {
        for (shown, reader, operator) in WAYS {
            let expected = match route.role {
                Role::Anybody => reader.filter(|status| *status == 421 && route.path != "/healthz"),
                Role::Reader => reader,
                Role::Operator => operator,
            };
            let request = scene.request(route.method, &filled(route), shown).body(Body::empty()).unwrap();
            let status = scene.send(request).await.status().as_u16();
            let is_refused = [401, 403, 421].contains(&status);
            // The form that takes the token says 401 to a wrong one.
            let is_form = route.method == "POST" && route.path == "/login";
            let held = if is_form && expected.is_none() { true } else { expected.map_or(!is_refused, |code| status == code) };
            assert!(held, "{} {} {shown:?}: {status}, not {expected:?}", route.method, route.path);
            assert!(status < 500, "{} {}: {status}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn a_get_changes_nothing_and_what_is_not_served_is_not_there() {
    let scene = Scene::new();
    for route in scene.routes().iter().filter(|route| route.method == "GET") {
        let request = scene.request("GET", &filled(route), &[Shown::Token]).body(Body::empty()).unwrap();
        scene.send(request).await;
    }
    assert_eq!(*scene.desk.commands.lock().unwrap(), Vec::<Value>::new());
    assert_eq!(*scene.desk.backups.lock().unwrap(), Vec::<Value>::new());
    for path in ["/api/v2/status", "/api/v1/status/", "//api/v1/status", "/API/v1/status", "/api/v1/%73tatus/x", "/dump"] {
        assert_eq!(scene.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_numbers_are_those_of_the_command_line() {
    let scene = Scene::new();
    let twin = |verb: &str, arguments: Value| scene.desk.ask(verb, arguments).unwrap();
    assert_eq!(scene.json("/api/v1/status").await, twin("status", Value::Null));
    assert_eq!(scene.json("/api/v1/status?campaign=intro").await, twin("status", json!({ "campaign": "intro" })));
    assert_eq!(scene.json("/api/v1/accounts").await, twin("accounts", Value::Null));
    assert_eq!(scene.json("/api/v1/inbox").await, twin("inbox", Value::Null));
    assert_eq!(scene.json("/api/v1/errors").await, twin("errors", Value::Null));
    assert_eq!(scene.json("/api/v1/errors?campaign=intro").await, twin("errors", json!({ "campaign": "intro" })));
    assert_eq!(scene.json("/api/v1/unrouted").await, twin("unrouted", Value::Null));
    assert_eq!(scene.json("/api/v1/tasks?all=true").await["tasks"], twin("tasks", json!({ "all": true })));
    let rows: Vec<Value> = twin("contacts", Value::Null).as_array().unwrap().iter().map(|one| one["row"].clone()).collect();
    assert_eq!(scene.json("/api/v1/contacts").await["contacts"], Value::Array(rows.clone()));
    let whom = rows[0]["contact"].as_str().unwrap();
    let asked = json!({ "contact": whom, "campaign": "intro" });
    assert_eq!(scene.json("/api/v1/contacts/1/timeline").await["lines"], twin("timeline", asked.clone())[0]["answers"]);
    assert_eq!(scene.json("/api/v1/contacts/1").await["why"], twin("why", asked)[0]["answers"][0]);
    let by_name = url::form_urlencoded::byte_serialize(whom.as_bytes()).collect::<String>();
    assert_eq!(scene.json(&format!("/api/v1/contacts/{by_name}")).await["id"], 1);
}

#[tokio::test]
async fn pages_of_contacts_follow_each_other() {
    let scene = Scene::new();
    let first = scene.json("/api/v1/contacts?limit=2").await;
    assert_eq!((first["contacts"].as_array().unwrap().len(), first["next"].as_u64()), (2, Some(2)));
    let second = scene.json("/api/v1/contacts?limit=2&after=2").await;
    assert_eq!((second["contacts"].as_array().unwrap().len(), &second["next"]), (1, &Value::Null));
    let ended = scene.json("/api/v1/contacts?status=ended").await;
    assert_eq!(ended["contacts"].as_array().unwrap().len(), 1, "{ended}");
    for wrong in ["limit=many", "limit=0", "limit=501", "status=happy", "after=-1"] {
        assert_eq!(scene.get(&format!("/api/v1/contacts?{wrong}")).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(scene.get("/api/v1/contacts?campaign=nobody").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_people_wrote_appears_literally() {
    let scene = Scene::new();
    let mut seen = 0;
    for route in scene.routes().iter().filter(|route| route.method == "GET" && !route.path.starts_with("/api/")) {
        let (status, body) = scene.get(&filled(route)).await;
        assert!(status.is_success(), "{} {status}", route.path);
        if route.path.ends_with(".css") || route.path.ends_with(".js") || route.path.ends_with(".json") {
            continue;
        }
        assert!(!body.contains("<script>alert") && !body.contains("<img src=x"), "{}", route.path);
        seen += body.matches("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}").count();
        seen += body.matches("&lt;img src=x onerror=alert(2)&gt;").count();
    }
    assert!(seen > 8, "{seen}");
}

#[tokio::test]
async fn a_button_does_what_it_says_and_leads_back_to_a_page_of_ours() {
    let scene = Scene::new();
    let press = |form: &'static str| {
        let request = scene.request("POST", "/do", &[Shown::Session, Shown::OurOrigin]);
        scene.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form)).unwrap())
    };
    for (form, back) in [
        ("order=pause&id=1&back=%2Fcontacts%2F1", "/contacts/1"),
        ("order=pause-campaign&campaign=intro&back=https%3A%2F%2Fevil.example", "/"),
        ("order=pause-all&back=%2F%2Fevil.example", "/"),
        ("order=resume-all&back=%2F%5Cevil.example", "/"),
    ] {
        let response = press(form).await;
        assert_eq!(
            (response.status(), response.headers()[header::LOCATION].to_str().unwrap()),
            (StatusCode::SEE_OTHER, back),
            "{form}"
        );
    }
    assert_eq!(press("order=pause&back=/").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(scene.desk.commands.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_backup_is_made_by_a_button_and_by_the_api_once() {
    let scene = Scene::new();
    assert!(scene.get("/settings").await.1.contains("None lies in the data directory yet"));
    let press = || {
        let request = scene.request("POST", "/do", &[Shown::Session, Shown::OurOrigin]);
        let form = Body::from("order=backup&back=%2Fsettings%23backups");
        scene.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).unwrap())
    };
    assert_eq!(press().await.headers()[header::LOCATION], "/settings#backups");
    let (_, page) = scene.get("/settings").await;
    assert!(page.contains("/data/&lt;script&gt;alert(1)") && page.contains("1.5 KiB, 7 commits"), "{page}");
    let post = || {
        let request = scene.request("POST", "/api/v1/backups", &[Shown::Token]).header("idempotency-key", "nightly");
        scene.send(request.body(Body::empty()).unwrap())
    };
    assert_eq!((post().await.status(), post().await.status()), (StatusCode::OK, StatusCode::OK));
    assert_eq!(scene.json("/api/v1/backups").await["backups"].as_array().map(Vec::len), Some(2));
    scene.desk.refuses.store(true, Ordering::SeqCst);
    let refused = scene.send(scene.request("POST", "/api/v1/backups", &[Shown::Token]).body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(refused.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(press().await.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_campaigns_page_says_what_goes_out_on_the_coming_days() {
    let scene = Scene::new();
    let ahead = scene.json("/api/v1/ahead").await;
    let days = ahead["campaigns"]["intro"].as_array().unwrap();
    let due: u64 = days.iter().flat_map(|day| [&day["messages"], &day["inmails"]]).filter_map(Value::as_u64).sum();
    assert!(days.len() == 14 && due > 0, "{ahead}");
    let (_, page) = scene.get("/campaigns/intro").await;
    assert!(page.contains("Days ahead") && page.contains("forecast now"), "{page}");
    for day in days {
        assert!(page.contains(&format!("<th scope=\"row\">{}</th>", day["day"].as_str().unwrap())), "{day}: {page}");
    }
}

#[tokio::test]
async fn what_went_wrong_is_told_with_the_button_that_mends_it() {
    let scene = Scene::new();
    let (_, page) = scene.get("/errors").await;
    assert!(page.contains("Nothing went wrong in the last 30 days") && page.contains("<code>engine doctor</code>"), "{page}");
    scene.goes_wrong();
    let (_, page) = scene.get("/errors").await;
    for (what, is_there) in [
        ("a send may have arrived", true),
        ("name=\"how\" value=\"skip\"", true),
        ("href=\"/contacts/3\"", true),
        ("sign the account in again at postpress", true),
        ("Nothing went wrong", false),
        ("<script>alert", false),
    ] {
        assert_eq!(page.contains(what), is_there, "{what}: {page}");
    }
    assert_eq!(scene.get("/errors?campaign=nobody").await.0, StatusCode::NOT_FOUND);
    assert_eq!(scene.get("/api/v1/errors?campaign=nobody").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_that_is_refused_keeps_what_was_typed() {
    let scene = Scene::new();
    assert!(scene.get("/contacts/2").await.1.contains("<textarea"), "bob wrote, and can be answered");
    assert!(!scene.get("/contacts/3").await.1.contains("<textarea"), "there is no chat with dan");
    let form = "order=reply&id=2&text=%3Cb%3Eno&back=%2Finbox";
    scene.desk.refuses.store(true, Ordering::SeqCst);
    let press = || {
        let request = scene.request("POST", "/do", &[Shown::Session, Shown::OurOrigin]);
        scene.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form)).unwrap())
    };
    let response = press().await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    assert!(page.contains("it cannot be done"), "{page}");
    assert!(page.contains("&lt;b&gt;no</textarea>"), "{page}");
    scene.desk.refuses.store(false, Ordering::SeqCst);
    assert_eq!(press().await.headers()[header::LOCATION], "/inbox");
    assert_eq!(*scene.desk.commands.lock().unwrap(), [json!({ "reply": { "enrollments": [2], "text": "<b>no" } })]);
}

#[tokio::test]
async fn a_task_is_done_by_writing_to_the_person_instead() {
    let scene = Scene::new();
    scene.asks("Shall I send <b>this</b>?");
    let page = scene.get("/inbox").await.1;
    assert!(page.contains("Shall I send &lt;b&gt;this&lt;/b&gt;?</textarea>"), "the draft is there to edit: {page}");
    let press = |form: &'static str| {
        let request = scene.request("POST", "/do", &[Shown::Session, Shown::OurOrigin]);
        scene.send(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(form)).unwrap())
    };
    let form = "order=reply&id=2&task=2.3&text=Gladly&back=%2Finbox";
    scene.desk.refuses.store(true, Ordering::SeqCst);
    let page = to_bytes(press(form).await.into_body(), 1 << 20).await.unwrap().to_vec();
    assert!(String::from_utf8(page).unwrap().contains("name=\"task\" value=\"2.3\""), "the second try settles the task too");
    scene.desk.refuses.store(false, Ordering::SeqCst);
    assert_eq!(press(form).await.headers()[header::LOCATION], "/inbox");
    let reply = json!({ "reply": { "enrollments": [2], "text": "Gladly" } });
    assert_eq!(
        *scene.desk.commands.lock().unwrap(),
        [reply, json!({ "settle": { "task": { "enrollment": 2, "visit": 3 }, "verdict": "done" } })]
    );
}

#[tokio::test]
async fn the_token_opens_a_session_and_leaves_the_address() {
    let scene = Scene::new();
    let ask = |path: String| scene.send(Request::builder().uri(path).header(header::HOST, HOST).body(Body::empty()).unwrap());
    let wrong = ask("/login?token=abc".to_owned()).await;
    assert_eq!((wrong.status(), wrong.headers().get(header::SET_COOKIE)), (StatusCode::UNAUTHORIZED, None));
    let right = ask(format!("/login?token={}", scene.token.expose())).await;
    let cookie = right.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(scene.token.expose()),
        "{cookie}"
    );
    let policy = right.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let session = cookie.split(';').next().unwrap().to_owned();
    let page = Request::builder().uri("/").header(header::HOST, "localhost:8081").header(header::COOKIE, session);
    assert_eq!(scene.send(page.body(Body::empty()).unwrap()).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_stream_tells_what_happens_and_goes_on_where_a_looker_left_off() {
    let scene = Scene::new();
    let known = scene.desk.pulse.next();
    let request = scene.request("GET", "/api/v1/events", &[Shown::Token]).header("last-event-id", (known - 3).to_string());
    let response = scene.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = response.into_body();
    let mut told = String::new();
    while told.matches("\ndata: {\"id\"").count() < 2 {
        let piece = std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_frame(context)).await;
        told.push_str(std::str::from_utf8(piece.unwrap().unwrap().data_ref().unwrap()).unwrap());
    }
    assert!(told.contains(&format!("id: {}\n", known - 2)) && told.contains(&format!("id: {}\n", known - 1)), "{told}");
    assert!(!told.contains("event: reset"));
}

#[tokio::test]
async fn many_streams_ask_no_more_than_one() {
    let scene = Scene::new();
    let known = scene.desk.pulse.next();
    let back = |lines: u64| (known - lines - 1).to_string();
    // Those who come back for more first: whoever lacks more than is kept asks anew.
    let mut told = Vec::new();
    for lines in [5, 3, 3, 1] {
        let request = scene.request("GET", "/api/v1/events", &[Shown::Token]).header("last-event-id", back(lines));
        let mut stream = scene.send(request.body(Body::empty()).unwrap()).await.into_body();
        let mut text = String::new();
        while !text.contains(&format!("id: {}\n", known - 1)) {
            let piece = std::future::poll_fn(|context| std::pin::Pin::new(&mut stream).poll_frame(context)).await;
            text.push_str(std::str::from_utf8(piece.unwrap().unwrap().data_ref().unwrap()).unwrap());
        }
        told.push(text.lines().filter(|line| line.starts_with("id: ")).map(str::to_owned).collect::<Vec<_>>());
    }
    assert!(told[1] == told[2] && told[0].ends_with(&told[1]) && told[1].ends_with(&told[3]), "{told:?}");
    assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [5, 3, 3, 1]);
    assert_eq!(scene.desk.lines_asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_document_of_the_api_names_every_route_of_it() {
    let scene = Scene::new();
    let document = scene.json("/openapi.json").await;
    for route in scene.routes().iter().filter(|route| route.path.starts_with("/api/")) {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert_eq!(operation["summary"], route.about, "{} {}", route.method, route.path);
        let named = route.path.matches('{').count();
        let parameters = operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path").count();
        assert_eq!(parameters, named, "{}", route.path);
    }
    let ids: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .map(|one| one["operationId"].as_str().unwrap())
        .collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
}

#[tokio::test]
async fn metrics_are_the_figures_of_status() {
    let scene = Scene::new();
    let (_, page) = scene.get("/metrics").await;
    let status = scene.json("/api/v1/status").await;
    let ended = &status["campaigns"][0]["contacts"]["ended"];
    assert!(page.contains(&format!("engine_contacts{{campaign=\"intro\",version=\"1\",status=\"ended\"}} {ended}\n")), "{page}");
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.rsplit_once(' ').unwrap().1.parse::<f64>().is_ok(), "{line}");
    }
}
