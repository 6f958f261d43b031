//! What the rows share: the program, a place, the floor and a warm server.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{chats, floor::Floor, options::Options, plot::Plot, prompt::Prompt, quiet::Quiet};
use crate::program::{Place, Server};

/// The soft limit of a login and of a unit of systemd.
const USUAL_OPEN_FILES: u64 = 1024;

pub struct Context {
    pub program: PathBuf,
    pub quick: bool,
    /// How a peer is started, if one is measured.
    pub peer: Option<PathBuf>,
    /// How large the repository of the workspaces is, in megabytes.
    pub repository: u64,
    /// What the rows have to draw.
    pub plots: Vec<Plot>,
    quiet: Quiet,
    // In the order in which they are to end: processes before their directory.
    server: Option<Server>,
    floor: Option<Floor>,
    directory: TempDir,
    places: u32,
}

impl Context {
    pub fn new(options: &Options) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("cursor-selfhost-bench-").tempdir()?;
        let (program, quick) = (options.program.clone(), options.quick);
        let (peer, repository) = (options.peer.clone(), options.repository());
        Ok(Self {
            program,
            quick,
            peer,
            repository,
            plots: Vec::new(),
            quiet: Quiet::default(),
            server: None,
            floor: None,
            directory,
            places: 0,
        })
    }

    /// The floor and a server, both warm, when the machine is quiet.
    pub fn both(&mut self) -> anyhow::Result<(&Floor, &Server)> {
        if self.floor.is_none() {
            let floor = Floor::start(&self.program, &self.directory.path().join("floor"))?;
            floor.run(Prompt::Numbered { chunks: 100 })?;
            self.floor = Some(floor);
        }
        if self.server.is_none() {
            let home = self.place();
            let server = Server::start(&self.program, &home)?;
            chats::run(&server, Prompt::Numbered { chunks: 100 })?;
            self.server = Some(server);
        }
        self.quiet.wait();
        match (&self.floor, &self.server) {
            (Some(floor), Some(server)) => Ok((floor, server)),
            _ => anyhow::bail!("neither was started"),
        }
    }

    /// A server for one row alone. The shared one ends, so that nothing else runs.
    pub fn fresh_server(&mut self) -> anyhow::Result<Server> {
        self.quiet_place()?.serve()
    }

    /// Where a server can be started for one row alone, when the machine is quiet.
    pub fn quiet_place(&mut self) -> anyhow::Result<Place> {
        let home = self.quiet_home();
        Place::new(&self.program, &home)
    }

    /// A directory that is not there yet, when nothing of ours runs and the machine is quiet.
    pub fn quiet_home(&mut self) -> PathBuf {
        self.alone();
        self.place()
    }

    /// Waits until the machine is quiet, with the shared server ended.
    pub fn alone(&mut self) {
        self.server = None;
        self.quiet.wait();
    }

    /// A directory of a row's own, for what is too large to stay until the end of all rows.
    pub fn scratch(&self) -> anyhow::Result<TempDir> {
        Ok(tempfile::tempdir_in(self.directory.path())?)
    }

    /// The same, with the bench's own stand-in for the Cursor CLI.
    pub fn server_of_talker(&mut self) -> anyhow::Result<Server> {
        let place = self.quiet_place()?;
        let talker = format!("'{}' {}", std::env::current_exe()?.display(), super::TALKER);
        place.print_mode_by(&talker)?;
        place.serve()
    }

    /// The same, under the limit of open files that systems have unless told otherwise.
    pub fn server_with_few_files(&mut self) -> anyhow::Result<Server> {
        self.quiet_place()?.with_open_files(USUAL_OPEN_FILES).serve()
    }

    /// A directory that is not there yet.
    pub fn place(&mut self) -> PathBuf {
        self.places += 1;
        self.directory.path().join(self.places.to_string())
    }

    pub fn repeats(&self, whole: usize) -> usize {
        if self.quick { whole.div_ceil(3) } else { whole }
    }

    pub fn noisy_repeats(&self) -> u32 {
        self.quiet.noisy
    }
}
