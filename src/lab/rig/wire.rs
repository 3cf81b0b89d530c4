//! The wire between the engine and the sandbox: passes bytes on, writes down when each call began and was answered, and
//! is a little slow, as networks are. A caller that dies in the middle does not call its request back.

use crate::lab::LabFault;
use crate::lab::rig::told;
use crate::model::id::draw;
use crate::model::time::Timestamp;
use crate::runtime::clock::wall_now;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// The slowest way of a call, each direction, in microseconds.
const WAY_US_MAX: u64 = 8_000;
/// Between two looks at whether answers are still held back.
const HELD_LOOK: Duration = Duration::from_millis(5);
/// What is read at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// A dead caller's request is seen to its end for so long.
const AFTERMATH: Duration = Duration::from_millis(500);

/// A call that may change something at the far side. Reads are not written down.
#[derive(Debug, Clone)]
pub struct Call {
    /// Wall time at which its first byte was seen.
    pub begun_at: Timestamp,
    /// Wall time at which the first byte of the answer reached the caller.
    pub answered_at: Option<Timestamp>,
    /// What the caller sent.
    pub sent: String,
    /// The connection broke before an answer.
    pub is_given_up: bool,
}

/// What went over the wire so far.
#[derive(Clone, Default)]
pub struct Wire {
    calls: Arc<Mutex<Vec<Call>>>,
    is_held: Arc<AtomicBool>,
}

impl Wire {
    /// Listens at one address and passes everything on to the other.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(at: SocketAddr, to: SocketAddr, seed: u64) -> Result<Self, LabFault> {
        let listener = TcpListener::bind(at).await.map_err(told(format!("cannot listen on {at}")))?;
        let wire = Self::default();
        let kept = wire.clone();
        tokio::spawn(async move {
            let mut nth = 0_u64;
            loop {
                // A connection that is gone before it was taken is no loss.
                let Ok((near, _)) = listener.accept().await else { continue };
                nth += 1;
                let line = Line {
                    calls: kept.clone(),
                    seed: draw(&[b"wire", &seed.to_le_bytes(), &nth.to_le_bytes()]),
                    nth: 0,
                    open: None,
                };
                tokio::spawn(line.serve(near, to));
            }
        });
        Ok(wire)
    }

    /// Every call so far, in the order of their beginnings.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Holds the answers of calls back, or lets them go on.
    pub fn hold(&self, is_held: bool) {
        self.is_held.store(is_held, Ordering::Relaxed);
    }

    /// Has a call reached the far side whose caller still waits?
    pub fn is_calling(&self) -> bool {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|call| call.answered_at.is_none() && !call.is_given_up)
    }

    fn gave_up(&self, nth: usize) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(nth) {
            call.is_given_up = true;
        }
    }

    fn began(&self, sent: &[u8]) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call {
            begun_at: wall_now(),
            answered_at: None,
            is_given_up: false,
            sent: String::from_utf8_lossy(sent).into_owned(),
        });
        calls.len() - 1
    }

    fn went_on(&self, nth: usize, sent: &[u8]) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(nth) {
            call.sent.push_str(&String::from_utf8_lossy(sent));
        }
    }

    fn answered(&self, nth: usize) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(nth) {
            call.answered_at.get_or_insert_with(wall_now);
        }
    }
}

/// One connection.
struct Line {
    calls: Wire,
    seed: u64,
    nth: u64,
    /// The call that waits for its answer.
    open: Option<usize>,
}

impl Line {
    async fn serve(mut self, near: TcpStream, to: SocketAddr) {
        // Broken off by either end: that is what a wire does.
        drop(self.carry(near, to).await);
        self.open.into_iter().for_each(|nth| self.calls.gave_up(nth));
    }

    async fn carry(&mut self, mut near: TcpStream, to: SocketAddr) -> std::io::Result<()> {
        let mut far = TcpStream::connect(to).await?;
        near.set_nodelay(true)?;
        far.set_nodelay(true)?;
        let (mut asked, mut answered) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
        loop {
            tokio::select! {
                read = near.read(&mut asked) => match read {
                    Ok(0) | Err(_) => return self.aftermath(&mut far).await,
                    Ok(read) => {
                        let chunk = asked.get(..read).unwrap_or_default();
                        self.asked(chunk).await;
                        far.write_all(chunk).await?;
                    }
                },
                read = far.read(&mut answered) => {
                    let read = read?;
                    if read == 0 {
                        return Ok(());
                    }
                    if self.open.is_some() {
                        self.dawdle().await;
                        self.wait_while_held(&mut near).await?;
                    }
                    near.write_all(answered.get(..read).unwrap_or_default()).await?;
                    self.open.take().into_iter().for_each(|nth| self.calls.answered(nth));
                },
            }
        }
    }

    async fn asked(&mut self, chunk: &[u8]) {
        let is_change = [&b"POST /"[..], b"DELETE /", b"PUT /", b"PATCH /"].iter().any(|verb| chunk.starts_with(verb));
        match self.open {
            None if is_change => {
                self.open = Some(self.calls.began(chunk));
                self.dawdle().await;
            }
            Some(open) => self.calls.went_on(open, chunk),
            None => {}
        }
    }

    /// The caller is gone. What it asked reaches the far side all the same.
    async fn aftermath(&self, far: &mut TcpStream) -> std::io::Result<()> {
        if self.open.is_some() {
            // Whatever the answer is, nobody hears it.
            drop(timeout(AFTERMATH, far.read(&mut [0; CHUNK_BYTES])).await);
        }
        Ok(())
    }

    /// A caller that hangs up meanwhile is noticed.
    async fn wait_while_held(&self, near: &mut TcpStream) -> std::io::Result<()> {
        while self.calls.is_held.load(Ordering::Relaxed) {
            if let Ok(read) = timeout(HELD_LOOK, near.read(&mut [0; 1])).await
                && read? == 0
            {
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
        }
        Ok(())
    }

    async fn dawdle(&mut self) {
        self.nth += 1;
        sleep(Duration::from_micros(draw(&[b"way", &self.seed.to_le_bytes(), &self.nth.to_le_bytes()]) % WAY_US_MAX)).await;
    }
}
