//! What differs between two trees of the private repository: the list of files, pages of them with their hunks, and
//! the whole as a patch.
//!
//! Only our own repository is asked, so that no attribute, filter or program that a work tree names has a say.

mod hunk;
mod left_out;
mod listing;
mod page;
mod patch;

pub use hunk::Hunk;
use serde::Serialize;

use crate::WorkspaceError;

/// A page of what differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Diff {
    /// By path.
    pub files: Vec<FileDiff>,
    /// All that differ at the path that was asked for, on every page.
    pub total_files: u64,
    /// Lines, of all of them.
    pub additions: u64,
    pub deletions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileDiff {
    pub path: String,
    /// Of a file that was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub old_path: Option<String>,
    pub status: Status,
    /// Six digits, as git writes it: `100644`, `100755` for a program, `120000` for a symlink, `160000` for a
    /// submodule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub old_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub new_mode: Option<String>,
    pub binary: bool,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub old_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub new_size: Option<u64>,
    /// Lines; not of a binary file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub additions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub deletions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub hunks: Option<Vec<Hunk>>,
    /// There is too much of it for the hunks to be here.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub truncated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Status {
    Added,
    Modified,
    Deleted,
    Renamed,
    /// A file became a symlink, or the other way round.
    TypeChanged,
}

/// Which page of a diff.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only this file, or what is in this directory.
    pub path: Option<String>,
    /// Files on the page, at least one. There may be fewer where they are large.
    pub limit: usize,
    /// The `next_cursor` of the page before.
    pub after: Option<String>,
    pub hunks: bool,
    /// Lines around each change.
    pub context: u32,
    /// Paths that are there in the end although no checkpoint holds them, as they are too large: that they, or what is
    /// in them, were deleted is not told.
    pub left_out: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { path: None, limit: 50, after: None, hunks: true, context: 3, left_out: Vec::new() }
    }
}

/// A path to look at, without slashes at its ends; `None` is everything.
fn filter(path: Option<&str>) -> Result<Option<String>, WorkspaceError> {
    let Some(path) = path else { return Ok(None) };
    let path = path.trim_end_matches('/');
    let is_odd = |name: &str| matches!(name, "" | "." | "..") || name.contains('\0');
    match path {
        "" => Ok(None),
        path if path.split('/').any(is_odd) => {
            Err(WorkspaceError::InvalidPath(format!("{path:?} is not a path in a workspace.")))
        }
        path => Ok(Some(path.to_owned())),
    }
}
