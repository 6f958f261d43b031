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
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
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

/// What the workspace's `.git` and ours share.
const SHARED: [(&str, bool); 5] = [("objects", true), ("refs", true), ("logs", true), ("packed-refs", false), ("index", false)];

impl Overlay {
    /// `git_dir`: a place of ours for this repository, which is made anew as it is needed.
    pub fn open(git_dir: &Path, work_tree: &Path) -> Result<Self, OverlayError> {
        let theirs = work_tree.join(".git");
        let not = || OverlayError::NotARepository(work_tree.to_owned());
        let is = |path: &Path, directory: bool| {
            path.symlink_metadata().is_ok_and(|found| if directory { found.is_dir() } else { found.is_file() })
        };
        // None of them may be a symlink that leads elsewhere.
        if !is(&theirs, true)
            || !is(&theirs.join("objects"), true)
            || !is(&theirs.join("refs"), true)
            || !is(&theirs.join("HEAD"), false)
        {
            return Err(not());
        }
        fs::create_dir_all(git_dir)?;
        for (name, directory) in SHARED {
            let path = theirs.join(name);
            match path.symlink_metadata() {
                Ok(_) if !is(&path, directory) => return Err(not()),
                Err(_) if name == "logs" => fs::create_dir(&path)?,
                _ => {}
            }
            link(&path, &git_dir.join(name))?;
        }
        let head = fs::read_to_string(theirs.join("HEAD"))?;
        if head.len() > 1000 || head.contains('\0') {
            return Err(not());
        }
        put(&git_dir.join("HEAD"), head.as_bytes())?;
        let object_format = object_format(&theirs);
        let config = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tlogAllRefUpdates = true\n\talternateRefsCommand = true\n\tworktree = {}\n[extensions]\n\tobjectFormat = {object_format}\n[receive]\n\tdenyCurrentBranch = updateInstead\n\tautogc = false\n[http]\n\treceivepack = true\n\tuploadpack = true\n",
            quoted(work_tree)
        );
        put(&git_dir.join("config"), config.as_bytes())?;
        Ok(Self { git_dir: git_dir.to_owned(), work_tree: work_tree.to_owned() })
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
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
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

/// As a value in git's configuration.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// The one thing of its configuration that matters, taken as a word and compared with those there are.
fn object_format(theirs: &Path) -> &'static str {
    let config = fs::read(theirs.join("config")).unwrap_or_default();
    let config = String::from_utf8_lossy(&config).to_ascii_lowercase();
    let is_sha256 = config.lines().any(|line| line.trim().starts_with("objectformat") && line.contains("sha256"));
    if is_sha256 { "sha256" } else { "sha1" }
}
