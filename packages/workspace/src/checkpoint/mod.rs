//! Checkpoints: what stood in a work tree at a moment, byte by byte, in a repository of our own.
//!
//! Nothing is written into the work tree and nothing in it is run; it need not have anything to do with git. What
//! is ignored is left out unless the user's own repository tracks it, or it was captured before: what was captured
//! stays captured as long as it is there, so that what is not in a checkpoint any more was removed. `.git` is never captured, whatever stands
//! beside it is, so that nested repositories and submodules are captured as the files they are.

mod borrow;
mod captured;
mod carry;
mod compose;
mod content;
mod look;
mod object;
mod pack;
mod record;
mod repository;
mod restore;
mod trees;
mod turn;
mod user_index;

use std::path::{Path, PathBuf};

use cap_std::fs::Dir;

use self::repository::Repository;
pub use self::{content::LARGEST, restore::Restored};
pub(crate) use self::{object::ObjectId, repository::gone};
use crate::{Git, WorkspaceError, tree::open_root};

/// The checkpoints of one work tree.
#[derive(Clone)]
pub struct Checkpoints {
    repository: Repository,
    work_tree: PathBuf,
}

/// A work tree as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The same where the files are.
    pub tree: String,
    /// Sorted by path.
    pub not_captured: Vec<NotCaptured>,
}

/// What stands in a work tree, is not ignored, and yet is in no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCaptured {
    pub path: String,
    /// Bytes.
    pub size: u64,
    pub reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// More than [`LARGEST`] bytes. What was captured of it before stays in its place.
    TooLarge,
    /// A pipe, a socket, a device.
    Special,
    /// A file or a directory that we may not read. What was captured of it before is taken to be there still.
    Unreadable,
}

impl NotCaptured {
    fn new(path: &Path, size: u64, reason: Reason) -> Self {
        Self { path: path.to_string_lossy().into_owned(), size, reason }
    }
}

impl Checkpoints {
    /// `directory`: the private repository, which is made by the first record. `work_tree` may be any directory.
    pub fn at(directory: &Path, work_tree: &Path) -> Self {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { repository: Repository { directory: absolute(directory) }, work_tree: absolute(work_tree) }
    }

    /// The private repository.
    pub fn directory(&self) -> &Path {
        &self.repository.directory
    }

    /// Nothing that the tree holds is ever cleaned away. `id`: letters, digits, `-` and `_`.
    pub fn keep(&self, id: &str, tree: &str) -> Result<(), WorkspaceError> {
        self.repository.keep(id, parse(tree)?)
    }

    /// Undoes [`Self::keep`], also of what was not kept.
    pub fn forget(&self, id: &str) -> Result<(), WorkspaceError> {
        self.repository.forget(id)
    }

    /// A git command that sees the private repository and no work tree.
    pub fn git(&self, name: &str) -> Git {
        self.repository.git(name)
    }

    /// A tree of these names, modes and ids. The names are sorted and none is a directory's.
    pub(crate) fn write_tree(&self, entries: impl Iterator<Item = (String, u32, ObjectId)>) -> std::io::Result<ObjectId> {
        let mut tree = Vec::new();
        for (name, mode, id) in entries {
            object::push_entry(&mut tree, mode, name.as_ref(), id);
        }
        self.repository.objects().write_tree(&tree)
    }

    fn open_work_tree(&self) -> Result<Dir, WorkspaceError> {
        open_root(&self.work_tree)
    }
}

/// A tree's name, as it may come from outside.
pub(crate) fn parse(tree: &str) -> Result<ObjectId, WorkspaceError> {
    ObjectId::parse(tree).ok_or_else(|| WorkspaceError::CheckpointGone(format!("{tree:?} is not the name of a tree.")))
}

/// Work that keeps a thread busy.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WorkspaceError> + Send + 'static,
) -> Result<T, WorkspaceError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(WorkspaceError::io("read the workspace")(std::io::Error::other(error))))
}
