//! The index of a workspace: worked on in a copy, and put in its place when everything has gone well.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use super::{Overlay, OverlayError, blocking, unique};
use crate::Git;

/// So old a lock is one that a git left behind which was ended. No run works there when it is looked at.
const STALE: Duration = Duration::from_secs(30);

/// More than any index is.
const MOST: u64 = 2 << 30;

/// What an agent may make git wait for, such as a pipe in place of `.gitignore`, is not waited for longer.
const LONGEST: Duration = Duration::from_secs(120);

/// A copy of the index, removed when it is dropped.
pub(super) struct Index<'a> {
    overlay: &'a Overlay,
    path: PathBuf,
    /// Git's own lock, where it is to be put in its place.
    lock: Option<PathBuf>,
}

impl Overlay {
    /// To look at.
    pub(super) async fn index(&self) -> Result<Index<'_>, OverlayError> {
        let path = self.git_dir.join(format!("index.{}.{}", std::process::id(), unique()));
        let index = Index { overlay: self, path: path.clone(), lock: None };
        let theirs = self.theirs().join("index");
        blocking(move || copy(&theirs, &path)).await?;
        Ok(index)
    }

    /// To be changed: no other git changes it meanwhile.
    pub(super) async fn locked_index(&self) -> Result<Index<'_>, OverlayError> {
        self.check_writable().await?;
        let lock = self.theirs().join("index.lock");
        let taking = lock.clone();
        blocking(move || take(&taking)).await?;
        match self.index().await {
            Ok(mut index) => {
                index.lock = Some(lock);
                Ok(index)
            }
            Err(error) => {
                let _ = fs::remove_file(lock);
                Err(error)
            }
        }
    }
}

fn copy(theirs: &Path, ours: &Path) -> Result<(), OverlayError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(theirs, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(()),
        Err(error) => return Err(io::Error::from(error).into()),
    };
    let found = file.metadata()?;
    if !found.is_file() || found.len() > MOST {
        return Err(io::Error::other("the index of the workspace is no index").into());
    }
    let mut copy = File::create(ours)?;
    io::copy(&mut io::Read::take(file, MOST), &mut copy)?;
    // By its time git tells which files may have changed since.
    copy.set_modified(found.modified()?)?;
    Ok(())
}

fn take(lock: &Path) -> Result<(), OverlayError> {
    let create = || OpenOptions::new().write(true).create_new(true).open(lock);
    match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let modified = fs::symlink_metadata(lock).and_then(|found| found.modified());
            let stale = modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > STALE));
            if !stale {
                return Err(OverlayError::Locked);
            }
            fs::remove_file(lock)?;
            create()?;
            Ok(())
        }
        other => other.map(drop).map_err(Into::into),
    }
}

impl Index<'_> {
    /// A command that sees the files and this index.
    pub fn git(&self, name: &str) -> Git {
        let git = Git::new(name).git_dir(&self.overlay.git_dir).work_tree(&self.overlay.work_tree);
        git.index(&self.path).timeout(LONGEST)
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

    /// Puts it in its place, as git does. The last step of a change.
    pub async fn install(mut self) -> Result<(), OverlayError> {
        let Some(lock) = self.lock.take() else { return Ok(()) };
        let (ours, place) = (self.path.clone(), self.overlay.theirs().join("index"));
        blocking(move || {
            let installed = fs::copy(&ours, &lock).and_then(|_| fs::rename(&lock, &place));
            if installed.is_err() {
                let _ = fs::remove_file(&lock);
            }
            Ok(installed?)
        })
        .await
    }
}

impl Drop for Index<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(format!("{}.lock", self.path.display()));
        if let Some(lock) = &self.lock {
            let _ = fs::remove_file(lock);
        }
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
