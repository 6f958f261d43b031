//! A server of the product in a data directory of its own, and what is asked of it.
//!
//! When it is dropped, its runs are ended first and it itself after them; one that was killed leaves
//! its runs to whoever starts the next.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::process;
use crate::http::{self, Client, EventStream, now_ns};

/// What the server says on standard error.
const LOG: &str = "server.log";

/// More of it says nothing new.
const MOST_SHOWN: usize = 5;

const END_LIMIT: Duration = Duration::from_secs(10);

/// A program, and the directory that holds its data and stands for the user's home, so that nothing of
/// theirs is touched.
#[derive(Clone)]
pub struct Place {
    program: PathBuf,
    home: PathBuf,
    /// What the server starts for the Cursor CLI.
    cursor: PathBuf,
    open_files: Option<u64>,
}

/// A server that was spawned and has not answered yet.
pub struct Starting {
    place: Place,
    child: Child,
    begun: Instant,
}

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

impl Place {
    pub fn new(program: &Path, home: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(home)?;
        let cursor = home.join("cursor-agent");
        let place = Self { program: program.to_owned(), home: home.to_owned(), cursor, open_files: None };
        place.write_cursor("")?;
        Ok(place)
    }

    /// Print mode is `command`'s; version, login and models stay the demo agent's.
    pub fn print_mode_by(&self, command: &str) -> anyhow::Result<()> {
        self.write_cursor(&format!("case \" $* \" in *' -p '*) exec {command} ;; esac\n"))
    }

    /// The limit that a server of this place gets at its start.
    pub fn with_open_files(mut self, limit: u64) -> Self {
        self.open_files = Some(limit);
        self
    }

    fn write_cursor(&self, first: &str) -> anyhow::Result<()> {
        let script = format!("#!/bin/sh\n{first}exec '{}' demo-agent \"$@\"\n", self.program.display());
        fs::write(&self.cursor, script)?;
        Ok(fs::set_permissions(&self.cursor, fs::Permissions::from_mode(0o700))?)
    }

    /// A server with a key, on any port, that takes as many runs as there are.
    pub fn serve(&self) -> anyhow::Result<Server> {
        let mut server = self.spawn(0)?.answered(String::new())?;
        server.key = self.make_key()?;
        server.lift_limits()?;
        Ok(server)
    }

    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// What servers said on standard error, one after the other.
    pub fn log(&self) -> PathBuf {
        self.home.join(LOG)
    }

    /// Port 0 is any that is free.
    pub fn spawn(&self, port: u16) -> anyhow::Result<Starting> {
        let begun = Instant::now();
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log())?;
        let mut command = self.command("serve");
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--no-open", "--cursor-bin"]).arg(&self.cursor);
        if let Some(limit) = self.open_files {
            process::limit_open_files(&mut command, limit);
        }
        let child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        Ok(Starting { place: self.clone(), child, begun })
    }

    pub fn make_key(&self) -> anyhow::Result<String> {
        let output = self.command("keys").args(["create", "--name", "xtask"]).output()?;
        let text = String::from_utf8(output.stdout)?;
        text.lines().last().map(str::to_owned).context("no key was made")
    }

    /// Ends all runs, with a server or without.
    pub fn stop_all(&self) {
        // Whoever calls this is on the way out; what it leaves is looked for elsewhere.
        let _ = self.command("stop").arg("--all").stdout(Stdio::null()).stderr(Stdio::null()).status();
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(word);
        command.env_clear().env("HOME", &self.home).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("CURSOR_SELFHOST_DATA_DIR", self.data()).stdin(Stdio::null());
        command
    }
}

impl Starting {
    pub fn answered(mut self, key: String) -> anyhow::Result<Server> {
        match self.first_answer() {
            Ok((output, address)) => {
                let answered_after = self.begun.elapsed();
                Ok(Server { place: self.place, child: self.child, _output: output, ended: false, address, key, answered_after })
            }
            Err(error) => {
                self.kill()?;
                Err(error)
            }
        }
    }

    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn first_answer(&mut self) -> anyhow::Result<(BufReader<ChildStdout>, SocketAddr)> {
        let mut output = BufReader::new(self.child.stdout.take().context("no pipe")?);
        let link = output
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()));
        let Some(link) = link else {
            let said = fs::read_to_string(self.place.log()).unwrap_or_default();
            bail!("the server said no address, but: {}", said.lines().last().unwrap_or("nothing"));
        };
        let address: SocketAddr = link.parse()?;
        Client::connect(address, "")?.request("GET", "/healthz", None)?;
        Ok((output, address))
    }
}

impl Server {
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
