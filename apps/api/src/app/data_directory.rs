//! The data directory: where things are in it, and that one server has it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Tells the directory's processes and cookies from those of others.
const INSTANCE: &str = "instance";

/// Where the directory stood when a server last had it.
const LOCATION: &str = "location";

/// There until the first server has made a copy one of its own.
const COPIED: &str = "copied";

/// Where a data directory comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Here,
    /// It stood there and stands here now.
    Moved(PathBuf),
    /// A copy or a backup of one that stood there, and may work on.
    Copied(PathBuf),
}

#[derive(Debug, Error)]
pub enum DataDirectoryError {
    #[error("there is no data directory at {0}. Name the one you mean with --data-dir")]
    Missing(PathBuf),
    #[error("the data directory {0} is used by another server{1}")]
    InUse(PathBuf, Holder),
    #[error("cannot use the data directory {path}: {source}. Choose another with --data-dir")]
    Io { path: PathBuf, source: io::Error },
}

/// Who has a data directory, as its lock tells.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    pub pid: u32,
    /// Where pages are reached, once the server listens.
    pub url: Option<String>,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.pid != 0 {
            write!(f, " (process {})", self.pid)?;
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub struct DataDirectory {
    root: PathBuf,
    /// Tells this data directory's processes and cookies from those of others.
    pub instance: String,
}

impl DataDirectory {
    /// Makes what is missing; only its owner can look inside.
    pub fn open(root: &Path) -> Result<Self, DataDirectoryError> {
        let failed = |source| DataDirectoryError::Io { path: root.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(failed)?;
        let root = root.canonicalize().map_err(failed)?;
        // It may have been made by hand, open to others.
        fs::set_permissions(&root, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let instance = instance(&root).map_err(failed)?;
        Ok(Self { root, instance })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn database(&self) -> PathBuf {
        self.root.join("db.sqlite")
    }

    pub fn key(&self) -> PathBuf {
        self.root.join("key")
    }

    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    pub fn programs(&self) -> PathBuf {
        self.root.join("programs")
    }

    /// Bare repositories that workspaces borrow from, by owner.
    pub fn mirrors(&self) -> PathBuf {
        self.root.join("mirrors")
    }

    /// The private repository in which an agent's workspace is recorded.
    pub fn checkpoints(&self, agent_id: &str) -> PathBuf {
        self.root.join("checkpoints").join(format!("{agent_id}.git"))
    }

    /// Relative, as the database keeps it.
    pub fn workspace(agent_id: &str) -> PathBuf {
        Path::new("workspaces").join(agent_id)
    }

    /// What the Cursor CLI keeps for one agent.
    pub fn cursor(&self, agent_id: &str) -> PathBuf {
        self.root.join("cursor").join(agent_id)
    }

    pub fn demo_project(&self) -> PathBuf {
        self.root.join("demo-project")
    }

    /// Whether `path`, which is physical, lies in here and is none of the places to work in.
    pub fn forbids(&self, path: &Path) -> bool {
        path.starts_with(&self.root) && !path.starts_with(self.demo_project())
    }

    /// The data directory at `root`, which is there already.
    pub fn existing(root: &Path) -> Result<Self, DataDirectoryError> {
        if root.join(INSTANCE).exists() { Self::open(root) } else { Err(DataDirectoryError::Missing(root.to_owned())) }
    }

    /// Takes the directory for this process, until the lock is dropped or the process ends.
    pub fn lock(&self) -> Result<Lock, DataDirectoryError> {
        let failed = |source| DataDirectoryError::Io { path: self.root.clone(), source };
        let path = self.root.join("lock");
        let file =
            fs::OpenOptions::new().create(true).read(true).write(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Err(DataDirectoryError::InUse(self.root.clone(), self.holder().unwrap_or_default()));
        }
        let mut lock = Lock { file };
        lock.tell(&Holder { pid: std::process::id(), url: None }).map_err(failed)?;
        Ok(lock)
    }

    /// What became of the directory since a server last had it. Called by who has the lock.
    ///
    /// A copy of a directory that is still there gets a name of its own: the two must not take each other's
    /// processes for theirs.
    pub fn origin(&mut self, _lock: &Lock) -> Result<Origin, DataDirectoryError> {
        let failed = |source| DataDirectoryError::Io { path: self.root.clone(), source };
        let before = match fs::read_to_string(self.root.join(LOCATION)) {
            Ok(text) => PathBuf::from(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.root.clone(),
            Err(error) => return Err(failed(error)),
        };
        if before == self.root && !self.root.join(COPIED).exists() {
            return self.remember_location().map(|()| Origin::Here);
        }
        let of_same_name = fs::read_to_string(before.join(INSTANCE)).is_ok_and(|instance| instance == self.instance);
        if of_same_name && before != self.root && !is_same(&before, &self.root) {
            self.instance = new_instance(&self.root).map_err(failed)?;
            fs::write(self.root.join(COPIED), "").map_err(failed)?;
        }
        Ok(if self.root.join(COPIED).exists() { Origin::Copied(before) } else { Origin::Moved(before) })
    }

    /// What is keyed by path is in order now.
    pub fn remember_location(&self) -> Result<(), DataDirectoryError> {
        let failed = |source| DataDirectoryError::Io { path: self.root.clone(), source };
        let text = self.root.to_string_lossy();
        let path = self.root.join(LOCATION);
        if fs::read_to_string(&path).map_or(true, |before| before != text) {
            fs::write(path, text.as_bytes()).map_err(failed)?;
        }
        match fs::remove_file(self.root.join(COPIED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(()),
        }
    }

    /// Makes a directory that was filled from a backup one of its own; it stood at `before`.
    pub fn begin_anew(root: &Path, before: &Path) -> io::Result<()> {
        new_instance(root)?;
        fs::write(root.join(COPIED), "")?;
        fs::write(root.join(LOCATION), before.to_string_lossy().as_bytes())
    }

    /// Who has the directory, if a server lives.
    pub fn holder(&self) -> Option<Holder> {
        let mut file = File::open(self.root.join("lock")).ok()?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            return None;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).ok()?;
        Some(serde_json::from_str(&text).unwrap_or_default())
    }
}

pub struct Lock {
    file: File,
}

impl Lock {
    pub fn tell(&mut self, holder: &Holder) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(&serde_json::to_vec(holder)?)
    }
}

fn instance(root: &Path) -> io::Result<String> {
    if let Ok(text) = fs::read_to_string(root.join(INSTANCE))
        && text.len() == 12
        && text.chars().all(|char| char.is_ascii_hexdigit())
    {
        return Ok(text);
    }
    new_instance(root)
}

/// One directory under two names, as two mounts of it are.
fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino())).ok();
    id(one).is_some() && id(one) == id(other)
}

fn new_instance(root: &Path) -> io::Result<String> {
    let fresh: String = rand::random::<[u8; 6]>().iter().map(|byte| format!("{byte:02x}")).collect();
    fs::write(root.join(INSTANCE), &fresh)?;
    Ok(fresh)
}
