use std::io;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum RunnerError {
    #[error("the run directory exists already")]
    AlreadyLaunched,
    #[error("the run is not live")]
    NotLive,
    #[error("the run is ending already")]
    Ending,
    #[error("the server is ending")]
    ServerEnding,
    #[error("no room on the disk")]
    DiskFull,
    #[error("the event id is not one of this run")]
    InvalidEventId,
    #[error("the events of this run are not kept any more")]
    Expired,
    /// The run cannot begin, and that is how it ends.
    #[error("{}", .0.message)]
    Refused(Box<domain::RunError>),
    #[error("cannot {what}")]
    Io { what: &'static str, source: io::Error },
}

impl RunnerError {
    pub(crate) fn io(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io { what, source },
        }
    }
}
