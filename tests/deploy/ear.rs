//! Hears what systemd would hear: a datagram socket as `NOTIFY_SOCKET`.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::Duration;

/// Nobody speaks for so long: the test has failed.
const SILENCE: Duration = Duration::from_secs(120);

pub struct Ear {
    socket: UnixDatagram,
    folder: tempfile::TempDir,
}

impl Ear {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        Self { socket, folder }
    }

    /// The variable's value.
    pub fn address(&self) -> String {
        let path: PathBuf = self.folder.path().join("notify");
        path.to_str().unwrap().to_owned()
    }

    /// Waits for a message with that line; the lines of all messages up to there.
    #[track_caller]
    pub fn until(&self, line: &str) -> Vec<String> {
        self.socket.set_nonblocking(false).unwrap();
        self.socket.set_read_timeout(Some(SILENCE)).unwrap();
        let mut heard = Vec::new();
        while !heard.iter().any(|said| said == line) {
            heard.extend(self.message().unwrap_or_else(|| panic!("never heard {line}: {heard:?}")));
        }
        heard
    }

    /// What was said already and not heard yet.
    pub fn rest(&self) -> Vec<String> {
        self.socket.set_nonblocking(true).unwrap();
        std::iter::from_fn(|| self.message()).flatten().collect()
    }

    fn message(&self) -> Option<Vec<String>> {
        let mut bytes = [0; 4096];
        let length = self.socket.recv(&mut bytes).ok()?;
        Some(String::from_utf8(bytes[..length].to_vec()).unwrap().lines().map(str::to_owned).collect())
    }
}
