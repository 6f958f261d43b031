//! The directory of one run: its files, and that it is made once.

use std::{
    fs, io,
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
};

use domain::RunId;
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use shim::spec;

use crate::RunnerError;

#[derive(Clone, Debug)]
pub struct RunDirectory {
    path: PathBuf,
}

impl RunDirectory {
    pub fn of(runs: &Path, run: RunId) -> Self {
        Self { path: runs.join(run.to_string()) }
    }

    /// Fails with [`RunnerError::AlreadyLaunched`] when it is there: a run is launched at most once.
    pub fn create(&self) -> Result<(), RunnerError> {
        if let Some(parent) = self.path.parent() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(parent)
                .map_err(RunnerError::io("make the directory of runs"))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(RunnerError::AlreadyLaunched),
            other => other.map_err(RunnerError::io("make the run directory")),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn events(&self) -> PathBuf {
        self.path.join("events")
    }

    pub fn log(&self) -> PathBuf {
        self.path.join(spec::LOG_FILE)
    }

    /// What ends the run, besides what the shim itself enforces.
    pub fn guards(&self) -> PathBuf {
        self.path.join("guards.json")
    }

    /// The log of a run that has ended, when it was compressed.
    pub fn compressed_log(&self) -> PathBuf {
        self.path.join("log.gz")
    }

    pub fn spec(&self) -> PathBuf {
        self.path.join(spec::SPEC_FILE)
    }

    /// Whether the program was started, however long ago.
    pub fn has_log(&self) -> bool {
        self.log().exists() || self.compressed_log().exists()
    }

    /// What the shim said on its way out when it could not start.
    pub fn shim_errors(&self) -> PathBuf {
        self.path.join("shim.err")
    }

    /// A tool call too long for an event, whole, as JSON.
    pub fn large(&self, number: u64) -> PathBuf {
        self.path.join(format!("large-{number}.json"))
    }

    /// Whether a shim lives here; known by its lock, which the kernel lets go with it.
    pub fn is_supervised(&self) -> bool {
        let Ok(lock) = fs::OpenOptions::new().read(true).open(self.path.join(spec::LOCK_FILE)) else { return false };
        flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err()
    }

    /// Removes the directory of a run that was never launched; false when it was. A shim that is just
    /// starting cannot come in between: it needs the lock that is held meanwhile, and after that the
    /// directory.
    pub fn remove_unlaunched(&self) -> Result<bool, RunnerError> {
        if !self.path.exists() {
            return Ok(true);
        }
        let lock = fs::OpenOptions::new().create(true).append(true).open(self.path.join(spec::LOCK_FILE));
        let lock = lock.map_err(RunnerError::io("open the lock of the run"))?;
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() || self.has_log() {
            return Ok(false);
        }
        fs::remove_dir_all(&self.path).map_err(RunnerError::io("remove a run directory"))?;
        Ok(true)
    }

    /// Opened so that the control socket can be reached by a path short enough for a socket.
    pub fn open(&self) -> io::Result<OwnedFd> {
        Ok(rustix::fs::open(&self.path, OFlags::PATH_OR_READ | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
    }
}

/// `O_PATH` where there is one.
trait PathOrRead {
    const PATH_OR_READ: OFlags;
}

impl PathOrRead for OFlags {
    #[cfg(target_os = "linux")]
    const PATH_OR_READ: OFlags = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    const PATH_OR_READ: OFlags = OFlags::RDONLY;
}
