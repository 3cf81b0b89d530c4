//! The sentences for faults of the flow, with the path that leads to them.

use crate::lang::check::clock::{Ago, Clock};
use crate::lang::check::walk::{Found, State, Walk, Way};
use crate::lang::check::worlds::{Standing, World};
use crate::lang::code::Code;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::lower::{Places, handler_words};
use crate::lang::source::Span;
use crate::model::campaign::{Action, Campaign, Trigger};
use crate::model::id::StepId;
use crate::model::time::{DAY_MS, HOUR_MS};

/// Places shown of a path. More than a reader takes in would be noise.
const LABELS_MAX: usize = 4;
/// Steps looked back for them, so that many faults on long paths stay cheap.
const STEPS_BACK_MAX: usize = 200;

/// The fault with its path.
pub fn tell(campaign: &Campaign, places: &Places, walk: &Walk, found: &Found) -> Diagnostic {
    let id = found.state.step;
    let span = places.steps.get(id.0 as usize).copied().unwrap_or(places.header);
    let label = campaign.steps.get(id.0 as usize).map(|step| statement(campaign, &step.action)).unwrap_or_default();
    let (message, help) = words(found, &label);
    let fault = Diagnostic::new(found.code, span, message, help);
    let again = "here, in the round before".to_owned();
    let labelled =
        |fault: Diagnostic, (place, text): (Span, String)| fault.label(place, if place == span { again.clone() } else { text });
    let marks = match found.code {
        Code::TooHasty | Code::ReinviteTooSoon => causes(campaign, places, found),
        Code::InmailUnchecked => Vec::new(),
        _ => marks(campaign, places, walk, found),
    };
    marks.into_iter().fold(fault, labelled)
}

fn words(found: &Found, statement: &str) -> (String, String) {
    let Clock { withdrawn, sent, accepted } = found.clock;
    match found.code {
        Code::AlreadyInvited => (
            "a second invitation on one path, while the first is pending or accepted".to_owned(),
            "take one of them out, or put `withdraw invite` and three weeks between them".to_owned(),
        ),
        Code::SecondInmail => (
            "a second InMail on one path".to_owned(),
            "send one InMail to a person; wait for a reply, or end the path with `stop as …`".to_owned(),
        ),
        Code::ReinviteTooSoon => (
            format!("an invitation {} after one was taken back", length(withdrawn)),
            "LinkedIn takes none within three weeks: put `wait 3 weeks` between them".to_owned(),
        ),
        Code::InmailUnchecked => (
            format!("`{statement}` goes out on a path where nothing looked for credits or an open profile"),
            "put it inside `if open profile or account has inmail credit`, with an `else`".to_owned(),
        ),
        Code::SendAfterReply => (
            format!("`{statement}` follows a reply that nothing has looked at"),
            "ask what they wrote first, as in `if reply is interested`, or end the path with `stop as replied`".to_owned(),
        ),
        Code::TooHasty if accepted.is_some() => (
            format!("`{statement}` goes out in the moment the invitation is accepted"),
            "put `wait 2 to 20 hours` before it: people notice a machine".to_owned(),
        ),
        Code::TooHasty => (
            format!("`{statement}` may go out {} after the one before", length(sent)),
            "put at least `wait 12 hours` between two sends".to_owned(),
        ),
        _ => stranger(statement, found.state.world),
    }
}

fn stranger(statement: &str, world: World) -> (String, String) {
    let why = match world.standing {
        Standing::Pending => "the invitation is not accepted",
        Standing::None if world.has_inmail => "an InMail makes nobody a relation",
        Standing::None if world.is_invited => "the invitation was not accepted",
        Standing::None | Standing::Yes => "nothing before it makes sure that they are connected",
    };
    let help = match world.standing {
        Standing::Pending => "put it inside `when accepted`, or inside `if connected`",
        Standing::None if world.has_inmail || world.is_invited => {
            "end this path with `stop as …`, wait for a reply with `when replied`, or put the send inside `if connected`"
        }
        Standing::None | Standing::Yes => "invite first and send inside `when accepted`, or put it inside `if connected`",
    };
    (format!("`{statement}` goes to somebody who is no relation on this path: {why}"), help.to_owned())
}

/// `3 days`, `2 hours`, or `at once`: how long ago it may have been.
fn length(ago: Option<Ago>) -> String {
    let ms = ago.map_or(0, |ago| ago.ms);
    let counted = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match ms {
        0 => "at once".to_owned(),
        ms if ms >= DAY_MS => counted(ms / DAY_MS, "day"),
        ms if ms >= HOUR_MS => counted(ms / HOUR_MS, "hour"),
        _ => "minutes".to_owned(),
    }
}

/// The statement as a reader knows it.
fn statement(campaign: &Campaign, action: &Action) -> String {
    let named = |message| {
        let message = campaign.message(message);
        if message.name.contains('.') { String::new() } else { format!(" {}", message.name) }
    };
    match action {
        Action::Send { message, .. } => format!("send{}", named(*message)),
        Action::Inmail { message, .. } => format!("send inmail{}", named(*message)),
        Action::Group { .. } => "start group".to_owned(),
        other => other.kind().to_owned(),
    }
}

