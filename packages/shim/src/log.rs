//! The writing end of the run log.
//!
//! A record stands whole or not at all: what a full disk let through of one is cut off again. The
//! first time that happens the reserve is given up, so that the end of the run can still be told.

use std::{
    fs::{self, File},
    io::{self, IoSlice, Write},
    os::unix::fs::OpenOptionsExt,
    time::{Duration, Instant},
};

use serde::Serialize;
use shim::{
    record::{self, Kind},
    spec,
};

/// How long a written byte may wait for the disk itself; what `write` took survives any process.
const SYNC_EVERY: Duration = Duration::from_secs(1);

pub struct Log {
    file: File,
    length: u64,
    dirty_since: Option<Instant>,
    /// No more than the reserve is left: only what the shim itself has to say is written.
    pub full: bool,
}

impl Log {
    pub fn create() -> io::Result<Self> {
        let file = fs::OpenOptions::new().create_new(true).append(true).mode(0o600).open(spec::LOG_FILE)?;
        fs::write(spec::RESERVE_FILE, vec![0xa5; spec::RESERVE_BYTES])?;
        Ok(Self { file, length: 0, dirty_since: None, full: false })
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// False when the disk had no room; then the payload is not in the log and [`Log::full`] is set.
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> io::Result<bool> {
        let (monotonic, wall) = (clock(rustix::time::ClockId::Monotonic), clock(rustix::time::ClockId::Realtime));
        let head = record::header(kind, monotonic, wall, payload);
        match self.write_whole(&head, payload) {
            Ok(()) => {
                self.length += (head.len() + payload.len()) as u64;
                self.dirty_since.get_or_insert_with(Instant::now);
                Ok(true)
            }
            Err(error) => {
                self.file.set_len(self.length)?;
                if !no_room(&error) {
                    return Err(error);
                }
                if !self.full {
                    self.full = true;
                    let _ = fs::remove_file(spec::RESERVE_FILE);
                }
                Ok(false)
            }
        }
    }

    pub fn append_json(&mut self, kind: Kind, value: &impl Serialize) -> io::Result<()> {
        let payload = serde_json::to_vec(value)?;
        if !self.append(kind, &payload)? {
            // The reserve has been given up by now, so this is the try that counts.
            self.append(kind, &payload)?;
        }
        Ok(())
    }

    /// When [`Log::sync`] is due.
    pub fn sync_at(&self) -> Option<Instant> {
        self.dirty_since.map(|since| since + SYNC_EVERY)
    }

    pub fn sync(&mut self) {
        // A disk that cannot sync will fail the next write, which is handled.
        let _ = self.file.sync_data();
        self.dirty_since = None;
    }

    fn write_whole(&mut self, head: &[u8], payload: &[u8]) -> io::Result<()> {
        let total = head.len() + payload.len();
        let mut written = 0;
        while written < total {
            let result = if written < head.len() {
                self.file.write_vectored(&[IoSlice::new(&head[written..]), IoSlice::new(payload)])
            } else {
                self.file.write(&payload[written - head.len()..])
            };
            match result {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn no_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge | io::ErrorKind::WriteZero
    )
}

fn clock(id: rustix::time::ClockId) -> u64 {
    let now = rustix::time::clock_gettime(id);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
