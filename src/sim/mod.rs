//! A pretend world: postpress and people, seeded.
