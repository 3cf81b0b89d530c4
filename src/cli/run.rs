//! `engine run`: the house put together, and kept going until told to stop.

use crate::cli::arguments::Run;
use crate::cli::context::Context;
use crate::cli::desk::Desk;
use crate::cli::door;
use crate::cli::edit;
use crate::cli::ending::{DONE, Done, Ending, FAILED, NEEDS_A_PERSON, UNSAFE, WRONG};
use crate::cli::handles;
use crate::cli::house::{self, SANDBOX_KEY, SANDBOX_SPEED, Sandbox};
use crate::cli::live::Live;
use crate::cli::outside;
use crate::cli::plan;
use crate::cli::program::{Loaded, compile_or_refuse};
use crate::cli::retention;
use crate::cli::signals::Reload;
use crate::cli::systemd::Supervisor;
use crate::cli::{render, signals};
use crate::connector::contract::{Connector, Verdict};
use crate::connector::postpress::webhooks;
use crate::model::program::Program;
use crate::model::time::Timestamp;
use crate::runtime::census::watched::Watched;
use crate::runtime::clock::{Clock, wall_now};
use crate::runtime::errand::Message;
use crate::runtime::receive::Door;
use crate::runtime::{Ended, Runtime, Setting};
use crate::server;
use crate::server::secrets::{Secrets, newest};
use crate::store::contract::Store;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// Where webhooks come in when nobody says otherwise (INTERFACE.md §3).
const LISTEN: &str = "127.0.0.1:8080";
/// Where postpress posts to (INTERFACE.md §3).
const WEBHOOK_PATH: &str = "/webhooks/postpress";
/// A clock that is off by more is warned of.
const CLOCK_OFF_MS: i64 = 2 * 60_000;
/// Tries to reach postpress at the start, a second apart: a server that is just starting gets its chance.
const REACH_TRIES: usize = 8;

/// Compiles, opens, connects, and runs.
pub fn run(arguments: &Run, context: &Arc<Context>) -> Done {
    let mut loaded = compile_or_refuse(&arguments.paths, arguments.strict, context)?;
    let speed = arguments.speed.unwrap_or(if arguments.sandbox { SANDBOX_SPEED } else { 1 });
    if !arguments.sandbox {
        house::refuse_fast_reality(speed, &context.postpress_url())?;
        refuse_open_doors(arguments, context)?;
        house::postpress(context)?;
        ask_before_writing_to_people(arguments, context, &loaded.compiled.program)?;
    }
    handles::raise()?;
    let outside = outside::outside(arguments, context, &loaded.compiled.program)?;
    retention::trim_at_start(context)?;
    let store = Arc::new(Watched::over(house::open_store(context)?));
    for sentence in store.figures().mended {
        render::talk(&format!("note: {sentence}"));
    }
    if !arguments.sandbox {
        house::refuse_pretend_data(&*store, context)?;
        house::refuse_clock_behind(&*store, wall_now())?;
    }
    let clock = house::clock(&*store, speed)?;
    agree_to_changes(arguments, context, &mut loaded, &*store, clock.now())?;
    let program = loaded.compiled.program;
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let threads = threads.map_err(|fault| Ending::new(FAILED, format!("cannot start threads: {fault}")))?;
    let far = threads.block_on(reach(arguments, context, &program, Arc::clone(&clock) as Arc<dyn Clock>))?;
    let setting = Setting {
        store: Arc::clone(&store) as Arc<dyn Store>,
        clock: clock.clone(),
        connector: Arc::clone(&far.connector),
        spawn: spawner(threads.handle()),
        root: program.root.clone(),
        workspace: program.workspace.clone(),
        speed,
        until_idle: arguments.until_idle,
    };
    let mut runtime = Runtime::open(setting)?;
    runtime.reach_out(outside);
    install(&mut runtime, program, context)?;
    let (paths, strict) = (arguments.paths.clone(), arguments.strict);
    let reload = Arc::new(Reload { paths, strict, context: Arc::clone(context), post: runtime.post() });
    let data = std::path::absolute(&context.data).unwrap_or_else(|_| context.data.clone());
    let pulse = Arc::clone(&runtime.pulse);
    // Backups are told by where they lie, whoever reads it and from where.
    let desk = Desk::running(Arc::clone(&store), clock.clone(), runtime.post(), pulse, data).reloading(Arc::clone(&reload));
    threads.block_on(open_doors(arguments, context, &runtime, &far, Arc::new(desk)))?;
    look_around(&threads, &runtime, Arc::clone(&store));
    let supervisor = Supervisor::of_environment();
    threads.spawn(signals::obey(runtime.post(), context.voice.clone(), Arc::clone(&supervisor)));
    threads.spawn(signals::reload_at_hangup(reload, context.voice.clone()));
    supervisor.ready_after_a_turn(&runtime.post(), &runtime.pulse);
    threads.spawn(supervisor.attend(runtime.post(), Arc::clone(&runtime.pulse)));
    context.voice.mind_panics();
    let live = Live::start(context, Arc::clone(&store), clock, Arc::clone(&runtime.pulse), (speed, arguments.sandbox));
    let ended = runtime.run();
    live.end();
    threads.shutdown_timeout(Duration::from_millis(200));
    finish(&ended?)
}

