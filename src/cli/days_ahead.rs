//! The days ahead for pages: forecast once in a while, whoever asks how often.

use crate::model::time::{HOUR_MS, Timestamp};
use crate::runtime::census::watched::Watched;
use crate::sim::forecast::daily::days_ahead;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// A forecast younger than this, in the engine's time, is told again.
const KEPT_MS: i64 = HOUR_MS;
/// However fast that time goes, so long passes between two forecasts on the wall.
const APART_MS: i64 = 10_000;

/// The last forecast.
#[derive(Default)]
pub struct Kept(Mutex<Option<Made>>);

struct Made {
    at: Timestamp,
    wall: Timestamp,
    told: Value,
}

impl Kept {
    /// The days ahead of `now`: as they were told last, or forecast anew. Who asks meanwhile waits for the same. The error is
    /// a sentence.
    pub fn days_ahead(&self, store: &Watched, now: Timestamp, wall: Timestamp) -> Result<Value, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_young = |made: &&Made| now.since_ms(made.at) < KEPT_MS || wall.since_ms(made.wall) < APART_MS;
        if let Some(made) = kept.as_ref().filter(is_young) {
            return Ok(made.told.clone());
        }
        let told = days_ahead(store, now).map_err(|fault| fault.to_string())?;
        let told = serde_json::to_value(told).map_err(|fault| fault.to_string())?;
        *kept = Some(Made { at: now, wall, told: told.clone() });
        Ok(told)
    }
}
