//! Where a server lives: the program, and the directory that holds its data.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, bail};

use super::{Server, process};
use crate::http::Client;

/// What the server says on standard error.
const LOG: &str = "server.log";

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
                Ok(Server::new(self.place, self.child, output, address, key, answered_after))
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