/// What it follows too fast.
fn causes(campaign: &Campaign, places: &Places, found: &Found) -> Vec<(Span, String)> {
    let Clock { withdrawn, sent, accepted } = found.clock;
    let place = |id: StepId| places.steps.get(id.0 as usize).copied();
    let (span, text) = match (found.code, accepted, sent, withdrawn) {
        (Code::ReinviteTooSoon, _, _, Some(ago)) => (place(ago.step), "the invitation is taken back"),
        (Code::TooHasty, Some(race), _, _) => (accepted_arm(campaign, places, race).or(place(race)), "accepted here"),
        (Code::TooHasty, None, Some(ago), _) => (place(ago.step), "the send before"),
        _ => (None, ""),
    };
    span.map(|span| (span, text.to_owned())).into_iter().collect()
}

fn accepted_arm(campaign: &Campaign, places: &Places, race: StepId) -> Option<Span> {
    let Action::Race { arms, .. } = &campaign.steps.get(race.0 as usize)?.action else { return None };
    let at = arms.iter().position(|arm| arm.trigger == Trigger::Accepted)?;
    places.arms.get(&(race, at)).copied()
}

/// The places on the way that decided it, in the order of the path.
fn marks(campaign: &Campaign, places: &Places, walk: &Walk, found: &Found) -> Vec<(Span, String)> {
    let Some(trails) = walk.trails.get(found.trail) else { return Vec::new() };
    let mut marks: Vec<(Span, String)> = Vec::new();
    let mut at = found.state;
    for _ in 0..STEPS_BACK_MAX {
        let before = trails.seen.get(&at).and_then(|seen| seen.before);
        let Some((before, way)) = before.filter(|_| marks.len() < LABELS_MAX) else { break };
        let mark = mark(campaign, places, found.code, before, way);
        marks.extend(mark.filter(|(span, _)| marks.iter().all(|(known, _)| known != span)));
        at = before;
    }
    if marks.len() < LABELS_MAX
        && let Some(kind) = &trails.handler
        && let Some((_, span)) = places.handlers.iter().find(|(known, _)| known == kind)
    {
        marks.push((*span, format!("`{}` can run at any time", handler_words(kind))));
    }
    marks.reverse();
    marks
}

/// What a reader should see of one piece of the way.
fn mark(campaign: &Campaign, places: &Places, code: Code, before: State, way: Way) -> Option<(Span, String)> {
    let State { step: id, world, .. } = before;
    let step = campaign.steps.get(id.0 as usize)?;
    let place = |id: StepId| places.steps.get(id.0 as usize).copied();
    let arm = |at: usize| places.arms.get(&(id, at)).copied();
    if code == Code::SendAfterReply {
        let replied = matches!(&step.action, Action::Race { arms, .. } if matches!(way, Way::Arm(at)
            if arms.get(at).is_some_and(|arm| arm.trigger == Trigger::Replied)));
        return match way {
            Way::Handler => Some((place(id)?, "a reply here runs `on reply`, which returns".to_owned())),
            Way::Arm(at) if replied => Some((arm(at)?, "the reply".to_owned())),
            Way::Next | Way::Arm(_) | Way::Accepted => None,
        };
    }
    match (&step.action, way) {
        (_, Way::Accepted) => Some((place(id)?, "the invitation may be accepted meanwhile".to_owned())),
        (_, Way::Handler) => None,
        (Action::Race { up_to, arms, .. }, Way::Arm(at)) if at == arms.len() => {
            let is_for_acceptance = arms.iter().any(|arm| arm.trigger == Trigger::Accepted);
            let text = if is_for_acceptance && world.standing == Standing::Pending {
                format!("not accepted within {up_to}")
            } else {
                format!("nothing happened within {up_to}")
            };
            Some((arm(at)?, text))
        }
        (Action::Branch { arms, .. }, Way::Arm(at)) if at == arms.len() => Some((arm(at)?, "otherwise".to_owned())),
        (Action::Branch { .. }, Way::Arm(at)) => Some((arm(at)?, "when this holds".to_owned())),
        (Action::Inmail { .. }, _) if code == Code::SecondInmail => Some((place(id)?, "the first InMail".to_owned())),
        (Action::Inmail { .. }, _) => Some((place(id)?, "the InMail; it makes nobody a relation".to_owned())),
        (Action::Invite { .. }, _) if code == Code::AlreadyInvited => Some((place(id)?, "the first invitation".to_owned())),
        (Action::Invite { .. }, _) => Some((place(id)?, "invited here".to_owned())),
        (Action::Withdraw { .. }, _) => Some((place(id)?, "the invitation is taken back".to_owned())),
        (_, Way::Next | Way::Arm(_)) => None,
    }
}
