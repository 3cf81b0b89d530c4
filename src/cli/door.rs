//! The dashboard's door: where it listens, and how whoever started the engine comes in.

use crate::cli::arguments::Dashboard;
use crate::cli::context::Context;
use crate::cli::desk::Desk;
use crate::cli::ending::{Ending, FAILED, WRONG};
use crate::cli::render;
use crate::runtime::pulse::Pulse;
use crate::server::dashboard::token::Token;
use crate::server::dashboard::{Front, serve};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Where the dashboard is when nobody says otherwise (INTERFACE.md §3).
const DASHBOARD: &str = "127.0.0.1:8081";

/// Opens the dashboard, unless it is off. An address that nobody named and that is taken is no reason not to run.
pub async fn open(
    flag: Option<Dashboard>,
    context: &Context,
    desk: &Arc<Desk>,
    pulse: &Arc<Pulse>,
    is_sandbox: bool,
) -> Result<(), Ending> {
    let wanted = wanted(flag, context)?;
    let Some((address, is_asked)) = wanted else { return Ok(()) };
    let mut bound = TcpListener::bind(address).await;
    if bound.is_err() && is_sandbox && !is_asked {
        bound = TcpListener::bind((address.ip(), 0)).await;
    }
    let listener = match bound {
        Ok(listener) => listener,
        Err(fault) if is_asked => {
            return Err(Ending::new(FAILED, format!("cannot open the dashboard on {address}: {fault}"))
                .help("stop what listens there, or choose another with `--dashboard`, or `--dashboard off`"));
        }
        Err(fault) => {
            render::talk(&format!("note: no dashboard: {address} cannot be had ({fault}); choose another with `--dashboard`"));
            return Ok(());
        }
    };
    let token = Token::of(&context.data).map_err(|fault| {
        Ending::new(FAILED, format!("cannot keep the dashboard's token in {}: {fault}", context.data.display()))
    })?;
    let local = listener.local_addr().unwrap_or(address);
    tell(&token, local);
    let hosts =
        context.variable("ENGINE_DASHBOARD_HOST").map(|names| names.split(',').map(|name| name.trim().to_owned()).collect());
    let front = Front::new(
        Arc::clone(desk) as Arc<dyn crate::runtime::ask::Ask>,
        Arc::clone(pulse),
        token.keys(),
        hosts.unwrap_or_default(),
    );
    tokio::spawn(serve(listener, Arc::new(front), std::future::pending()));
    Ok(())
}

/// The token is shown once: whoever reads this later finds it in the data directory.
fn tell(token: &Token, local: SocketAddr) {
    if token.is_new {
        render::talk(&format!("dashboard: http://{local}/login?token={}", token.expose()));
    } else {
        render::talk(&format!("dashboard: http://{local}/ (its token stands in {})", token.path.display()));
    }
    if !local.ip().is_loopback() {
        render::talk(
            "note: the dashboard can be reached from other machines, over plain HTTP: put a proxy with TLS in front of it",
        );
    }
}

/// Where it is wanted, and whether somebody said so.
fn wanted(flag: Option<Dashboard>, context: &Context) -> Result<Option<(SocketAddr, bool)>, Ending> {
    let parsed = |text: &str| text.parse::<SocketAddr>().ok();
    let by_environment = match context.variable("ENGINE_DASHBOARD") {
        Some(text) if text == "off" => Some(Dashboard::Off),
        Some(text) => Some(Dashboard::At(parsed(&text).ok_or_else(|| {
            Ending::new(WRONG, format!("ENGINE_DASHBOARD is `{text}`: no address")).help("write it as 127.0.0.1:8081, or off")
        })?)),
        None => None,
    };
    Ok(match flag.or(by_environment) {
        Some(Dashboard::Off) => None,
        Some(Dashboard::At(address)) => Some((address, true)),
        None => parsed(DASHBOARD).map(|address| (address, false)),
    })
}
