//! The floor: a plain `git clone`, into a directory that is gone afterwards.

use std::{path::Path, time::Instant};

use anyhow::bail;

use super::{
    disk,
    remotes::{Remotes, Transport},
};

pub struct Cloned {
    pub seconds: f64,
    /// Bytes of its `.git`.
    pub git: u64,
}

pub fn measure(remotes: &Remotes, transport: Transport, head: &str) -> anyhow::Result<Cloned> {
    // Beside the repository, so on the same disk.
    let scratch = tempfile::tempdir_in(remotes.repository().with_file_name(""))?;
    remotes.put_key(scratch.path())?;
    let (ssh, path) = (ssh_command(scratch.path()), scratch.path().join("clone"));
    let url = remotes.url(transport);
    let target = path.to_string_lossy();
    let begun = Instant::now();
    git_servers::git(scratch.path(), &["-c", &ssh, "-c", "http.proxy=", "clone", "--quiet", &url, &target])?;
    let seconds = begun.elapsed().as_secs_f64();
    let git = disk::used(&path.join(".git"))?;
    check(&path, head)?;
    Ok(Cloned { seconds, git })
}

/// Fails unless `path` has the commit `head` and nothing else in its work tree.
pub fn check(path: &Path, head: &str) -> anyhow::Result<()> {
    let (has, changed) = (git_servers::git(path, &["rev-parse", "HEAD"])?, git_servers::git(path, &["status", "--porcelain"])?);
    if has != head || !changed.is_empty() {
        bail!("{} is at {has} and not at {head}, or differs: {changed}", path.display());
    }
    Ok(())
}

/// `ssh` takes its home from the list of users, so it is told where things are.
fn ssh_command(home: &Path) -> String {
    let ssh = home.join(".ssh");
    let (key, hosts) = (ssh.join("id_ed25519"), ssh.join("known_hosts"));
    format!(
        "core.sshCommand=ssh -F none -oBatchMode=yes -oStrictHostKeyChecking=accept-new -oUserKnownHostsFile='{}' -i '{}'",
        hosts.display(),
        key.display()
    )
}
