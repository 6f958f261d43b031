//! Starts the floor and runs prompts on it.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Context;
use serde_json::Value;

use super::{prompt::Prompt, recording::Recording};
use crate::{
    http::{self, EventStream, now_ns},
    program::process,
};

pub struct Floor {
    child: Child,
    address: SocketAddr,
}

impl Floor {
    pub fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command.arg(super::FLOOR_SERVER).arg(program).arg(directory).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no pipe")?).read_line(&mut line)?;
        Ok(Self { child, address: line.trim().parse().context("the floor's address")? })
    }

    /// One run, read to its end, and when it was asked for.
    pub fn run(&self, prompt: Prompt) -> anyhow::Result<(Recording, u64)> {
        let request = http::request("POST", "/", self.address, "", Some(&Value::String(prompt.text())));
        let asked_at = now_ns();
        let mut stream = EventStream::open(self.address, &request)?;
        Ok((Recording::of(&mut stream, prompt)?, asked_at))
    }

    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.child.id() as i32).context("the floor is gone")
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        // It has no run left and nothing to keep.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
