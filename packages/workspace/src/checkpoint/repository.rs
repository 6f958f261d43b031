//! The private repository of a workspace: made with plain writes, since a run's start waits for it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::object::{ObjectId, Objects, put};
use crate::{Git, WorkspaceError};

/// All that git is told there. Its names are nobody's to protect: they are of files that exist.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tprotectNTFS = false\n\tprotectHFS = false\n";

/// A bare repository of ours, in which git never cleans up.
#[derive(Clone)]
pub struct Repository {
    pub directory: PathBuf,
}

impl Repository {
    /// Makes it where it is not there yet.
    pub fn create(&self) -> Result<(), WorkspaceError> {
        let here = &self.directory;
        if here.join("HEAD").exists() {
            return Ok(());
        }
        let create = || -> io::Result<()> {
            for directory in ["objects", "refs"] {
                fs::create_dir_all(here.join(directory))?;
            }
            put(&here.join("config"), CONFIG.as_bytes())?;
            // Last, as it says that all is there.
            put(&here.join("HEAD"), b"ref: refs/heads/none\n")
        };
        create().map_err(WorkspaceError::io("make a checkpoint repository"))
    }

    pub fn objects(&self) -> Objects {
        Objects::at(self.directory.join("objects"))
    }

    /// A git command that sees this repository and no work tree.
    pub fn git(&self, name: &str) -> Git {
        Git::new(name).git_dir(&self.directory).current_dir(&self.directory).env("GIT_LITERAL_PATHSPECS", "1")
    }

    /// Other repositories' objects that this one reads.
    pub fn alternates(&self) -> Vec<PathBuf> {
        let text = fs::read_to_string(self.alternates_file()).unwrap_or_default();
        text.lines().filter(|line| !line.is_empty()).map(PathBuf::from).collect()
    }

    /// False: it cannot be borrowed from, as its name does not fit on a line.
    pub fn add_alternate(&self, objects: &Path) -> Result<bool, WorkspaceError> {
        let Some(name) = objects.to_str().filter(|name| !name.contains(['\n', '"']) && !name.starts_with('#')) else {
            return Ok(false);
        };
        let mut alternates = self.alternates();
        if !alternates.iter().any(|known| known == objects) {
            alternates.push(PathBuf::from(name));
            let text: String = alternates.iter().map(|path| format!("{}\n", path.display())).collect();
            put(&self.alternates_file(), text.as_bytes()).map_err(WorkspaceError::io("borrow from a repository"))?;
        }
        Ok(true)
    }

    /// Nothing that `id` holds is ever cleaned away.
    pub fn keep(&self, name: &str, id: ObjectId) -> Result<(), WorkspaceError> {
        put(&self.reference(name)?, format!("{id}\n").as_bytes()).map_err(WorkspaceError::io("keep a checkpoint"))
    }

    pub fn forget(&self, name: &str) -> Result<(), WorkspaceError> {
        match fs::remove_file(self.reference(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WorkspaceError::io("forget a checkpoint")(error)),
            _ => Ok(()),
        }
    }

    fn reference(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        match fits {
            true => Ok(self.directory.join("refs/checkpoints").join(name)),
            false => Err(WorkspaceError::InvalidPath(format!("{name:?} is not the name of a checkpoint."))),
        }
    }

    fn alternates_file(&self) -> PathBuf {
        self.directory.join("objects/info/alternates")
    }
}

/// What git says of objects that it cannot find or read.
pub fn gone(error: crate::GitError) -> WorkspaceError {
    match error {
        crate::GitError::Failed { words, .. } if !words.contains("No space left") => WorkspaceError::CheckpointGone(words),
        other => other.into(),
    }
}
