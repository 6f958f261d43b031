//! The git side of a workspace: its branches and commits, seen through a `GIT_DIR` of ours.
//!
//! An agent may have written anything into the workspace's `.git`. Its `config`, its hooks and whatever else can name a
//! program are never looked at: objects, references and the index are reached from a directory of ours that has a
//! configuration of its own. What we change, other than references, are the index, the files and the marks of a merge.

mod commit;
mod index;
mod merge;
mod push;
mod rebase;
mod receive;
mod state;
mod update;

use std::{
    fs,
    io::{self, Read},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use thiserror::Error;

pub use commit::Committed;
pub use push::Pushed;
pub use state::State;
pub use update::{Method, Updated};

use crate::{Git, GitError, remote::RemoteError};

/// Who commits.
#[derive(Clone, Debug)]
pub struct Identity {
    pub name: String,
    pub email: String,
}

#[derive(Debug, Error)]
pub enum OverlayError {
    #[error("{0} is not a git repository that can be worked with from here")]
    NotARepository(PathBuf),
    #[error("There is nothing to commit.")]
    NothingToCommit,
    #[error("{0} is on no branch. Make one (git switch -c NAME), then try again.")]
    NoBranch(String),
    #[error("Not everything is committed. Commit it first.")]
    Uncommitted,
    #[error("There are conflicts in {}. Resolve them, or let the agent do it; then try again.", .0.join(", "))]
    Unresolved(Vec<String>),
    #[error(
        "{path} goes through the filter {filter}, which is not run from here. Let the agent commit, or do it in your editor."
    )]
    Filtered { path: String, filter: String },
    #[error("The branch has merges in it, which a rebase would lose. Merge instead.")]
    HasMerges,
    #[error("The remote did not take it: {0}")]
    Rejected(String),
    #[error("No base is known to update from.")]
    NoBase,
    #[error("Another git works in the workspace just now. Try again when it is done.")]
    Locked,
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("cannot work on the repository: {0}")]
    Io(#[from] io::Error),
}

/// One repository in a workspace.
pub struct Overlay {
    /// Ours.
    git_dir: PathBuf,
    work_tree: PathBuf,
}

/// What the workspace's `.git` and ours share. Not its logs: what is appended there could be led elsewhere.
const SHARED: [(&str, bool); 5] =
    [("objects", true), ("refs", true), ("packed-refs", false), ("index", false), ("shallow", false)];

/// Files among its objects that git reads whole, whatever they are.
const READ_BY_GIT: [&str; 3] = ["alternates", "http-alternates", "commit-graph"];

impl Overlay {
    /// `git_dir`: a place of ours for this repository, which is made anew as it is needed. `work_tree`: physical.
    pub async fn open(git_dir: &Path, work_tree: &Path) -> Result<Self, OverlayError> {
        let (git_dir, work_tree) = (git_dir.to_owned(), work_tree.to_owned());
        blocking(move || Self::open_now(&git_dir, &work_tree)).await
    }

