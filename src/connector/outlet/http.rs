//! Letters over HTTPS.

use crate::connector::outlet::contract::{Letter, Outlet, Posted, Receipt, Undelivered};
use crate::connector::outlet::guard::{self, Allowed, Barred, Resolver};
use crate::connector::outlet::sign::SigningKey;
use crate::connector::postpress::errors::scrub;
use crate::model::time::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect;
use std::sync::Arc;
use std::time::Duration;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The longest pause a receiver may ask for, in seconds: a day.
const AFTER_S_MAX: u32 = 86_400;

/// How letters go out.
pub struct Settings {
    pub allowed: Allowed,
    /// None: letters go unsigned.
    pub key: Option<SigningKey>,
    /// The wall's time: what receivers compare `webhook-timestamp` with.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Posts letters. Cheap to clone; needs a tokio runtime to be awaited.
#[derive(Clone)]
pub struct Post {
    http: reqwest::Client,
    inner: Arc<Settings>,
}

impl Post {
    /// A way out; sends nothing yet.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        // Whoever was first decided; ours is the only provider compiled in.
        drop(rustls::crypto::ring::default_provider().install_default());
        let resolver = Resolver { allowed: Arc::new(settings.allowed.clone()) };
        let http = reqwest::Client::builder()
            .user_agent(concat!("campaign-engine/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            // A proxy would resolve names by itself, past the guard.
            .no_proxy()
            .dns_resolver(Arc::new(resolver))
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self { http, inner: Arc::new(settings) })
    }

    async fn send(self, letter: Letter) -> Result<Receipt, Undelivered> {
        let url = guard::check(&letter.url, &self.inner.allowed).map_err(|barred| for_good(&barred))?;
        let at_s = (self.inner.wall)().0.div_euclid(1_000);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut put = |name: &'static str, value: &str| {
            let value = HeaderValue::from_str(value);
            value.map(|value| headers.insert(name, value)).map(drop)
        };
        let signature = self.inner.key.as_ref().map(|key| key.sign(&letter.id, at_s, &letter.body));
        let put_all = put("webhook-id", &letter.id)
            .and_then(|()| put("webhook-timestamp", &at_s.to_string()))
            .and_then(|()| signature.map_or(Ok(()), |signature| put("webhook-signature", &signature)));
        put_all.map_err(|fault| Undelivered::for_good("unbuildable_request", &fault.to_string()))?;
        let request = self.http.post(url).headers(headers).timeout(letter.wait).body(letter.body);
        let response = request.send().await.map_err(|fault| failed(&fault))?;
        let status = response.status().as_u16();
        let after = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse::<u32>().ok());
        if !response.status().is_success() {
            // Gone: the receiver wants no more of it (Standard Webhooks).
            let (is_final, after_s) = (status == 410, after.map(|after| after.min(AFTER_S_MAX)));
            return Err(Undelivered { is_final, after_s, code: format!("http_{status}"), detail: None });
        }
        Ok(Receipt { status, body: body_of(response).await })
    }
}

impl Outlet for Post {
    fn post(&self, letter: Letter) -> Posted {
        Box::pin(self.clone().send(letter))
    }
}

/// What was answered; nothing when it is too long or breaks off: the status has already said that it was taken.
async fn body_of(mut response: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return String::new();
        }
    }
    String::from_utf8(body).unwrap_or_default()
}

fn for_good(barred: &Barred) -> Undelivered {
    let code = match barred {
        Barred::NoUrl(_) | Barred::Credentials => "bad_url",
        Barred::Plain => "not_https",
        Barred::Unlisted(_) => "host_not_allowed",
        Barred::Private(_) => "private_address",
    };
    Undelivered::for_good(code, &barred.to_string())
}

fn failed(fault: &reqwest::Error) -> Undelivered {
    let mut cause: &dyn std::error::Error = fault;
    loop {
        if let Some(barred) = cause.downcast_ref::<Barred>() {
            // What a name means can change: tried again later.
            return Undelivered { is_final: false, ..for_good(barred) };
        }
        match cause.source() {
            Some(source) => cause = source,
            None => break,
        }
    }
    let code = if fault.is_timeout() {
        "timeout"
    } else if fault.is_connect() {
        "unreachable"
    } else {
        "connection_reset"
    };
    Undelivered::for_now(code, &scrub(&cause.to_string(), &String::new().into()))
}
