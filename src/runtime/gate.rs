//! Stop means stop (promise P3): between the 200 of a webhook and its turn, no call for its people starts.
//!
//! Webhook threads close the gate for the enrollments an event may concern before they answer; the turn that acts on the
//! event opens it again. Starting a call asks under the same lock.

use crate::model::id::EnrollmentId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Events that wait for their turn at most; more are told to come again. The turns act on as many within a second or
/// two, and a flood of them takes some megabytes, not all memory.
pub const WAITING_MAX: usize = 16_384;

/// Who must not be called now, how many events say so, and how many events wait in all.
#[derive(Debug, Default)]
pub struct Gate {
    held: Mutex<HashMap<EnrollmentId, u32>>,
    waiting: AtomicUsize,
}

impl Gate {
    /// One more event concerns them.
    pub fn close(&self, enrollments: &[EnrollmentId]) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let mut held = self.lock();
        for enrollment in enrollments {
            *held.entry(*enrollment).or_insert(0) += 1;
        }
    }

    /// One event less.
    pub fn open(&self, enrollments: &[EnrollmentId]) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let mut held = self.lock();
        for enrollment in enrollments {
            if let Some(count) = held.get_mut(enrollment) {
                *count -= 1;
                if *count == 0 {
                    held.remove(enrollment);
                }
            }
        }
    }

    /// Is there no room for another event from outside?
    pub fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= WAITING_MAX
    }

    /// Runs `start` unless an event waits for the enrollment; no event can slip in between. Says whether it ran.
    pub fn pass(&self, enrollment: EnrollmentId, start: impl FnOnce()) -> bool {
        let held = self.lock();
        if held.contains_key(&enrollment) {
            return false;
        }
        start();
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EnrollmentId, u32>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
