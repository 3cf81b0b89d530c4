//! What systemd is told of a running engine (`Type=notify`): ready, alive, stopping, and how it stands.
//!
//! It never says by itself that the engine is well: the turns' own thread says it, between two turns. Without
//! `NOTIFY_SOCKET` nothing is said.

use crate::cli::render::plain;
use crate::runtime::errand::Message;
use crate::runtime::pulse::Pulse;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// Signs of life within the time after which systemd takes the engine for dead: two may come late.
const BEATS_A_WATCHDOG: u32 = 3;
/// How often it is said how the engine stands, where nobody watches for signs of life.
const STATUS_EVERY: Duration = Duration::from_secs(20);

type Tell = dyn Fn(&[NotifyState]) + Send + Sync;

/// Whoever started this process and wants to know how it is.
pub struct Supervisor {
    tell: Box<Tell>,
    is_stopping: AtomicBool,
}

impl Supervisor {
    /// The one that the environment names; without one nothing is said.
    pub fn of_environment() -> Arc<Self> {
        Self::telling(Box::new(|states| {
            if let Err(fault) = sd_notify::notify(states) {
                tracing::debug!(%fault, "systemd could not be told");
            }
        }))
    }

    fn telling(tell: Box<Tell>) -> Arc<Self> {
        Arc::new(Self { tell, is_stopping: AtomicBool::new(false) })
    }

    /// Has it said that the engine is ready, once the first turn was taken. Before the run.
    pub fn ready_after_a_turn(self: &Arc<Self>, post: &Sender<Message>, pulse: &Arc<Pulse>) {
        let (told, pulse) = (Arc::clone(self), Arc::clone(pulse));
        let ready = move || told.say(&[NotifyState::Ready], &pulse);
        // No turns any more: then it never becomes ready.
        drop(post.send(Message::Between(Box::new(ready))));
    }

    /// Asks the turns for signs of life until they end.
    pub async fn attend(self: Arc<Self>, post: Sender<Message>, pulse: Arc<Pulse>) {
        if std::env::var_os("NOTIFY_SOCKET").is_none() {
            return;
        }
        let every = sd_notify::watchdog_enabled().map_or(STATUS_EVERY, |within| within / BEATS_A_WATCHDOG);
        let mut beats = tokio::time::interval(every.max(Duration::from_millis(1)));
        loop {
            beats.tick().await;
            if !self.ask_for_a_sign(&post, &pulse) {
                return;
            }
        }
    }

    /// A sign of life is given by whoever takes the turns: one that hangs gives none. False: nobody takes turns any more.
    fn ask_for_a_sign(self: &Arc<Self>, post: &Sender<Message>, pulse: &Arc<Pulse>) -> bool {
        let (told, pulse) = (Arc::clone(self), Arc::clone(pulse));
        let sign = move || told.say(&[NotifyState::Watchdog], &pulse);
        post.send(Message::Between(Box::new(sign))).is_ok()
    }

    fn say(&self, states: &[NotifyState], pulse: &Pulse) {
        let status = match pulse.troubled_by() {
            _ if self.is_stopping.load(Ordering::Relaxed) => STOPPING.to_owned(),
            // Of one line: the next would be another message to systemd.
            Some(what) => format!("taking turns; postpress: {} (going on by itself)", plain(&what)),
            None => "taking turns".to_owned(),
        };
        (self.tell)(&[states, &[NotifyState::Status(&status)]].concat());
    }

    /// Says that it was told to stop.
    pub fn stopping(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        (self.tell)(&[NotifyState::Stopping, NotifyState::Status(STOPPING)]);
    }
}

const STOPPING: &str = "stopping: calls in flight finish";

#[cfg(test)]
mod tests {
    use super::{Arc, Message, Pulse, Supervisor};
    use std::sync::mpsc::{Receiver, channel};

    /// A supervisor, and what it hears: a message a line, its parts apart by `|`.
    fn supervisor() -> (Arc<Supervisor>, Receiver<String>) {
        let (hear, heard) = channel();
        let told = Supervisor::telling(Box::new(move |states| {
            let parts: Vec<String> = states.iter().map(ToString::to_string).collect();
            drop(hear.send(parts.join("|")));
        }));
        (told, heard)
    }

    /// What the turns do between two of them.
    fn take_one(inbox: &Receiver<Message>) {
        let Ok(Message::Between(look)) = inbox.try_recv() else { panic!("nothing to do between two turns") };
        look();
    }

    fn all(heard: &Receiver<String>) -> Vec<String> {
        heard.try_iter().collect()
    }

    #[test]
    fn only_who_takes_the_turns_gives_a_sign_of_life() {
        let ((told, heard), (post, inbox), pulse) = (supervisor(), channel(), Arc::default());
        told.ready_after_a_turn(&post, &pulse);
        assert!(told.ask_for_a_sign(&post, &pulse) && told.ask_for_a_sign(&post, &pulse));
        assert!(all(&heard).is_empty(), "no turn was taken yet");
        take_one(&inbox);
        assert_eq!(all(&heard), ["READY=1|STATUS=taking turns"]);
        take_one(&inbox);
        assert_eq!(all(&heard), ["WATCHDOG=1|STATUS=taking turns"], "the second sign was not given yet");
        drop(inbox);
        assert!(!told.ask_for_a_sign(&post, &pulse), "nobody takes turns any more");
    }

    #[test]
    fn the_status_is_one_line_and_says_what_is_wrong() {
        let ((told, heard), (post, inbox)) = (supervisor(), channel());
        let pulse = Arc::new(Pulse::default());
        pulse.trouble(Some("no answer\nREADY=1".to_owned()));
        told.ask_for_a_sign(&post, &pulse);
        take_one(&inbox);
        told.stopping();
        told.ask_for_a_sign(&post, &pulse);
        take_one(&inbox);
        assert_eq!(
            all(&heard),
            [
                "WATCHDOG=1|STATUS=taking turns; postpress: no answer READY=1 (going on by itself)",
                "STOPPING=1|STATUS=stopping: calls in flight finish",
                "WATCHDOG=1|STATUS=stopping: calls in flight finish",
            ]
        );
    }
}
