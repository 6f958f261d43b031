//! Where the repository is cloned from.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use git_servers::{HttpServer, SshServer};
use tokio::runtime::{Builder, Runtime};

const REPOSITORY: &str = "large.git";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Http,
    Ssh,
}

impl Transport {
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Ssh => "SSH",
        }
    }
}

pub struct Remotes {
    root: PathBuf,
    http: HttpServer,
    ssh: SshServer,
    // After those that work in it.
    _runtime: Runtime,
}

impl Remotes {
    pub fn start(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        // One for the servers, beside the bench, which waits for what it measures.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let http = runtime.block_on(HttpServer::start(root, None))?;
        let ssh = runtime.block_on(SshServer::start(root))?;
        Ok(Self { root: root.to_owned(), http, ssh, _runtime: runtime })
    }

    pub fn repository(&self) -> PathBuf {
        self.root.join(REPOSITORY)
    }

    pub fn url(&self, transport: Transport) -> String {
        match transport {
            Transport::Http => self.http.url(REPOSITORY),
            Transport::Ssh => self.ssh.url(REPOSITORY),
        }
    }

    /// Makes `home` one from which SSH gets in.
    pub fn put_key(&self, home: &Path) -> io::Result<()> {
        self.ssh.put_key(home, true)
    }
}
