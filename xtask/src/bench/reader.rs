//! The reader that measures, the same for the product and the floor: server-sent events from a
//! blocking socket, each with the time at which the read that completed it returned.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::bail;

use super::{chunked::Chunked, http};

pub struct Reader {
    connection: TcpStream,
    coding: Option<Chunked>,
    body: Vec<u8>,
    /// Nanoseconds since 1970 when the head of the answer was here.
    pub opened_at: u64,
}

pub struct Event<'a> {
    pub name: &'a str,
    pub data: &'a str,
    /// Nanoseconds since 1970.
    pub arrived_at: u64,
}

impl Reader {
    /// Sends `request` and waits for the head of its answer.
    pub fn open(address: SocketAddr, request: &[u8]) -> anyhow::Result<Self> {
        let mut connection = http::connect(address)?;
        connection.write_all(request)?;
        let head = http::read_head(&mut connection)?;
        let opened_at = now_ns();
        if head.status != 200 {
            bail!("a stream was answered {} {}", head.status, String::from_utf8_lossy(&head.rest));
        }
        let mut reader = Self { connection, coding: head.chunked.then(Chunked::default), body: Vec::new(), opened_at };
        reader.take(&head.rest)?;
        Ok(reader)
    }

    /// Gives every event to `each` until it returns false, or fails when the stream ends before.
    pub fn follow(&mut self, mut each: impl FnMut(Event<'_>) -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let mut buffer = vec![0; 256 * 1024];
        let mut arrived_at = self.opened_at;
        loop {
            let mut used = 0;
            while let Some(length) = self.body[used..].windows(2).position(|two| two == b"\n\n") {
                let event = std::str::from_utf8(&self.body[used..used + length])?;
                used += length + 2;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                if !each(Event { name: field("event: "), data: field("data: "), arrived_at })? {
                    return Ok(());
                }
            }
            self.body.drain(..used);
            let count = self.connection.read(&mut buffer)?;
            // Before anything is parsed.
            arrived_at = now_ns();
            if count == 0 {
                bail!("a stream ended before its last event");
            }
            self.take(&buffer[..count])?;
        }
    }

    fn take(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match &mut self.coding {
            Some(chunked) => chunked.take(bytes, &mut self.body),
            None => {
                self.body.extend_from_slice(bytes);
                Ok(())
            }
        }
    }
}

/// `CLOCK_REALTIME`, the clock of the stand-in's stamps.
pub fn now_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}
