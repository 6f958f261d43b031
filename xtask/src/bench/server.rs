//! A server of the product in a data directory of its own, and what is asked of it.
//!
//! When it is dropped, its runs are ended first and it itself after them.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::{
    http::{self, Client},
    process,
    prompt::Prompt,
    reader::{Reader, now_ns},
    recording::Recording,
};

/// What the server says on standard error.
const LOG: &str = "server.log";

const END_LIMIT: Duration = Duration::from_secs(10);

pub struct Server {
    program: PathBuf,
    home: PathBuf,
    child: Child,
    /// Kept open: the server has more to say than its address.
    _output: BufReader<ChildStdout>,
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
    /// `home` holds the data directory and stands for the user's home, so that nothing of theirs is touched.
    pub fn start(program: &Path, home: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(home)?;
        let script = home.join("cursor-agent");
        fs::write(&script, format!("#!/bin/sh\nexec '{}' demo-agent \"$@\"\n", program.display()))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))?;
        let begun = Instant::now();
        let mut command = command(program, home, "serve");
        command.args(["--listen", "127.0.0.1:0", "--no-open", "--cursor-bin"]).arg(&script);
        let mut child = command.stdout(Stdio::piped()).stderr(fs::File::create(home.join(LOG))?).spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("no pipe")?);
        let link = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()));
        let address: SocketAddr = link.context("the server said no address")?.parse()?;
        Client::connect(address, "")?.request("GET", "/healthz", None)?;
        let answered_after = begun.elapsed();
        let mut server = Self {
            program: program.to_owned(),
            home: home.to_owned(),
            child,
            _output: output,
            address,
            key: String::new(),
            answered_after,
        };
        server.key = server.make_key()?;
        Ok(server)
    }

    fn make_key(&self) -> anyhow::Result<String> {
        let mut command = command(&self.program, &self.home, "keys");
        let output = command.args(["create", "--name", "bench"]).output()?;
        let text = String::from_utf8(output.stdout)?;
        text.lines().last().map(str::to_owned).context("no key was made")
    }

    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    pub fn data(&self) -> PathBuf {
        data(&self.home)
    }

    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.pid()).context("the server is gone")
    }

    pub fn client(&self) -> anyhow::Result<Client> {
        Client::connect(self.address, &self.key)
    }

    /// A new chat with a first prompt.
    pub fn prompt(&self, client: &mut Client, prompt: Prompt) -> anyhow::Result<Run> {
        self.ask(client, "/v1/agents", json!({ "prompt": { "text": prompt.text() }, "driver": "demo" }))
    }

    pub fn follow_up(&self, client: &mut Client, agent: &str, prompt: Prompt) -> anyhow::Result<Run> {
        self.ask(client, &format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": prompt.text() } }))
    }

    fn ask(&self, client: &mut Client, path: &str, body: Value) -> anyhow::Result<Run> {
        let asked_at = now_ns();
        let answer = client.json("POST", path, Some(&body))?;
        let accepted_at = now_ns();
        let text = |name: &str| answer["run"][name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {answer}"));
        Ok(Run { agent: text("agentId")?, run: text("id")?, asked_at, accepted_at })
    }

    pub fn stream(&self, run: &Run) -> anyhow::Result<Reader> {
        let path = format!("/v1/agents/{}/runs/{}/stream", run.agent, run.run);
        Reader::open(self.address, &http::request("GET", &path, self.address, &self.key, None))
    }

    /// One run in a new chat, read to its end, with its text compared to what is stored.
    pub fn run(&self, prompt: Prompt) -> anyhow::Result<(Recording, Run)> {
        let mut client = self.client()?;
        let run = self.prompt(&mut client, prompt)?;
        let recording = Recording::of(&mut self.stream(&run)?, prompt)?;
        self.check_stored(&mut client, &run, &recording.text)?;
        Ok((recording, run))
    }

    /// Fails unless the chat has the text of `run` whole.
    pub fn check_stored(&self, client: &mut Client, run: &Run, text: &str) -> anyhow::Result<()> {
        let steps = client.json("GET", &format!("/v1/agents/{}/steps?limit=100", run.agent), None)?;
        let items = steps["items"].as_array().context("no steps")?;
        let stored = items.iter().rev().filter(|step| step["type"] == "assistant_message" && step["runId"] == run.run.as_str());
        let stored: String = stored.filter_map(|step| step["text"].as_str()).collect();
        if stored != text {
            bail!("{} bytes are stored of {} that were streamed, or others", stored.len(), text.len());
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever fails here, the rest is still tried: nothing of the bench may go on after it.
        let _ = command(&self.program, &self.home, "stop").arg("--all").stdout(Stdio::null()).status();
        process::terminate(self.pid());
        let begun = Instant::now();
        while begun.elapsed() < END_LIMIT && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        for line in fs::read_to_string(self.home.join(LOG)).unwrap_or_default().lines() {
            if !line.starts_with("Stopping") {
                eprintln!("server: {line}");
            }
        }
    }
}

pub fn data(home: &Path) -> PathBuf {
    home.join("data")
}

fn command(program: &Path, home: &Path, word: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(word);
    command.env_clear().env("HOME", home).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("CURSOR_SELFHOST_DATA_DIR", data(home)).stdin(Stdio::null());
    command
}
