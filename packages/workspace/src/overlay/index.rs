//! The index of a workspace: worked on in a copy, and put in its place when everything has gone well.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Overlay, OverlayError};
use crate::Git;

/// A copy of the index, removed when it is dropped.
pub(super) struct Index<'a> {
    overlay: &'a Overlay,
    path: PathBuf,
}

impl Overlay {
    pub(super) fn index(&self) -> io::Result<Index<'_>> {
        static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = self.git_dir.join(format!("index.{}.{number}", std::process::id()));
        let theirs = self.theirs().join("index");
        match fs::copy(&theirs, &path) {
            Ok(_) => {
                // By its time git tells which files may have changed since.
                let modified = fs::metadata(&theirs)?.modified()?;
                File::options().write(true).open(&path)?.set_modified(modified)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(Index { overlay: self, path })
    }
}

impl Index<'_> {
    /// A command that sees the files and this index.
    pub fn git(&self, name: &str) -> Git {
        Git::new(name).git_dir(&self.overlay.git_dir).work_tree(&self.overlay.work_tree).index(&self.path)
    }

    /// Files whose times alone have changed are known again.
    pub async fn refresh(&self) {
        // It fails where some have changed, which whoever goes on will see.
        let _ = self.git("update-index").args(["-q", "--refresh", "--ignore-submodules"]).output().await;
    }

    /// Paths that are not as HEAD has them, with git's two letters.
    pub async fn changed(&self) -> Result<Vec<(String, String)>, OverlayError> {
        let status =
            self.git("status").args(["--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all"]);
        let output = status.output().await?;
        let entries = output.split(|byte| *byte == 0).filter(|entry| entry.len() > 3);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(entries.map(|entry| (text(&entry[..2]), text(&entry[3..]))).collect())
    }

    /// Paths with a conflict that nobody has said is resolved.
    pub async fn unmerged(&self) -> Result<Vec<String>, OverlayError> {
        let output = self.git("ls-files").args(["--unmerged", "-z"]).output().await?;
        let mut paths: Vec<String> = output
            .split(|byte| *byte == 0)
            .filter_map(|entry| {
                entry.iter().position(|byte| *byte == b'\t').map(|at| String::from_utf8_lossy(&entry[at + 1..]).into_owned())
            })
            .collect();
        paths.dedup();
        Ok(paths)
    }

    /// Puts it in its place, as git does: another git that is at it keeps us from it.
    pub fn install(&self) -> io::Result<()> {
        let place = self.overlay.theirs().join("index");
        let lock = place.with_file_name("index.lock");
        let content = fs::read(&self.path)?;
        let written = OpenOptions::new().write(true).create_new(true).open(&lock).and_then(|mut file| file.write_all(&content));
        match written.and_then(|()| fs::rename(&lock, &place)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(io::Error::new(error.kind(), "another git works in the workspace just now; try again when it is done"))
            }
            Err(error) => {
                let _ = fs::remove_file(&lock);
                Err(error)
            }
        }
    }
}

impl Drop for Index<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(self.path.with_extension("lock"));
    }
}

/// Whether a file still has the marks of a conflict in it.
pub(super) fn has_marks(path: &Path) -> bool {
    let Ok(found) = fs::symlink_metadata(path) else { return false };
    if !found.is_file() || found.len() > 5 << 20 {
        return false;
    }
    fs::read(path).is_ok_and(|content| {
        let starts = |mark: &[u8]| {
            content.starts_with(mark) || content.windows(mark.len() + 1).any(|window| window[0] == b'\n' && &window[1..] == mark)
        };
        starts(b"<<<<<<< ") && starts(b">>>>>>> ")
    })
}
