//! The floor: the least that a server can do between the stand-in and a reader.
//!
//! One thread a connection, a plain pipe, no log, no database. Whatever one read of the pipe gives is
//! sent in one write as the same events that the product sends. A process of its own, as the product is.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context, bail};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const LONGEST_PROMPT: usize = 1 << 20;

/// `PROGRAM DIRECTORY`; prints its address and serves until it is ended.
pub fn main(arguments: &[String]) -> anyhow::Result<()> {
    let [program, directory] = arguments else { bail!("usage: PROGRAM DIRECTORY") };
    let (program, directory) = (PathBuf::from(program), PathBuf::from(directory));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let runs = AtomicU64::new(0);
    thread::scope(|scope| {
        for connection in listener.incoming() {
            let home = directory.join(runs.fetch_add(1, Ordering::Relaxed).to_string());
            let program = &program;
            scope.spawn(move || {
                // A reader that goes away ends its run; it will not hear of it.
                let _ = connection.map_err(anyhow::Error::from).and_then(|connection| serve(connection, program, &home));
            });
        }
    });
    Ok(())
}

fn serve(mut connection: TcpStream, program: &Path, home: &Path) -> anyhow::Result<()> {
    connection.set_nodelay(true)?;
    connection.set_write_timeout(Some(Duration::from_secs(30)))?;
    let prompt = read_prompt(&connection)?;
    let mut command = stand_in(program, home)?;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(&prompt)?;
    }
    connection.write_all(HEAD)?;
    let relayed = child.stdout.take().context("no pipe").and_then(|mut output| relay(&mut output, &mut connection));
    if relayed.is_err() {
        child.kill()?;
    }
    child.wait()?;
    relayed?;
    let mut last = Vec::new();
    chunk(b"event: done\ndata: {}\n\n", &mut last);
    last.extend_from_slice(b"0\r\n\r\n");
    connection.write_all(&last)?;
    Ok(())
}

/// The product's own launch line and environment.
fn stand_in(program: &Path, home: &Path) -> anyhow::Result<Command> {
    let directories = ["workspace", "config", "data"].map(|name| home.join(name));
    for directory in &directories {
        fs::create_dir_all(directory)?;
    }
    let [workspace, config, data] = directories;
    let mut command = Command::new(program);
    command.args(["demo-agent", "-p", "--output-format", "stream-json", "--stream-partial-output", "--trust", "--force"]);
    command.args(["--model", "auto", "--workspace"]).arg(&workspace);
    command.arg("--resume=00000000-0000-4000-8000-000000000000").current_dir(&workspace);
    command.env("CURSOR_CONFIG_DIR", config).env("CURSOR_DATA_DIR", data);
    Ok(command)
}

fn relay(output: &mut impl Read, connection: &mut TcpStream) -> anyhow::Result<()> {
    let (mut buffer, mut lines, mut events, mut number) = (vec![0; 64 * 1024], Vec::new(), Vec::new(), 0u64);
    loop {
        let count = output.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        lines.extend_from_slice(&buffer[..count]);
        let Some(end) = lines.iter().rposition(|byte| *byte == b'\n') else { continue };
        events.clear();
        for line in lines[..end].split(|byte| *byte == b'\n') {
            event(line, &mut number, &mut events)?;
        }
        lines.drain(..=end);
        if !events.is_empty() {
            let mut piece = Vec::with_capacity(events.len() + 16);
            chunk(&events, &mut piece);
            connection.write_all(&piece)?;
        }
    }
}

/// The text of a delta is found and not parsed; other lines but the result are nothing to a reader.
fn event(line: &[u8], number: &mut u64, events: &mut Vec<u8>) -> std::io::Result<()> {
    let find = |wanted: &[u8]| line.windows(wanted.len()).position(|bytes| bytes == wanted);
    if line.starts_with(b"{\"type\":\"assistant\"") && line.len() < 4096 && find(b"\"timestamp_ms\"").is_some() {
        let text = find(b"\"text\":\"").map_or(0, |at| at + 8);
        let end = find(b"\"}]").unwrap_or(text);
        *number += 1;
        write!(events, "id: {number}\nevent: assistant\ndata: {{\"text\":\"")?;
        events.extend_from_slice(&line[text..end.max(text)]);
        events.extend_from_slice(b"\"}\n\n");
    } else if line.starts_with(b"{\"type\":\"result\"") {
        events.extend_from_slice(b"event: result\ndata: ");
        events.extend_from_slice(line);
        events.extend_from_slice(b"\n\n");
    }
    Ok(())
}

fn chunk(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn read_prompt(connection: &TcpStream) -> anyhow::Result<Vec<u8>> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            bail!("no request");
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    if length > LONGEST_PROMPT {
        bail!("a prompt of {length} bytes");
    }
    let mut prompt = vec![0; length];
    reader.read_exact(&mut prompt)?;
    // The body is JSON: one string.
    Ok(serde_json::from_slice::<String>(&prompt)?.into_bytes())
}