/// Counts everybody once turns are taken, so that the first page need not: a start has enough to read.
fn look_around(threads: &tokio::runtime::Runtime, runtime: &Runtime, store: Arc<Watched>) {
    let threads = threads.handle().clone();
    // What cannot be read is told to whoever asks.
    let look = move || drop(threads.spawn_blocking(move || drop(store.look_around())));
    runtime.post().send(Message::Between(Box::new(look))).unwrap_or_default();
}

/// Lets campaigns and people in. The lists end here: of a million people they are most of the memory a start takes.
fn install(runtime: &mut Runtime, program: Program, context: &Context) -> Result<(), Ending> {
    let enrolled = runtime.install(&program)?;
    if !context.is_quiet {
        signals::entered(&program, &enrolled).iter().for_each(|line| render::talk(line));
    }
    Ok(())
}

/// An edit that leaves people nowhere is refused, a saved plan is held to, and nobody real is moved unasked.
fn agree_to_changes(
    arguments: &Run,
    context: &Context,
    loaded: &mut Loaded,
    store: &dyn Store,
    now: Timestamp,
) -> Result<(), Ending> {
    let is_agreed = arguments.plan.is_some() || arguments.yes || arguments.sandbox;
    let is_agreed = is_agreed || house::is_loopback(&context.postpress_url());
    let afoot = edit::refuse(loaded, store, context, arguments.strict)?;
    if let Some(file) = &arguments.plan {
        plan::hold_to(file, &loaded.compiled.program, store, now)?;
    }
    edit::agree(&loaded.compiled.program, &afoot, context, is_agreed)
}

/// The far side, and the secret webhooks come with.
struct Far {
    connector: Arc<dyn Connector>,
    secret: Option<SecretString>,
    is_sandbox: bool,
    _sandbox: Option<Sandbox>,
}

async fn reach(arguments: &Run, context: &Context, program: &Program, clock: Arc<dyn Clock>) -> Result<Far, Ending> {
    let now = {
        let clock = Arc::clone(&clock);
        Arc::new(move || clock.now())
    };
    if arguments.sandbox {
        let sandbox = house::start_sandbox(&context.data, program, clock, arguments.faults.as_deref()).await?;
        let connector = Arc::new(house::connect(&sandbox.url, SecretString::from(SANDBOX_KEY), now)?);
        let secret = context.webhook_secret().unwrap_or_else(|| SecretString::from(uuid::Uuid::new_v4().simple().to_string()));
        return Ok(Far { connector, secret: Some(secret), is_sandbox: true, _sandbox: Some(sandbox) });
    }
    let connector = Arc::new(house::connect(&context.postpress_url(), house::key(context)?, now)?);
    first_contact(&*connector, program).await?;
    if arguments.speed.unwrap_or(1) == 1 {
        warn_of_the_clock(connector.clock_ahead_ms());
    }
    Ok(Far { connector, secret: context.webhook_secret(), is_sandbox: false, _sandbox: None })
}

/// Sending hours are kept by this machine's clock: one that is wrong writes to people at night.
fn warn_of_the_clock(ahead_ms: Option<i64>) {
    if let Some(off) = ahead_ms.filter(|ahead| ahead.abs() > CLOCK_OFF_MS) {
        let way = if off > 0 { "behind" } else { "ahead of" };
        let minutes = (off.abs() + 30_000) / 60_000;
        render::talk(&format!("warning: this machine's clock is {minutes} minutes {way} postpress'; sending hours go by it"));
        render::talk("  help: set it by the network (`timedatectl set-ntp true`)");
    }
}

