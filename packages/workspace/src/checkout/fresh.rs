use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
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

/// A place beside `path` in which it is made, of its own: a git that a killed server left behind may still be at
/// another one.
pub(super) fn beside(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let fresh = path.with_file_name(format!(".{name}.{}-{since:x}-{number}.new", std::process::id()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fresh)
}

/// Removed with all that is in it, unless it was settled.
pub(super) struct Unfinished(pub Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // Whoever stopped it does not wait for that.
            std::thread::spawn(move || fs::remove_dir_all(path));
        }
    }
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
