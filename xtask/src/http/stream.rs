//! The reader of server-sent events, the same for the product and the floor: from a blocking socket,
//! each event with the time at which the read that completed it returned.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::bail;

use super::{Refused, chunked::Chunked, connect, read_body, read_head};

pub struct EventStream {
    connection: TcpStream,
    coding: Option<Chunked>,
    body: Vec<u8>,
    /// Nanoseconds since 1970 when the head of the answer was here.
    pub opened_at: u64,
}

pub struct Event<'a> {
    /// Empty where there is none.
    pub id: &'a str,
    pub name: &'a str,
    pub data: &'a str,
    /// Nanoseconds since 1970.
    pub arrived_at: u64,
}

impl EventStream {
    /// Sends `request` and waits for the head of its answer; [`Refused`] when that is no success.
    pub fn open(address: SocketAddr, request: &[u8]) -> anyhow::Result<Self> {
        let mut connection = connect(address)?;
        connection.write_all(request)?;
        let head = read_head(&mut connection)?;
        let opened_at = now_ns();
        if head.status != 200 {
            let status = head.status;
            let body = read_body(&mut connection, head)?;
            bail!(Refused { status, body: String::from_utf8_lossy(&body).into_owned() });
        }
        let mut stream = Self { connection, coding: head.chunked.then(Chunked::default), body: Vec::new(), opened_at };
        stream.take(&head.rest)?;
        Ok(stream)
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
                if !each(Event { id: field("id: "), name: field("event: "), data: field("data: "), arrived_at })? {
                    self.body.drain(..used);
                    return Ok(());
                }
            }
            self.body.drain(..used);
            if self.ended() {
                bail!("a stream ended before its last event");
            }
            let count = self.connection.read(&mut buffer)?;
            // Before anything is parsed.
            arrived_at = now_ns();
            if count == 0 {
                bail!("a stream ended before its last event");
            }
            self.take(&buffer[..count])?;
        }
    }

    /// Reads to the end of the answer and gives what came of it.
    pub fn rest(&mut self) -> anyhow::Result<String> {
        let mut buffer = vec![0; 4096];
        while !self.ended() {
            let count = self.connection.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.take(&buffer[..count])?;
        }
        Ok(String::from_utf8_lossy(&self.body).into_owned())
    }

    fn ended(&self) -> bool {
        self.coding.as_ref().is_some_and(Chunked::ended)
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
