//! A minimal HTTP/1.1 client over one blocking connection to loopback, which stays open.

mod chunked;
mod stream;

use std::{
    fmt,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::Value;

use chunked::Chunked;
pub use stream::{Event, EventStream, now_ns};

/// Nothing that is measured takes as long; heartbeats come every 4 s on a stream.
const TIMEOUT: Duration = Duration::from_secs(30);

pub struct Client {
    connection: TcpStream,
    address: SocketAddr,
    key: String,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// An answer that is no success.
#[derive(Debug)]
pub struct Refused {
    pub status: u16,
    pub body: String,
}

/// The head of an answer, and what came of its body with it.
struct Head {
    status: u16,
    chunked: bool,
    length: usize,
    rest: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr, key: &str) -> anyhow::Result<Self> {
        Ok(Self { connection: connect(address)?, address, key: key.to_owned() })
    }

    /// Fails only when there is no answer.
    pub fn answer(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> anyhow::Result<Answer> {
        self.connection.write_all(&request_with(method, path, self.address, &self.key, headers, body))?;
        let head = read_head(&mut self.connection)?;
        Ok(Answer { status: head.status, body: read_body(&mut self.connection, head)? })
    }

    /// The body of a successful answer.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Vec<u8>> {
        let Answer { status, body } = self.answer(method, path, &[], body)?;
        if !(200..300).contains(&status) {
            return Err(Refused { status, body: String::from_utf8_lossy(&body).into_owned() })
                .context(format!("{method} {path}"));
        }
        Ok(body)
    }

    pub fn json(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let answer = self.request(method, path, body)?;
        serde_json::from_slice(&answer).with_context(|| format!("the answer to {method} {path}"))
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answered {} {}", self.status, self.body)
    }
}

impl std::error::Error for Refused {}

/// Whoever connects to a port of loopback on which nobody listens may be connected to itself, when the
/// kernel happens to choose that very port for the other end; that is no server.
pub fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let connection = TcpStream::connect(address)?;
    if connection.local_addr()? == connection.peer_addr()? {
        return Err(io::Error::from(io::ErrorKind::ConnectionRefused).into());
    }
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    Ok(connection)
}

/// A request, whole, so that it leaves in one write.
pub fn request(method: &str, path: &str, address: SocketAddr, key: &str, body: Option<&Value>) -> Vec<u8> {
    request_with(method, path, address, key, &[], body)
}

pub fn request_with(
    method: &str,
    path: &str,
    address: SocketAddr,
    key: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Vec<u8> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    if !key.is_empty() {
        head.push_str(&format!("authorization: Bearer {key}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    format!("{head}\r\n{body}").into_bytes()
}

fn read_head(connection: &mut TcpStream) -> anyhow::Result<Head> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            bail!("the connection was closed before an answer");
        }
        bytes.extend_from_slice(&buffer[..count]);
    };
    let text = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = text.split_ascii_whitespace().nth(1).and_then(|word| word.parse().ok()).context("an answer without a status")?;
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let length = value("content-length:").and_then(|value| value.parse().ok()).unwrap_or_default();
    Ok(Head { status, chunked: value("transfer-encoding:") == Some("chunked"), length, rest: bytes.split_off(end + 4) })
}

fn read_body(connection: &mut TcpStream, head: Head) -> anyhow::Result<Vec<u8>> {
    if !head.chunked {
        let mut body = head.rest;
        let have = body.len();
        body.resize(head.length, 0);
        if let Some(missing) = body.get_mut(have..) {
            connection.read_exact(missing)?;
        }
        return Ok(body);
    }
    let (mut chunked, mut body, mut buffer) = (Chunked::default(), Vec::new(), vec![0; 64 * 1024]);
    chunked.take(&head.rest, &mut body)?;
    while !chunked.ended() {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            bail!("an answer is cut");
        }
        chunked.take(&buffer[..count], &mut body)?;
    }
    Ok(body)
}
