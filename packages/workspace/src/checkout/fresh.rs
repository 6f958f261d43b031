use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{Git, GitError};

/// Whether a workspace stands at `path`, whole.
pub fn is_there(path: &Path) -> bool {
    path.is_dir()
}

/// An empty repository; a directory that has one stays as it is.
pub async fn init(path: &Path) -> Result<(), GitError> {
    if path.join(".git").exists() {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    Git::new("init").args(["--quiet", "--template="]).arg(path).output().await.map(drop)
}

/// A place beside `path` in which it is made, empty.
pub(super) fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.new"));
    match fs::remove_dir_all(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fresh)
}

/// It is whole: to its place.
pub(super) fn settle(fresh: &Path, path: &Path) -> io::Result<()> {
    // An empty directory may stand there, never one with anything in it.
    match fs::remove_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(fresh, path)
}
