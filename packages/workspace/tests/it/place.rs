//! A work tree and the checkpoints of it, in a directory of their own.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use tempfile::TempDir;
use workspace::{
    Checkpoints, Diff,
    checkpoint::Recorded,
    diff::{FileDiff, Options},
};

pub struct Place {
    pub work: PathBuf,
    pub checkpoints: Checkpoints,
    pub directory: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let work = directory.path().join("work");
        fs::create_dir(&work).unwrap();
        let checkpoints = Checkpoints::at(&directory.path().join("private.git"), &work);
        Self { work, checkpoints, directory }
    }

    /// The same with a git repository in the work tree.
    pub fn with_git() -> Self {
        let place = Self::new();
        place.git(&["init", "-q"]);
        place
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.work.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.work.join(path)).unwrap();
        self
    }

    pub fn link(&self, path: &str, target: &str) -> &Self {
        std::os::unix::fs::symlink(target, self.work.join(path)).unwrap();
        self
    }

    pub fn mode(&self, path: &str, mode: u32) -> &Self {
        fs::set_permissions(self.work.join(path), fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.work.join(path)).unwrap()
    }

    pub fn git(&self, args: &[&str]) -> String {
        git(&self.work, args)
    }

    pub async fn record(&self) -> String {
        self.recorded().await.tree
    }

    pub async fn recorded(&self) -> Recorded {
        self.checkpoints.record().await.unwrap()
    }

    pub async fn diff(&self, from: &str, to: &str) -> Diff {
        self.checkpoints.diff(from, to, &Options::default()).await.unwrap()
    }

    /// The only file that differs.
    pub async fn only(&self, from: &str, to: &str) -> FileDiff {
        let mut diff = self.diff(from, to).await;
        assert_eq!(diff.files.len(), 1, "{diff:?}");
        diff.files.remove(0)
    }

    /// `mode path` of all that a tree holds.
    pub fn tree(&self, tree: &str) -> Vec<String> {
        let private = self.checkpoints.directory().to_str().unwrap();
        let listing = git(&self.work, &["--git-dir", private, "ls-tree", "-r", "-z", "--format=%(objectmode) %(path)", tree]);
        listing.split('\0').filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    pub fn paths(&self, tree: &str) -> Vec<String> {
        self.tree(tree).iter().map(|line| line[7..].to_owned()).collect()
    }

    /// A file as a tree holds it.
    pub fn held(&self, tree: &str, path: &str) -> Vec<u8> {
        let private = self.checkpoints.directory();
        let git =
            Command::new("git").arg("--git-dir").arg(private).args(["cat-file", "blob", &format!("{tree}:{path}")]).output();
        git.unwrap().stdout
    }
}

/// As a user runs it, but for the user's own configuration.
pub fn git(directory: &std::path::Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"])
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
