//! What can go wrong in a use-case: a documented code, a sentence that says what to do, and a kind
//! from which each transport makes its own answer.

use std::fmt;

use db::DbError;
use runner::RunnerError;
use workspace::WorkspaceError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Expired,
    TooLarge,
    Misdirected,
    DiskFull,
    /// Another host, that was asked on somebody's behalf, refused.
    BadGateway,
    Unavailable,
    Internal,
}

#[derive(Debug)]
pub struct Error {
    pub kind: Kind,
    pub code: &'static str,
    /// For the one who asked.
    pub message: String,
    /// For the log.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), source: None }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, "validation_error", message)
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(Kind::Unauthorized, "unauthorized", message)
    }

    pub fn agent_not_found() -> Self {
        Self::new(Kind::NotFound, "agent_not_found", "There is no agent with this id.")
    }

    pub fn run_not_found() -> Self {
        Self::new(Kind::NotFound, "run_not_found", "This agent has no run with this id.")
    }

    pub fn unavailable(what: &str) -> Self {
        Self::new(Kind::Invalid, "feature_unavailable", format!("{what} cannot be used with this version."))
    }

    pub fn internal(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let message = format!("The server could not {what}; its log says why.");
        Self { kind: Kind::Internal, code: "internal_error", message, source: Some(source.into()) }
    }

    pub(crate) fn disk_full() -> Self {
        let message = "The disk that holds the data directory is full. Free some space and try again; nothing was lost.";
        Self::new(Kind::DiskFull, "disk_full", message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::DiskFull => Self::disk_full(),
            other => Self::internal("use its database", other),
        }
    }
}

impl From<WorkspaceError> for Error {
    fn from(error: WorkspaceError) -> Self {
        if error.is_disk_full() {
            return Self::disk_full();
        }
        let message = error.to_string();
        match error {
            WorkspaceError::InvalidPath(_) => Self::new(Kind::Invalid, "invalid_path", message),
            WorkspaceError::NotFound(_) => Self::new(Kind::NotFound, "file_not_found", message),
            WorkspaceError::CheckpointGone(_) => Self::new(Kind::Conflict, "checkpoint_gone", message),
            WorkspaceError::PatchTooLarge(_) => Self::new(Kind::Invalid, "patch_too_large", message),
            WorkspaceError::InTheWay(_) => Self::new(Kind::Conflict, "file_in_the_way", message),
            other => Self::internal("work on the files", other),
        }
    }
}

impl From<RunnerError> for Error {
    fn from(error: RunnerError) -> Self {
        match error {
            RunnerError::DiskFull => Self::disk_full(),
            RunnerError::InvalidEventId => Self::new(
                Kind::Invalid,
                "invalid_last_event_id",
                "Last-Event-ID is not one of this run. Read the stream from its start.",
            ),
            RunnerError::Expired => {
                Self::new(Kind::Expired, "stream_expired", "The events of this run are not kept any more. Its steps are.")
            }
            RunnerError::ServerEnding => {
                Self::new(Kind::Unavailable, "server_ending", "The server is ending or restarting. Try again in a moment.")
            }
            RunnerError::NotLive | RunnerError::Ending => {
                Self::new(Kind::Conflict, "run_not_cancellable", "The run has ended or is ending already.")
            }
            other => Self::internal("follow the run", other),
        }
    }
}