/// The key is good and the accounts are there, or nothing starts.
async fn first_contact(connector: &dyn Connector, program: &Program) -> Result<(), Ending> {
    let mut tries = 0;
    let page = loop {
        tries += 1;
        match connector.accounts(None).await {
            Ok(page) => break page,
            Err(refusal) if refusal.verdict == Verdict::KeyWrong || tries >= REACH_TRIES => return Err(refusal.into()),
            Err(refusal) => {
                if tries == 1 {
                    render::talk(&format!("postpress does not answer yet ({refusal}); trying for a few seconds"));
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    };
    for spec in &program.workspace.accounts {
        let is_there = page.items.iter().any(|row| row.id == spec.provider_account);
        if !is_there && page.cursor.is_none() {
            render::talk(&format!(
                "warning: account `{}` ({}) is not at postpress; its contacts wait until it is (`engine accounts`)",
                spec.name, spec.provider_account
            ));
        }
    }
    Ok(())
}

fn spawner(handle: &Handle) -> crate::runtime::errand::Spawn {
    let handle = handle.clone();
    Arc::new(move |errand| drop(handle.spawn(errand)))
}

/// The webhook listener, its registration, the socket for other commands, the signals.
async fn open_doors(arguments: &Run, context: &Context, runtime: &Runtime, far: &Far, desk: Arc<Desk>) -> Result<(), Ending> {
    let given = context.listen(arguments.listen)?;
    let usual = if far.is_sandbox { "127.0.0.1:0" } else { LISTEN };
    let address =
        given.or_else(|| usual.parse::<SocketAddr>().ok()).ok_or_else(|| Ending::new(WRONG, "no address to listen on"))?;
    let mut url = context.public_url();
    match &far.secret {
        Some(secret) => {
            let listener = TcpListener::bind(address).await.map_err(|fault| {
                Ending::new(FAILED, format!("cannot listen for webhooks on {address}: {fault}"))
                    .help("stop what listens there, or choose another with `--listen`")
            })?;
            let local = listener.local_addr().unwrap_or(address);
            if far.is_sandbox {
                url = Some(format!("http://{local}"));
            }
            let inlet = Arc::new(Door(Arc::clone(&runtime.receiver)));
            let secrets = Secrets::parse(secret).map_err(|fault| Ending::new(UNSAFE, fault.to_string()))?;
            tokio::spawn(server::webhooks::serve(listener, inlet, secrets, std::future::pending()));
        }
        None => render::talk(
            "note: no ENGINE_WEBHOOK_SECRET, so no webhooks: replies and acceptances are found by polling, hours later",
        ),
    }
    if let (Some(url), Some(secret)) = (&url, &far.secret) {
        register(&*far.connector, url, secret, far.is_sandbox).await?;
    }
    door::open(arguments.dashboard, context, &desk, &runtime.pulse, far.is_sandbox).await?;
    let socket = server::socket::bind(&context.data)
        .map_err(|fault| Ending::new(FAILED, format!("cannot open the socket in {}: {fault}", context.data.display())))?;
    let data = context.data.clone();
    tokio::spawn(async move { server::socket::serve(socket, &data, desk, std::future::pending()).await });
    Ok(())
}

async fn register(connector: &dyn Connector, url: &str, secret: &SecretString, is_sandbox: bool) -> Result<(), Ending> {
    let Some(secret) = newest(secret) else { return Ok(()) };
    // The sandbox's listener is on another port at each run, its secret another word: all anew.
    let plan = webhooks::Plan { url: webhook_url(url), secret, is_rotation: is_sandbox };
    let mut tries = 0;
    while let Err(refusal) = webhooks::set_up(connector, &plan).await {
        tries += 1;
        if refusal.verdict == Verdict::KeyWrong {
            return Err(refusal.into());
        }
        if tries >= REACH_TRIES {
            render::talk(&format!(
                "warning: the webhooks could not be registered ({refusal}): replies and acceptances are found by polling"
            ));
            render::talk("  help: `engine webhooks setup` tries again");
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// The public URL with the webhook path, if it does not have it already.
pub fn webhook_url(public: &str) -> String {
    let public = public.trim_end_matches('/');
    if public.ends_with(WEBHOOK_PATH) { public.to_owned() } else { format!("{public}{WEBHOOK_PATH}") }
}

/// Webhooks that anybody could forge are not taken in.
fn refuse_open_doors(arguments: &Run, context: &Context) -> Result<(), Ending> {
    let is_asked = context.listen(arguments.listen)?.is_some() || context.public_url().is_some();
    if !is_asked || context.webhook_secret().is_some() {
        return Ok(());
    }
    Err(Ending::new(UNSAFE, "webhooks without a secret: anybody could tell the engine that somebody replied")
        .help("set ENGINE_WEBHOOK_SECRET, or leave ENGINE_PUBLIC_URL and `--listen` out: the engine then polls"))
}

fn ask_before_writing_to_people(arguments: &Run, context: &Context, program: &Program) -> Result<(), Ending> {
    if arguments.yes || house::is_loopback(&context.postpress_url()) {
        return Ok(());
    }
    let people: usize = program.rosters.iter().map(|roster| roster.rows.len()).sum();
    let question = format!(
        "{} may write to {} through {}.",
        render::many(program.campaigns.len(), "campaign"),
        if people == 1 { "1 real person".to_owned() } else { format!("{people} real people") },
        context.postpress_url()
    );
    if !context.may_ask {
        return Err(Ending::new(WRONG, question).help("say `--yes` to start without being asked"));
    }
    if render::confirm(&format!("{question} Start?")) { Ok(()) } else { Err(Ending::silent(DONE)) }
}

fn finish(ended: &Ended) -> Done {
    match ended {
        Ended::Stopped => render::talk("stopped: all is durable; `engine run` goes on from here"),
        Ended::Idle { parked: 0 } => render::talk("done: every contact has ended"),
        Ended::Idle { parked } => {
            let needs = if *parked == 1 { "1 contact needs".to_owned() } else { format!("{parked} contacts need") };
            render::talk(&format!("done, but {needs} a person: `engine status --contacts --where parked`"));
        }
    }
    Ok(match ended {
        Ended::Idle { parked } if *parked > 0 => Ending::silent(NEEDS_A_PERSON),
        Ended::Stopped | Ended::Idle { .. } => Ending::done(),
    })
}
