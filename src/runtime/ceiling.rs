//! What takes a place under the ceiling of pending invitations (`pending invites at most`).
//!
//! Places are taken by people under way: whoever has ended no longer counts, and the compiler says where that leaves
//! invitations pending that nobody takes back (`pending-overflow`).

use crate::model::effect::Call;
use crate::model::enrollment::{Awaits, Enrollment, Hold, Relation, Status};

/// A place under the ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The invitation is out.
    Pending,
    /// It is in flight, or nobody knows yet whether it arrived.
    InDoubt,
    /// Nobody will know before a person says so (`engine resolve`).
    Parked,
}

/// The place the enrollment takes, if any.
pub fn place_of(enrollment: &Enrollment) -> Option<Place> {
    let Status::Active { path, .. } = &enrollment.status else { return None };
    match (enrollment.facts.relation, &path.awaits) {
        // An answer ends the doubt as well: whoever is connected has nothing pending.
        (Relation::Yes, _) => None,
        // What is pending between the two while the invitation is still to go is another campaign's, which counts it; and
        // who waits for room must not take that very room.
        (_, Awaits::Call { call: Call::Invite { .. }, hold, .. }) => match hold {
            None | Some(Hold::Retry { .. }) => None,
            Some(Hold::Open { .. } | Hold::Unknown { .. }) => Some(Place::InDoubt),
            Some(Hold::Parked { .. }) => Some(Place::Parked),
        },
        (Relation::Pending, _) => Some(Place::Pending),
        (Relation::None, _) => None,
    }
}
