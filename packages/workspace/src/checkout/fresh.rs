use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::SystemTime,
};

/// An empty repository on the branch `main`, as `git init` makes one; a directory that has one stays as it is. No git
/// is started: a run waits for it.
pub fn init(path: &Path) -> io::Result<()> {
    let git = path.join(".git");
    if git.symlink_metadata().is_ok() {
        return Ok(());
    }
    // Beside it, so that git never finds half a repository.
    let fresh = path.join(format!(".git.{}.new", std::process::id()));
    for directory in ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"] {
        fs::create_dir_all(fresh.join(directory))?;
    }
    let config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n";
    fs::write(fresh.join("config"), config)?;
    fs::write(fresh.join("HEAD"), "ref: refs/heads/main\n")?;
    fs::rename(fresh, git)
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
