//! Delivers webhooks: the configured headers, no JSON content type, 30 s to answer 200, five more attempts, then the
//! event is gone (POSTPRESS.md §2).

use crate::model::time::{HOUR_MS, MINUTE_MS};
use crate::sim::postpress::World;
use crate::sim::postpress::outbox::Delivery;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Virtual milliseconds before each further attempt.
const RETRY_AFTER_MS: [i64; 5] = [10_000, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS];
/// Real time between attempts is at least this, times the attempt's number.
const RETRY_LEAST: Duration = Duration::from_millis(50);
/// Real time a receiver has to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Deliveries under way at once.
const PARALLEL_MAX: usize = 32;
/// Real time after which is looked again in any case.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Carries events from the world to whoever registered for them.
pub(super) struct Courier {
    world: Arc<World>,
    client: reqwest::Client,
    seats: Arc<Semaphore>,
}

impl Courier {
    /// For that world.
    pub fn new(world: Arc<World>) -> io::Result<Self> {
        // Somebody else may have chosen a provider of cryptography already; any will do.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().timeout(ANSWER_WITHIN).no_proxy().redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(io::Error::other)?;
        Ok(Self { world, client, seats: Arc::new(Semaphore::new(PARALLEL_MAX)) })
    }

    /// Delivers what is due, for ever.
    pub async fn run(self: Arc<Self>) {
        let mut under_way = JoinSet::new();
        loop {
            for delivery in self.world.deliveries() {
                let courier = self.clone();
                under_way.spawn(async move { courier.carry(delivery).await });
            }
            while under_way.try_join_next().is_some() {}
            let pause = self.world.next_at().map_or(LOOK_AGAIN, |at| self.world.clock().until(at).min(LOOK_AGAIN));
            tokio::select! {
                () = self.world.asked() => {}
                () = tokio::time::sleep(pause.max(Duration::from_millis(1))) => {}
            }
        }
    }

    /// Delivers what is due at once and waits for it, though not longer than `most`.
    pub async fn deliver_now(self: &Arc<Self>, most: Duration) {
        let mut under_way = JoinSet::new();
        for delivery in self.world.deliveries() {
            let courier = self.clone();
            under_way.spawn(async move { courier.carry(delivery).await });
        }
        let all = async { while under_way.join_next().await.is_some() {} };
        let is_late = tokio::time::timeout(most, all).await.is_err();
        if is_late {
            under_way.detach_all();
        }
    }

    /// One event to one receiver, up to six times.
    async fn carry(&self, delivery: Delivery) {
        if self.attempt(&delivery).await {
            return;
        }
        for (n, after_ms) in RETRY_AFTER_MS.iter().enumerate() {
            let clock = self.world.clock();
            let pause = clock.until(clock.now().plus_ms(*after_ms)).max(RETRY_LEAST * (n as u32 + 1));
            tokio::time::sleep(pause).await;
            if self.attempt(&delivery).await {
                return;
            }
        }
        tracing::debug!(url = delivery.url, "a webhook was given up after six attempts");
    }

    async fn attempt(&self, delivery: &Delivery) -> bool {
        let Ok(_seat) = self.seats.acquire().await else { return false };
        let mut request = self.client.post(&delivery.url).body(delivery.body.clone());
        for header in &delivery.headers {
            request = request.header(&header.key, &header.value);
        }
        request.send().await.is_ok_and(|answer| answer.status() == reqwest::StatusCode::OK)
    }
}
