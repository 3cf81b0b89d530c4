//! What you type: one file a verb. The arguments stand in `arguments`, what they are resolved to in `context`.
//!
//! `run` is the one place where the house is put together; `render` is the only file that prints. Start at [`engine`].

pub mod accounts;
pub mod ahead;
pub mod arguments;
pub mod board;
pub mod check;
pub mod contacts;
pub mod context;
pub mod days_ahead;
pub mod desk;
pub mod doctor;
mod door;
pub mod edit;
pub mod ending;
pub mod errors;
pub mod exposure;
pub mod far;
pub mod filter;
pub mod fmt;
pub mod foresight;
pub mod handles;
pub mod house;
pub mod inbox;
pub mod init;
pub mod language;
pub mod live;
pub mod lsp;
mod marks;
pub mod news;
pub mod operate;
pub mod operator;
pub mod outlook;
mod outside;
pub mod person;
pub mod ping;
pub mod plan;
pub mod program;
pub mod render;
pub mod report;
mod report_page;
mod retention;
pub mod run;
pub mod sandbox;
pub mod settings;
pub mod signals;
pub mod simulate;
pub mod status;
pub mod store;
pub mod systemd;
pub mod tasks;
pub mod test;
pub mod times;
pub mod top;
pub mod trace;
pub mod voice;
pub mod watch;
pub mod webhooks;

use arguments::{Arguments, Verb};
use clap::Parser;
use context::Context;
use ending::{DONE, Ending, WRONG};
use operate::Order;
use std::sync::Arc;

/// Reads the command line, carries it out, and says with which exit code to leave.
pub fn engine() -> u8 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(fault) => return misread(&fault),
    };
    let context = match Context::new(&arguments) {
        Ok(context) => Arc::new(context),
        Err(ending) => return render::end(&ending),
    };
    trace::start(&context);
    render::end(&carry_out(&arguments.verb, &context))
}

/// Help that was asked for, or what is wrong with the command line.
fn misread(fault: &clap::Error) -> u8 {
    // A reader that went away is no fault of ours.
    drop(fault.print());
    if fault.use_stderr() { WRONG } else { DONE }
}

fn carry_out(verb: &Verb, context: &Arc<Context>) -> Ending {
    let done = match verb {
        Verb::Init(arguments) => init::init(arguments),
        Verb::Check(arguments) if arguments.watch => watch::watch(arguments, context),
        Verb::Check(arguments) => check::check(arguments, context),
        Verb::Test(arguments) => test::test(arguments, context),
        Verb::Fmt(arguments) => fmt::fmt(arguments, context),
        Verb::Graph(arguments) => language::graph(arguments, context),
        Verb::Explain(arguments) if arguments.list => language::list_codes(),
        Verb::Explain(arguments) => language::explain(arguments),
        Verb::Schema(arguments) => language::schema(arguments),
        Verb::Completions { shell } => language::completions(*shell),
        Verb::Man { out } => language::man(out.as_deref()),
        Verb::Ping => ping::ping(context),
        Verb::Lsp { stdio: _ } => lsp::lsp(),
        Verb::Status(arguments) => status::status(arguments, context),
        Verb::Top => top::top(context),
        Verb::Why(arguments) => person::why(arguments, context),
        Verb::Timeline(arguments) => person::timeline(arguments, context),
        Verb::Inbox(options) => inbox::inbox(options, context),
        Verb::Errors(options) => errors::errors(options, context),
        Verb::News(options) => news::news(options, context),
        Verb::Report(options) => report::report(options, context),
        Verb::Contacts(verb) => contacts::contacts(verb, context),
        Verb::Pause(target) => operate::order(Order::Pause, target, context),
        Verb::Resume(target) => operate::order(Order::Resume, target, context),
        Verb::Stop(target) => operate::order(Order::Stop, target, context),
        Verb::Reload => operate::reload(context),
        Verb::Resolve(arguments) => operate::resolve(arguments, context),
        Verb::Event(arguments) => operate::event(arguments, context),
        Verb::Plan(arguments) => plan::plan(arguments, context),
        Verb::Tasks(arguments) => tasks::tasks(arguments, context),
        Verb::Run(arguments) => run::run(arguments, context),
        Verb::Accounts(options) => accounts::run(options, context),
        Verb::Webhooks(options) => webhooks::run(options, context),
        Verb::Doctor(options) => doctor::run(options, context),
        Verb::Store(options) => store::run(options, context),
        Verb::Simulate(options) => simulate::simulate(options, context),
        Verb::Sandbox(options) => sandbox::serve_alone(options.clone()),
    };
    done.unwrap_or_else(|ending| ending)
}
