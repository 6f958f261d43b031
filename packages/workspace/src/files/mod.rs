//! The files of a workspace, to be looked at and taken away.
//!
//! No path leads out of the directory, by `..`, by name or by symlink, also not one that changes while it is looked
//! up. What is git's own is not shown: there may be tokens in it. All here keeps its thread busy while it works.

mod archive;
mod list;
mod path;
mod read;
mod search;
mod size;

use std::path::Path;

use cap_std::fs::Dir;
pub use list::{Directory, Item, ItemType};
pub use read::{Content, Opened};
pub use search::Matches;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    WorkspaceError,
    tree::{Stat, open_root},
};

/// The files of one workspace.
pub struct Files {
    root: Dir,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Found {
    Directory(Directory),
    File(Content),
}

impl Files {
    /// `root` is a directory itself; what a symlink in its place leads to is somebody else's.
    pub fn open(root: &Path) -> Result<Self, WorkspaceError> {
        Ok(Self { root: open_root(root)? })
    }

    /// A page of a directory, or a file's text. `path`: relative, `""` for the workspace itself.
    pub fn look(&self, path: &str, limit: usize, after: Option<&str>) -> Result<Found, WorkspaceError> {
        let real = self.resolve(path)?;
        match real.stat.kind() {
            crate::tree::Kind::Directory => Ok(Found::Directory(self.list(path, limit, after)?)),
            _ => Ok(Found::File(self.read(path)?)),
        }
    }
}

/// As times are told: RFC 3339, in UTC, to the millisecond.
fn modified_at(stat: &Stat) -> String {
    let nanoseconds = i128::from(stat.modified_millis()) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}
