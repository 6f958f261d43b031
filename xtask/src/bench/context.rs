//! What the rows share: the program, a place, the floor and a warm server.

use std::path::PathBuf;

use tempfile::TempDir;

use super::{chats, floor::Floor, options::Options, prompt::Prompt, quiet::Quiet};
use crate::program::Server;

pub struct Context {
    pub program: PathBuf,
    pub quick: bool,
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
        Ok(Self { program, quick, quiet: Quiet::default(), server: None, floor: None, directory, places: 0 })
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
        self.server = None;
        let home = self.place();
        self.quiet.wait();
        Server::start(&self.program, &home)
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
