//! Where a webhook enters: the door the server knocks at, opened by whatever makes an event durable.

/// Takes the body of a webhook whose sender has been let in.
pub trait Inlet: Send + Sync {
    /// Makes one body durable and then calls `done` exactly once, from any thread. Returns at once: it never waits for
    /// the disk or for room in a queue (no room is `Accepted::Full`, said immediately).
    fn accept(&self, body: &[u8], done: Box<dyn FnOnce(Accepted) + Send>);
}

/// What became of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is on the disk, or already consumed; it survives a crash from here on.
    Durable,
    /// The same event was durable before; nothing was written.
    Duplicate,
    /// It is no webhook; the reason, for people. Nothing was written.
    Unreadable(String),
    /// There is no room now; the sender should come again. Nothing was written.
    Full,
    /// It could not be made durable; the reason, for people.
    Failed(String),
}
