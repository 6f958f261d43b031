//! A server of the product in a data directory of its own, and what is asked of it.
//!
//! When it is dropped, its runs are ended first and it itself after them; one that was killed leaves
//! its runs to whoever starts the next.

use std::{
    fs,
    io::BufReader,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::{Place, process};
use crate::http::{self, Client, EventStream, now_ns};

/// More of it says nothing new.
const MOST_SHOWN: usize = 5;

const END_LIMIT: Duration = Duration::from_secs(10);

pub struct Server {
    place: Place,
    child: Child,
    /// Kept open: the server has more to say than its address.
    _output: BufReader<ChildStdout>,
    /// It is gone, and its runs are somebody else's.
    ended: bool,
    pub address: SocketAddr,
    pub key: String,
    /// From before it was spawned to its first answer.
    pub answered_after: Duration,
}

/// A run that was asked for.
#[derive(Clone, Debug)]
pub struct Run {
    pub agent: String,
    pub run: String,
    /// Nanoseconds since 1970, before the request was sent and after its answer was here.
    pub asked_at: u64,
    pub accepted_at: u64,
}

impl Server {
    pub fn new(
        place: Place,
        child: Child,
        output: BufReader<ChildStdout>,
        address: SocketAddr,
        key: String,
        answered_after: Duration,
    ) -> Self {
        Self { place, child, _output: output, ended: false, address, key, answered_after }
    }

    pub fn start(program: &Path, home: &Path) -> anyhow::Result<Self> {
        Place::new(program, home)?.serve()
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn data(&self) -> PathBuf {
        self.place.data()
    }

    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.pid()).context("the server is gone")
    }

    pub fn client(&self) -> anyhow::Result<Client> {
        Client::connect(self.address, &self.key)
    }

    /// A new chat with a first prompt.
    pub fn prompt(&self, client: &mut Client, text: &str) -> anyhow::Result<Run> {
        self.prompt_to(client, "demo", text)
    }

    pub fn prompt_to(&self, client: &mut Client, driver: &str, text: &str) -> anyhow::Result<Run> {
        self.ask(client, "/v1/agents", json!({ "prompt": { "text": text }, "driver": driver }))
    }

    /// A new chat in a workspace that `field` of the request chooses.
    pub fn prompt_in(&self, client: &mut Client, text: &str, field: &str, choice: Value) -> anyhow::Result<Run> {
        self.ask(client, "/v1/agents", json!({ "prompt": { "text": text }, "driver": "demo", (field): choice }))
    }

    /// All runs are to go on at once. False where there is no such limit, nor what came with it.
    pub fn lift_limits(&self) -> anyhow::Result<bool> {
        let body = json!({ "concurrentRuns": 1000 });
        let answer = self.client()?.answer("PATCH", "/v1/limits", &[], Some(&body))?;
        match answer.status {
            200 => Ok(true),
            404 | 405 => Ok(false),
            status => bail!("PATCH /v1/limits was answered {status} {}", String::from_utf8_lossy(&answer.body)),
        }
    }

    pub fn follow_up(&self, client: &mut Client, agent: &str, text: &str) -> anyhow::Result<Run> {
        self.ask(client, &format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": text } }))
    }

    fn ask(&self, client: &mut Client, path: &str, body: Value) -> anyhow::Result<Run> {
        let asked_at = now_ns();
        let answer = client.json("POST", path, Some(&body))?;
        let accepted_at = now_ns();
        let text = |name: &str| answer["run"][name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {answer}"));
        Ok(Run { agent: text("agentId")?, run: text("id")?, asked_at, accepted_at })
    }

    pub fn stream(&self, run: &Run) -> anyhow::Result<EventStream> {
        let path = format!("/v1/agents/{}/runs/{}/stream", run.agent, run.run);
        EventStream::open(self.address, &http::request("GET", &path, self.address, &self.key, None))
    }

    /// Runs go on.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.ended = true;
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, and gives how it did and after what time. Runs go on.
    pub fn terminate(mut self, limit: Duration) -> anyhow::Result<(ExitStatus, Duration)> {
        self.ended = true;
        let begun = Instant::now();
        process::terminate(self.pid());
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok((status, begun.elapsed()));
            }
            if begun.elapsed() > limit {
                self.child.kill()?;
                self.child.wait()?;
                bail!("the server did not end within {limit:?}");
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Whatever fails here, the rest is still tried: nothing that was started here may go on after it.
        self.place.stop_all();
        process::terminate(self.pid());
        let begun = Instant::now();
        while begun.elapsed() < END_LIMIT && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let said = fs::read_to_string(self.place.log()).unwrap_or_default();
        let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("Stopping")).collect();
        for line in lines.iter().take(MOST_SHOWN) {
            eprintln!("server: {line}");
        }
        if lines.len() > MOST_SHOWN {
            eprintln!("server: … {} more lines", lines.len() - MOST_SHOWN);
        }
    }
}