    fn open_now(git_dir: &Path, work_tree: &Path) -> Result<Self, OverlayError> {
        let theirs = work_tree.join(".git");
        let not = || OverlayError::NotARepository(work_tree.to_owned());
        let is = |path: &Path, directory: bool| {
            path.symlink_metadata().is_ok_and(|found| if directory { found.is_dir() } else { found.is_file() })
        };
        // None of them may be a symlink that leads elsewhere, nor the way to them.
        if !work_tree.canonicalize().is_ok_and(|physical| physical == work_tree)
            || !is(&theirs, true)
            || !is(&theirs.join("objects"), true)
            || !is(&theirs.join("refs"), true)
        {
            return Err(not());
        }
        let info = theirs.join("objects/info");
        let odd = |path: PathBuf| path.symlink_metadata().is_ok_and(|found| !found.is_file());
        if info.symlink_metadata().is_ok() && (!is(&info, true) || READ_BY_GIT.iter().any(|name| odd(info.join(name)))) {
            return Err(not());
        }
        fs::create_dir_all(git_dir)?;
        for (name, directory) in SHARED {
            let path = theirs.join(name);
            if path.symlink_metadata().is_ok() && !is(&path, directory) {
                return Err(not());
            }
            link(&path, &git_dir.join(name))?;
        }
        let head = read_small(&theirs.join("HEAD"), 1000)?.ok_or_else(not)?;
        if head.contains(&0) {
            return Err(not());
        }
        put(&git_dir.join("HEAD"), &head)?;
        let object_format = object_format(&theirs);
        let config = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tlogAllRefUpdates = false\n\talternateRefsCommand = true\n\tworktree = {}\n[extensions]\n\tobjectFormat = {object_format}\n[receive]\n\tdenyCurrentBranch = updateInstead\n\tautogc = false\n[http]\n\treceivepack = true\n\tuploadpack = true\n",
            quoted(work_tree)
        );
        put(&git_dir.join("config"), config.as_bytes())?;
        Ok(Self { git_dir: git_dir.to_owned(), work_tree: work_tree.to_owned() })
    }

    /// Whether what git writes stays in the workspace: there is no symlink among references and objects. Asked before
    /// anything is written.
    pub async fn check_writable(&self) -> Result<(), OverlayError> {
        let theirs = self.theirs();
        let leads_out =
            blocking(move || Ok(has_symlink(&theirs.join("refs"), usize::MAX)? || has_symlink(&theirs.join("objects"), 2)?));
        if leads_out.await? { Err(OverlayError::NotARepository(self.work_tree.clone())) } else { Ok(()) }
    }

    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Where the repository's own things are. Only to be read and written as data.
    fn theirs(&self) -> PathBuf {
        self.work_tree.join(".git")
    }

    /// A command that sees references and objects.
    fn git(&self, name: &str) -> Git {
        Git::new(name).git_dir(&self.git_dir).current_dir(&self.git_dir).config("core.worktree", &self.work_tree)
    }

    /// The branch that is checked out.
    pub fn branch(&self) -> Option<String> {
        let head = fs::read_to_string(self.git_dir.join("HEAD")).ok()?;
        let name = head.trim().strip_prefix("ref: refs/heads/")?;
        crate::reference::is_reference(name).then(|| name.to_owned())
    }

    async fn commit_of(&self, name: &str) -> Option<String> {
        let git = self.git("rev-parse").args(["--verify", "--quiet", "--end-of-options"]).arg(format!("{name}^{{commit}}"));
        git.text().await.ok()
    }

    async fn tree_of(&self, name: &str) -> Result<String, GitError> {
        self.git("rev-parse").args(["--verify", "--quiet", "--end-of-options"]).arg(format!("{name}^{{tree}}")).text().await
    }
}

/// Makes `at` a symlink to `to`, if it is not one.
fn link(to: &Path, at: &Path) -> io::Result<()> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    match fs::remove_file(at) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => symlink(to, at),
    }
}

/// Writes a file as a whole or not at all; what stands there, a symlink too, is replaced.
fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|found| found.is_file()) && fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let fresh =
        path.with_file_name(format!(".{}.{}", path.file_name().unwrap_or_default().to_string_lossy(), std::process::id()));
    fs::write(&fresh, content)?;
    fs::rename(fresh, path)
}

/// A number of its own in this process.
fn unique() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// As a value in git's configuration.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// The one thing of its configuration that matters, taken as a word and compared with those there are.
fn object_format(theirs: &Path) -> &'static str {
    let config = read_small(&theirs.join("config"), 1 << 20).ok().flatten().unwrap_or_default();
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let is_sha256 = config.lines().any(|line| line.trim().starts_with("objectformat") && line.contains("sha256"));
    if is_sha256 { "sha256" } else { "sha1" }
}

/// What stands in a file that an agent may have put there; `None` where it is no plain file of at most `most` bytes.
fn read_small(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(file) => fs::File::from(file),
        Err(Errno::NOENT | Errno::LOOP | Errno::NXIO | Errno::NOTDIR) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut content = Vec::new();
    io::Read::take(file, most + 1).read_to_end(&mut content)?;
    Ok(if content.len() as u64 > most { None } else { Some(content) })
}

fn has_symlink(directory: &Path, depth: usize) -> io::Result<bool> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_symlink() || (kind.is_dir() && depth > 1 && has_symlink(&entry.path(), depth - 1)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where it keeps no other task waiting.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, OverlayError> + Send + 'static) -> Result<T, OverlayError> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}
