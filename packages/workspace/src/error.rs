use std::io;

use thiserror::Error;

use crate::GitError;

/// Why something about a workspace could not be done. Each has a code of the API.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    #[error("{0}")]
    InvalidPath(String),
    #[error("There is no {0} in this workspace.")]
    NotFound(String),
    /// What a checkpoint holds is not there any more, as when the repository that it borrowed from was cleaned.
    #[error("This checkpoint cannot be read any more: {0}")]
    CheckpointGone(String),
    /// There is more in a workspace than is ever recorded.
    #[error("This workspace is too large for checkpoints: {0}")]
    TooLarge(String),
    /// Putting a checkpoint back would destroy what no checkpoint holds; nothing was changed.
    #[error("Nothing was restored: {0}")]
    InTheWay(String),
    /// Megabytes, of which it has more.
    #[error("This patch is larger than {0} MB. Ask for a part of it with path.")]
    PatchTooLarge(usize),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("cannot {what}: {source}")]
    Io { what: &'static str, source: io::Error },
}

impl WorkspaceError {
    pub fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, source }
    }

    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Git(error) => error.is_disk_full(),
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
