//! A backup is one file: everything in the data directory that cannot be made again, as it is at one
//! moment, also while the server runs and agents work.
//!
//! The database comes first: what it knows of a live run's logs is then surely in the copies of them, and
//! what they hold beyond is taken up after a restore as after a crash.

mod restore;
mod write;

use std::{io, path::PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use restore::restore;
pub use write::write;

/// The first entry.
const MANIFEST: &str = "backup.json";

/// Raised when what an older program would make of a backup is wrong.
const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    format: u32,
    version: String,
    created_at: String,
    /// Where the data directory was: what is keyed by path is moved along.
    root: PathBuf,
}

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{0} exists. Choose another name, or move it away")]
    Exists(PathBuf),
    #[error("{0} is not empty. Restore into a directory that is not there yet: --data-dir DIR")]
    NotEmpty(PathBuf),
    #[error("{0} is no backup of this program")]
    Foreign(PathBuf),
    #[error("{path} was made by a newer version of this program ({version}); restore it with that version")]
    Newer { path: PathBuf, version: String },
    #[error("the database could not be copied")]
    Database(#[source] db::DbError),
    #[error("{0} is incomplete or damaged; nothing was restored")]
    Damaged(PathBuf),
    #[error("{path} cannot be read or written")]
    Io { path: PathBuf, source: io::Error },
}

fn failed(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.into();
    move |source| BackupError::Io { path, source }
}
