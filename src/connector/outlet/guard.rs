//! Where letters may go: public addresses over https, and what the settings allow besides (QUALITY.md §3).
//!
//! A host is resolved once, by the resolver that stands here, and only what passed is connected to: a name that means a
//! public address now and a private one a moment later gets nobody in.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// What the settings allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Only these hosts, and `*.example.com` for all below; empty: every public one.
    pub hosts: Vec<String>,
    /// Hosts that may have private addresses.
    pub private_hosts: Vec<String>,
    /// This machine itself, also without TLS: in the sandbox.
    pub loopback: bool,
}

/// Why nothing may go there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    #[error("`{0}` is no URL")]
    NoUrl(String),
    #[error("only https is spoken to the outside")]
    Plain,
    #[error("a URL must hold no user name or password")]
    Credentials,
    #[error("`{0}` is not among the hosts that `outgoing.hosts` allows")]
    Unlisted(String),
    #[error("`{0}` is a private address; `outgoing.private_hosts` can allow it")]
    Private(String),
}

/// Reads a URL and judges all of it that can be judged without asking a name server.
pub fn check(written: &str, allowed: &Allowed) -> Result<Url, Barred> {
    let url = Url::parse(written.trim()).map_err(|_| Barred::NoUrl(written.to_owned()))?;
    let host = url.host().ok_or_else(|| Barred::NoUrl(written.to_owned()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Barred::Plain);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Barred::Credentials);
    }
    let name = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let name = name.trim_end_matches('.').to_owned();
    let is_here = match &host {
        Host::Domain(_) => is_local_name(&name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if is_here && allowed.loopback {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err(Barred::Plain);
    }
    if !allowed.hosts.is_empty() && !matches_any(&allowed.hosts, &name) && !matches_any(&allowed.private_hosts, &name) {
        return Err(Barred::Unlisted(name));
    }
    let is_public = match host {
        Host::Domain(_) => !is_local_name(&name),
        Host::Ipv4(address) => is_public(IpAddr::V4(address)),
        Host::Ipv6(address) => is_public(IpAddr::V6(address)),
    };
    if is_public || matches_any(&allowed.private_hosts, &name) { Ok(url) } else { Err(Barred::Private(name)) }
}

fn is_local_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// `example.com` is itself, `*.example.com` everything below it.
fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().map(|pattern| pattern.to_ascii_lowercase()).any(|pattern| match pattern.strip_prefix("*.") {
        Some(parent) => name.strip_suffix(parent).is_some_and(|below| below.ends_with('.') && below.len() > 1),
        None => name == pattern,
    })
}

/// Can the address be reached by everybody, and is it nobody's own network? What is not known to be so is not.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        // This network, private, loopback, multicast and reserved.
        [0 | 10 | 127 | 224..=255, ..] => true,
        // Shared by a provider's customers, link-local (cloud metadata), private.
        [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..] => true,
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        _ => false,
    };
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match address.segments() {
        // Translated: the IPv4 address stands at the end.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        // Protocol assignments and Teredo, documentation, 6to4.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Resolves names for the client and lets through what may be connected to, nothing else.
#[derive(Debug, Clone)]
pub struct Resolver {
    pub allowed: Arc<Allowed>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let name = name.as_str().to_ascii_lowercase();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses = passed(&name, found, &allowed)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name, if all of them may be connected to: one that may not makes the whole name doubtful.
pub fn passed(name: &str, found: Vec<SocketAddr>, allowed: &Allowed) -> Result<Vec<SocketAddr>, Barred> {
    let name = name.trim_end_matches('.');
    let may_be_private = matches_any(&allowed.private_hosts, name);
    let may_go = |address: &SocketAddr| {
        may_be_private || is_public(address.ip()) || (allowed.loopback && is_local_name(name) && address.ip().is_loopback())
    };
    if found.iter().all(may_go) { Ok(found) } else { Err(Barred::Private(name.to_owned())) }
}
