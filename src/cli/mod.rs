//! What you type: one file a verb. The arguments stand in `arguments`, what they are resolved to in `context`.
//!
//! `run` is the one place where the house is put together; `render` is the only file that prints. Start at [`engine`].

pub mod accounts;
pub mod arguments;
pub mod check;
pub mod contacts;
pub mod context;
pub mod desk;
pub mod doctor;
pub mod ending;
pub mod far;
pub mod filter;
pub mod fmt;
pub mod house;
pub mod init;
pub mod language;
pub mod live;
pub mod operate;
pub mod person;
pub mod program;
pub mod render;
pub mod run;
pub mod sandbox;
pub mod settings;
pub mod status;
pub mod times;
pub mod trace;
pub mod webhooks;

use arguments::{Arguments, Verb};
use clap::Parser;
use context::Context;
use ending::Ending;
use operate::Order;

/// Reads the command line, carries it out, and says with which exit code to leave.
pub fn engine() -> u8 {
    let arguments = Arguments::parse();
    let context = match Context::new(&arguments) {
        Ok(context) => context,
        Err(ending) => return render::end(&ending, false),
    };
    trace::start(context.verbose, context.is_quiet);
    let ending = carry_out(&arguments.verb, &context);
    render::end(&ending, context.is_json)
}

fn carry_out(verb: &Verb, context: &Context) -> Ending {
    let done = match verb {
        Verb::Init(arguments) => init::init(arguments),
        Verb::Check(arguments) => check::check(arguments, context),
        Verb::Fmt(arguments) => fmt::fmt(arguments, context),
        Verb::Graph(arguments) => language::graph(arguments, context),
        Verb::Explain(arguments) if arguments.list => language::list_codes(),
        Verb::Explain(arguments) => language::explain(arguments),
        Verb::Schema(arguments) => language::schema(arguments),
        Verb::Completions { shell } => language::completions(*shell),
        Verb::Man => language::man(),
        Verb::Status(arguments) => status::status(arguments, context),
        Verb::Why(arguments) => person::why(arguments, context),
        Verb::Timeline(arguments) => person::timeline(arguments, context),
        Verb::Contacts(verb) => contacts::contacts(verb, context),
        Verb::Pause(target) => operate::order(Order::Pause, target, context),
        Verb::Resume(target) => operate::order(Order::Resume, target, context),
        Verb::Stop(target) => operate::order(Order::Stop, target, context),
        Verb::Resolve(arguments) => operate::resolve(arguments, context),
        Verb::Event(arguments) => operate::event(arguments, context),
        Verb::Run(arguments) => run::run(arguments, context),
        Verb::Accounts(options) => accounts::run(options, context),
        Verb::Webhooks(options) => webhooks::run(options, context),
        Verb::Doctor(options) => doctor::run(options, context),
        Verb::Sandbox(options) => sandbox::serve_alone(options.clone()),
    };
    done.unwrap_or_else(|ending| ending)
}
