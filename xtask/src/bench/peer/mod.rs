//! A peer, measured through the same compiled reader and with the same stand-in as the product.

mod description;

use std::{
    collections::HashSet,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::Value;

use super::prompt::Prompt;
use crate::{
    http::{self, Client, EventStream, now_ns},
    program::process,
};
use description::{Description, Request, Values};

const START_LIMIT: Duration = Duration::from_secs(60);

pub struct Peer {
    description: Description,
    values: Values,
    address: SocketAddr,
    child: Child,
}

/// One run, read to its end.
pub struct Read {
    pub delays: Vec<u64>,
    /// Nanoseconds from the request to the last event.
    pub took: u64,
    /// Chunks that never came: a figure of a peer, where with the product it is an error.
    pub lost: u64,
}

impl Peer {
    pub fn start(description: &Path, program: &Path, home: &Path) -> anyhow::Result<Self> {
        let description = Description::read(description)?;
        let bin = home.join("bin");
        fs::create_dir_all(&bin)?;
        let agent = bin.join("cursor-agent");
        // Whatever a peer asks for, it gets the text as it is written.
        let words = "demo-agent --trust --stream-partial-output";
        fs::write(&agent, format!("#!/bin/sh\nexec '{}' {words} \"$@\"\n", program.display()))?;
        fs::set_permissions(&agent, fs::Permissions::from_mode(0o700))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut values = Values::default();
        values.set("port", port.to_string());
        values.set("home", home.to_string_lossy());
        values.set("bin", bin.to_string_lossy());
        values.set("path", std::env::var("PATH").unwrap_or_default());
        let words: Vec<String> = description.start.iter().map(|word| values.fill(word)).collect();
        let (server, arguments) = words.split_first().context("`start` is empty")?;
        let mut command = Command::new(server);
        command.args(arguments).env_clear().env("HOME", home).current_dir(home).stdin(Stdio::null());
        command.envs(description.environment.iter().map(|(name, value)| (name, values.fill(value))));
        let log = fs::File::create(home.join("peer.log"))?;
        let child = command.stdout(log.try_clone()?).stderr(log).spawn().with_context(|| server.clone())?;
        let mut peer = Self { description, values, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), child };
        peer.await_ready().with_context(|| fs::read_to_string(home.join("peer.log")).unwrap_or_default())?;
        for index in 0..peer.description.prepare.len() {
            let (kept, answer) = peer.ask(&peer.description.prepare[index], &peer.values)?;
            peer.values = kept.with_context(|| format!("`prepare` was answered {answer}"))?;
        }
        Ok(peer)
    }

    pub fn name(&self) -> &str {
        &self.description.name
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.pid()).context("the peer is gone")
    }

    /// A run, read to its end. Each stamp of the text is to come; what comes again is left out.
    pub fn run(&self, prompt: Prompt) -> anyhow::Result<Read> {
        let mut values = self.values.clone();
        values.set("prompt", prompt.text());
        let asked_at = now_ns();
        let mut stream = match &self.description.stream {
            None => self.open(&self.description.create, &values)?,
            Some(request) => {
                let (kept, answer) = self.ask(&self.description.create, &values)?;
                self.open(request, &kept.with_context(|| format!("`create` was answered {answer}"))?)?
            }
        };
        let (mut delays, mut numbers, mut last, mut chunks, mut done_at) = (Vec::new(), HashSet::new(), 0, 0, 0);
        let opened_at = stream.opened_at;
        stream.follow(|event| {
            let data = data_of(event.data);
            for word in self.description.text_of(&data).unwrap_or_default().split_ascii_whitespace() {
                let Ok(number) = word.parse::<u64>() else { continue };
                // Stamps rise; the whole text at the end says them all again.
                if prompt.is_stamped() && number > last {
                    (last, chunks) = (number, chunks + 1);
                    if number >= opened_at {
                        delays.push(event.arrived_at.saturating_sub(number));
                    }
                } else if !prompt.is_stamped() && numbers.insert(number) {
                    chunks += 1;
                }
            }
            done_at = event.arrived_at;
            Ok(!self.description.is_done(&data))
        })?;
        if chunks == 0 {
            bail!("no chunk of {} arrived", prompt.chunks());
        }
        Ok(Read { delays, took: done_at - asked_at, lost: prompt.chunks().saturating_sub(chunks) })
    }

    /// The values with what is kept of the answer, where all of it was there; and the answer.
    fn ask(&self, request: &Request, values: &Values) -> anyhow::Result<(Option<Values>, String)> {
        let headers: Vec<(String, String)> = filled(request, values);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = request.body.as_ref().map(|body| values.fill_json(body));
        let mut client = Client::connect(self.address, "")?;
        let answer = client.answer(&request.method, &values.fill(&request.path), &headers, body.as_ref())?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if !(200..300).contains(&answer.status) {
            bail!("{} {} was answered {} {text}", request.method, request.path, answer.status);
        }
        let data: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let mut kept = values.clone();
        for (name, pointer) in &request.keep {
            match data.pointer(pointer) {
                Some(Value::String(value)) => kept.set(name, value),
                Some(value) => kept.set(name, value.to_string()),
                None => return Ok((None, text)),
            }
        }
        Ok((Some(kept), text))
    }

    fn open(&self, request: &Request, values: &Values) -> anyhow::Result<EventStream> {
        let headers: Vec<(String, String)> = filled(request, values);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let body = request.body.as_ref().map(|body| values.fill_json(body));
        let path = values.fill(&request.path);
        EventStream::open(self.address, &http::request_with(&request.method, &path, self.address, "", &headers, body.as_ref()))
    }

    fn await_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let answer =
                Client::connect(self.address, "").and_then(|mut client| client.request("GET", &self.description.ready, None));
            match answer {
                Ok(_) => return Ok(()),
                Err(error) if begun.elapsed() > START_LIMIT => return Err(error.context("it is not ready in time")),
                Err(_) if self.child.try_wait()?.is_some() => bail!("it ended"),
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

/// Some put JSON into a string of JSON.
fn data_of(text: &str) -> Value {
    match serde_json::from_str(text).unwrap_or_default() {
        Value::String(inner) => serde_json::from_str(&inner).unwrap_or(Value::String(inner)),
        data => data,
    }
}

fn filled(request: &Request, values: &Values) -> Vec<(String, String)> {
    request.headers.iter().map(|(name, value)| (name.clone(), values.fill(value))).collect()
}

impl Drop for Peer {
    fn drop(&mut self) {
        // What was started here ends with it, however it takes that.
        process::terminate(self.pid());
        thread::sleep(Duration::from_millis(500));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
