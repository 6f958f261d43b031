use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A repository with a working tree, to make history in, and to serve.
pub struct Repository {
    path: PathBuf,
}

impl Repository {
    /// An empty one at `path`, on the branch `main`.
    pub fn init(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let repository = Self { path: path.to_owned() };
        repository.git(["init", "--quiet", "--initial-branch=main"])?;
        for (key, value) in
            [("user.name", "Somebody"), ("user.email", "somebody@example.com"), ("receive.denyCurrentBranch", "updateInstead")]
        {
            repository.git(["config", key, value])?;
        }
        // Served over HTTP, it takes pushes.
        repository.git(["config", "http.receivepack", "true"])?;
        Ok(repository)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file and commits everything. The commit.
    pub fn commit(&self, path: &str, content: &str) -> io::Result<String> {
        let file = self.path.join(path);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, content)?;
        self.commit_all(&format!("Change {path}"))
    }

    pub fn commit_all(&self, message: &str) -> io::Result<String> {
        self.git(["add", "--all"])?;
        self.git(["commit", "--quiet", "--allow-empty", "-m", message])?;
        self.git(["rev-parse", "HEAD"])
    }

    /// Runs git in it, with nobody's configuration but its own; what it said, trimmed.
    pub fn git<const N: usize>(&self, args: [&str; N]) -> io::Result<String> {
        git(&self.path, &args)
    }
}

/// Runs git in `directory`.
pub fn git(directory: &Path, args: &[&str]) -> io::Result<String> {
    let output = Command::new("git")
        .args(args)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("git {args:?}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
