//! What you type: one file a verb.
