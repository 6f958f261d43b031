//! The private repository of a workspace: made with plain writes, since a run's start waits for it.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::object::{ObjectId, Objects, put};
use crate::{Git, WorkspaceError, tree::read_file_at};

/// What a run's start waits for, and nothing of ours takes longer than that.
const LONGEST: Duration = Duration::from_secs(60);

/// Bytes of a list of other repositories; one that borrows from more is not borrowed from.
const MOST_LISTED: u64 = 64 << 10;
/// So far git follows those who borrow from others, and so many there are together.
const DEEPEST: usize = 6;
const MOST_LENDERS: usize = 50;

/// Stands before those that are not read from any more, which is a remark to git.
const REFUSED: &str = "#refused ";

/// All that git is told there. Its names are nobody's to protect: they are of files that exist.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tprotectNTFS = false\n\tprotectHFS = false\n";

/// A bare repository of ours, in which git never cleans up.
#[derive(Clone)]
pub struct Repository {
    pub directory: PathBuf,
}

impl Repository {
    /// Makes it where it is not there yet.
    pub fn create(&self) -> Result<(), WorkspaceError> {
        let here = &self.directory;
        if here.join("HEAD").exists() {
            return Ok(());
        }
        let create = || -> io::Result<()> {
            for directory in ["objects", "refs"] {
                fs::create_dir_all(here.join(directory))?;
            }
            put(&here.join("config"), CONFIG.as_bytes())?;
            // Last, as it says that all is there.
            put(&here.join("HEAD"), b"ref: refs/heads/none\n")
        };
        create().map_err(WorkspaceError::io("make a checkpoint repository"))
    }

    pub fn objects(&self) -> Objects {
        Objects::at(self.directory.join("objects"))
    }

    /// A git command that sees this repository and no work tree. A minute unless told.
    pub fn git(&self, name: &str) -> Git {
        let git = Git::new(name).git_dir(&self.directory).current_dir(&self.directory).env("GIT_LITERAL_PATHSPECS", "1");
        git.timeout(LONGEST)
    }

    /// Other repositories' objects that this one reads.
    pub fn alternates(&self) -> Vec<PathBuf> {
        self.lenders().into_iter().filter(|(_, is_read)| *is_read).map(|(path, _)| path).collect()
    }

    /// The same with those that it does not read just now, as git could not.
    fn lenders(&self) -> Vec<(PathBuf, bool)> {
        let text = fs::read_to_string(self.alternates_file()).unwrap_or_default();
        let lender = |line: &str| match line.strip_prefix(REFUSED) {
            Some(refused) => Some((PathBuf::from(refused), false)),
            None => (!line.is_empty() && !line.starts_with('#')).then(|| (PathBuf::from(line), true)),
        };
        text.lines().filter_map(lender).collect()
    }

    fn put_lenders(&self, lenders: &[(PathBuf, bool)]) -> Result<(), WorkspaceError> {
        let line = |(path, is_read): &(PathBuf, bool)| format!("{}{}\n", if *is_read { "" } else { REFUSED }, path.display());
        let text: String = lenders.iter().map(line).collect();
        put(&self.alternates_file(), text.as_bytes()).map_err(WorkspaceError::io("borrow from a repository"))
    }

    /// Leaves those alone that would keep git waiting, until they do not any more.
    pub fn check_lenders(&self) -> Result<(), WorkspaceError> {
        let before = self.lenders();
        let now: Vec<(PathBuf, bool)> = before.iter().map(|(path, _)| (path.clone(), can_lend(path))).collect();
        if now == before {
            return Ok(());
        }
        tracing::warn!(repository = %self.directory.display(), ?now, "what is borrowed from has changed its kind");
        self.put_lenders(&now)
    }

    /// False: it cannot be borrowed from, as its name does not fit on a line or git would not get through it.
    pub fn add_alternate(&self, objects: &Path) -> Result<bool, WorkspaceError> {
        let Some(name) = objects.to_str().filter(|name| !name.contains(['\n', '"']) && !name.starts_with('#')) else {
            return Ok(false);
        };
        if !can_lend(objects) {
            return Ok(false);
        }
        let mut lenders = self.lenders();
        match lenders.iter_mut().find(|(known, _)| known == objects) {
            Some((_, true)) => return Ok(true),
            Some((_, is_read)) => *is_read = true,
            None => lenders.push((PathBuf::from(name), true)),
        }
        self.put_lenders(&lenders)?;
        Ok(true)
    }

    /// Nothing that `id` holds is ever cleaned away.
    pub fn keep(&self, name: &str, id: ObjectId) -> Result<(), WorkspaceError> {
        put(&self.reference(name)?, format!("{id}\n").as_bytes()).map_err(WorkspaceError::io("keep a checkpoint"))
    }

    /// What [`Self::keep`] was told last.
    pub fn last_kept(&self) -> Option<ObjectId> {
        let kept = fs::read_dir(self.directory.join("refs/checkpoints")).ok()?.flatten();
        let kept = kept.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())));
        let (_, last) = kept.max()?;
        ObjectId::parse(fs::read_to_string(last).ok()?.trim())
    }

    pub fn forget(&self, name: &str) -> Result<(), WorkspaceError> {
        match fs::remove_file(self.reference(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(WorkspaceError::io("forget a checkpoint")(error)),
            _ => Ok(()),
        }
    }

    fn reference(&self, name: &str) -> Result<PathBuf, WorkspaceError> {
        let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        match fits {
            true => Ok(self.directory.join("refs/checkpoints").join(name)),
            false => Err(WorkspaceError::InvalidPath(format!("{name:?} is not the name of a checkpoint."))),
        }
    }

    fn alternates_file(&self) -> PathBuf {
        self.directory.join("objects/info/alternates")
    }
}

/// Git gets through these objects, and through those that they are borrowed from: what it opens without being asked
/// for is files, and no pipe.
fn can_lend(objects: &Path) -> bool {
    let (mut next, mut seen) = (vec![(objects.to_owned(), 0)], HashSet::new());
    while let Some((objects, depth)) = next.pop() {
        if !seen.insert(objects.clone()) {
            continue;
        }
        if depth > DEEPEST || seen.len() > MOST_LENDERS || !are_files(&objects.join("info")) || !are_files(&objects.join("pack"))
        {
            return false;
        }
        let text = match read_file_at(rustix::fs::CWD, &objects.join("info/alternates"), MOST_LISTED) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
            Ok(text) if (text.len() as u64) < MOST_LISTED => text,
            _ => return false,
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
        for line in lines {
            // It is quoted, and may be any.
            if line.starts_with(b"\"") {
                return false;
            }
            next.push((objects.join(OsStr::from_bytes(line)), depth + 1));
        }
    }
    true
}

/// There is nothing but files and directories in a directory, if it is there.
fn are_files(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.all(|entry| {
            let kind = entry.and_then(|entry| entry.file_type());
            kind.is_ok_and(|kind| kind.is_file() || kind.is_dir())
        }),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// What git says of objects that it cannot find or read.
pub fn gone(error: crate::GitError) -> WorkspaceError {
    match error {
        crate::GitError::Failed { words, .. } if !words.contains("No space left") => WorkspaceError::CheckpointGone(words),
        other => other.into(),
    }
}
