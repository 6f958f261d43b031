//! A minimal HTTP/1.1 client over one blocking connection to loopback, which stays open.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::chunked::Chunked;

/// Nothing that is measured takes as long; heartbeats come every 4 s on a stream.
const TIMEOUT: Duration = Duration::from_secs(30);

pub struct Client {
    connection: TcpStream,
    address: SocketAddr,
    key: String,
}

/// The head of an answer, and what came of its body with it.
pub struct Head {
    pub status: u16,
    pub chunked: bool,
    length: usize,
    pub rest: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr, key: &str) -> anyhow::Result<Self> {
        Ok(Self { connection: connect(address)?, address, key: key.to_owned() })
    }

    /// The body of a successful answer.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Vec<u8>> {
        self.connection.write_all(&request(method, path, self.address, &self.key, body))?;
        let head = read_head(&mut self.connection)?;
        let mut answer = Vec::new();
        if head.chunked {
            let (mut chunked, mut buffer) = (Chunked::default(), vec![0; 64 * 1024]);
            chunked.take(&head.rest, &mut answer)?;
            while !chunked.ended() {
                let count = self.connection.read(&mut buffer)?;
                if count == 0 {
                    bail!("the answer to {method} {path} is cut");
                }
                chunked.take(&buffer[..count], &mut answer)?;
            }
        } else {
            answer = head.rest;
            let have = answer.len();
            answer.resize(head.length, 0);
            if let Some(missing) = answer.get_mut(have..) {
                self.connection.read_exact(missing)?;
            }
        }
        if !(200..300).contains(&head.status) {
            bail!("{method} {path}: {} {}", head.status, String::from_utf8_lossy(&answer));
        }
        Ok(answer)
    }

    pub fn json(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let answer = self.request(method, path, body)?;
        serde_json::from_slice(&answer).with_context(|| format!("the answer to {method} {path}"))
    }
}

pub fn connect(address: SocketAddr) -> anyhow::Result<TcpStream> {
    let connection = TcpStream::connect(address)?;
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(TIMEOUT))?;
    connection.set_write_timeout(Some(TIMEOUT))?;
    Ok(connection)
}

/// A request, whole, so that it leaves in one write.
pub fn request(method: &str, path: &str, address: SocketAddr, key: &str, body: Option<&Value>) -> Vec<u8> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    if !key.is_empty() {
        head.push_str(&format!("authorization: Bearer {key}\r\n"));
    }
    if !body.is_empty() {
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    format!("{head}\r\n{body}").into_bytes()
}

pub fn read_head(connection: &mut TcpStream) -> anyhow::Result<Head> {
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
