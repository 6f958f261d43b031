use std::io;

use thiserror::Error;

/// Why a git command came to nothing.
#[derive(Debug, Error)]
pub enum GitError {
    #[error("the git program was not found; install git, or put it on the server's PATH")]
    Missing,
    /// What git said, the last lines of it; without progress.
    #[error("git {command} failed: {words}")]
    Failed { command: String, code: Option<i32>, words: String },
    #[error("git {command} said more than can be taken")]
    TooMuch { command: String },
    #[error("git {command} took too long")]
    TimedOut { command: String },
    #[error("cannot run git: {0}")]
    Io(#[from] io::Error),
}

impl GitError {
    /// What git itself said, if it came to that.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Failed { words, .. } => Some(words),
            _ => None,
        }
    }

    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Io(error) => error.kind() == io::ErrorKind::StorageFull,
            other => other.words().is_some_and(|words| words.contains("No space left on device") || words.contains("Disk quota")),
        }
    }
}
