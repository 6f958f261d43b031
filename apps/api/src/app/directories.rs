//! Directories: which may be worked in, and what there is to choose from.

use std::path::{Path, PathBuf};

use db::query::directories;
use domain::Permission;

use super::{App, Error, Kind, Result};

/// More are not shown; who looks for one types.
const MAX_ITEMS: usize = 500;
const RECENT: u64 = 12;

pub struct Listing {
    pub path: PathBuf,
    pub items: Vec<Item>,
    pub is_git: bool,
    pub permission: Option<Permission>,
    pub recent: Vec<(String, Option<Permission>)>,
    pub truncated: bool,
}

pub struct Item {
    pub name: String,
    pub path: String,
    pub is_git: bool,
}

impl App {
    /// Checks that an agent can work in `path`, and gives it without symlinks: that is how the CLI
    /// names it too.
    pub fn check_directory(&self, path: &str) -> Result<PathBuf> {
        let directory = inspect(path)?;
        if directory == Path::new("/") {
            return Err(invalid("/ is the whole machine. Choose a directory in it."));
        }
        if self.data.forbids(&directory) {
            return Err(invalid(format!("{path} lies inside the server's data directory. Choose a directory of your own.")));
        }
        Ok(directory)
    }

    pub async fn list_directories(&self, user_id: i64, path: Option<&str>, hidden: bool) -> Result<Listing> {
        let home = crate::config::home().unwrap_or_else(|| PathBuf::from("/"));
        let path = match path {
            Some(path) => path.to_owned(),
            None => home.to_string_lossy().into_owned(),
        };
        let directory = inspect(&path)?;
        let remembered = directories::find(&self.db, user_id, &directory.to_string_lossy()).await?;
        let recent = directories::recent(&self.db, user_id, RECENT).await?;
        let listed = directory.clone();
        let items = tokio::task::spawn_blocking(move || subdirectories(&listed, hidden)).await;
        let mut items = items.map_err(|error| Error::internal("list the directory", error))?;
        items.retain(|item| !self.data.forbids(Path::new(&item.path)));
        let truncated = items.len() > MAX_ITEMS;
        items.truncate(MAX_ITEMS);
        let permission = |text: &Option<String>| text.as_deref().and_then(Permission::parse);
        Ok(Listing {
            is_git: is_git(&directory),
            path: directory,
            items,
            permission: remembered.and_then(|row| permission(&row.permission)),
            recent: recent.iter().map(|row| (row.path.clone(), permission(&row.permission))).collect(),
            truncated,
        })
    }
}

fn inspect(path: &str) -> Result<PathBuf> {
    if path.is_empty() {
        return Err(invalid("Give the path of a directory."));
    }
    if path.chars().any(char::is_control) {
        return Err(invalid("A directory with a newline or another control character in its name cannot be worked in."));
    }
    let given = Path::new(path);
    if !given.is_absolute() {
        return Err(invalid(format!("{path} is relative. Give the whole path, beginning with /.")));
    }
    let directory = given.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => invalid(format!("{path} does not exist on the server's machine.")),
        std::io::ErrorKind::PermissionDenied => invalid(format!("{path} cannot be reached by the server's user.")),
        std::io::ErrorKind::NotADirectory => invalid(format!("{path} is not a directory.")),
        _ => invalid(format!("{path} cannot be used: {error}.")),
    })?;
    if !directory.is_dir() {
        return Err(invalid(format!("{path} is a file, not a directory.")));
    }
    // What is stored and put on command lines is text.
    if directory.to_str().is_none_or(|text| text.chars().any(char::is_control)) {
        return Err(invalid("A directory whose name is not UTF-8, or holds control characters, cannot be worked in."));
    }
    let access = rustix::fs::Access::READ_OK | rustix::fs::Access::EXEC_OK;
    if rustix::fs::access(&directory, access).is_err() {
        return Err(invalid(format!("{path} is not readable by the server's user.")));
    }
    Ok(directory)
}

fn subdirectories(path: &Path, hidden: bool) -> Vec<Item> {
    let mut items: Vec<Item> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let shown = (hidden || !name.starts_with('.')) && !name.chars().any(char::is_control);
            let path = entry.path();
            // Follows symlinks: a link to a directory is one.
            (shown && path.is_dir()).then(|| Item { is_git: is_git(&path), path: path.to_string_lossy().into_owned(), name })
        })
        .collect();
    items.sort_by_key(|item| item.name.to_lowercase());
    items
}

fn is_git(path: &Path) -> bool {
    path.join(".git").exists()
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, "invalid_directory", message)
}
