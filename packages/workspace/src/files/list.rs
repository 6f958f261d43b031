use std::{ffi::OsStr, path::Path};

use serde::Serialize;

use super::{Files, modified_at, path::refuse};
use crate::{
    WorkspaceError,
    tree::{Entry, Kind, Stat, Walk},
};

/// A page of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Directory {
    pub path: String,
    /// Directories first, then by name.
    pub items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// Something in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Item {
    pub name: String,
    pub path: String,
    #[serde(rename = "type")]
    pub kind: ItemType,
    /// Bytes, of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub size: Option<u64>,
    /// RFC 3339.
    pub modified_at: String,
    pub ignored: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ItemType {
    Directory,
    File,
    Symlink,
    /// A pipe, a socket, a device.
    Other,
}

impl From<Kind> for ItemType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Directory => Self::Directory,
            Kind::File => Self::File,
            Kind::Symlink => Self::Symlink,
            Kind::Other => Self::Other,
        }
    }
}

impl Item {
    pub(super) fn new(path: &Path, stat: &Stat, ignored: bool) -> Self {
        let kind = stat.kind();
        Self {
            name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            path: path.to_string_lossy().into_owned(),
            kind: kind.into(),
            size: (kind == Kind::File).then_some(stat.size),
            modified_at: modified_at(stat),
            ignored,
        }
    }
}

impl Files {
    /// A page of a directory. `after`: the `next_cursor` of the page before.
    pub fn list(&self, path: &str, limit: usize, after: Option<&str>) -> Result<Directory, WorkspaceError> {
        let real = self.resolve(path)?;
        if real.stat.kind() != Kind::Directory {
            return Err(WorkspaceError::InvalidPath(format!("{path:?} is not a directory.")));
        }
        let walk = Walk { root: &self.root, from: &real.path, ignored: true, git: false, stats: true };
        let mut entries = walk.one().map_err(|error| refuse(path, error))?;
        entries.sort_by_cached_key(|entry| (entry.kind != Kind::Directory, entry.name.to_ascii_lowercase(), entry.name.clone()));
        let start = after.map_or(0, |cursor| resume(cursor, &entries));
        let asked = Path::new(path.trim_end_matches('/'));
        let page = entries.iter().skip(start).take(limit.max(1));
        let items: Vec<Item> =
            page.filter_map(|entry| Some(Item::new(&asked.join(&entry.name), &entry.stat?, entry.ignored))).collect();
        let end = start + items.len();
        let next_cursor = (end < entries.len() && end > start).then(|| cursor(end, &entries[end - 1].name));
        Ok(Directory { path: asked.to_string_lossy().into_owned(), items, next_cursor })
    }
}

/// Says where the next page begins also when files have come and gone meanwhile.
fn cursor(end: usize, last: &OsStr) -> String {
    format!("{end}:{}", last.to_string_lossy())
}

fn resume(cursor: &str, entries: &[Entry]) -> usize {
    let Some((number, name)) = cursor.split_once(':') else { return 0 };
    match entries.iter().position(|entry| entry.name.to_string_lossy() == name) {
        Some(last) => last + 1,
        None => number.parse().unwrap_or(0),
    }
}
