//! A copy of a repository on this machine: a clone that shares its objects by hard links, and takes along what is
//! not committed and what is ignored but needed. The original is only read.

use std::{fs, io, os::unix::fs::MetadataExt, path::Path};

use ignore::{WalkBuilder, overrides::OverrideBuilder};

use super::{
    Based, CheckoutError,
    fresh::{self, Unfinished},
    submodules,
};
use crate::{
    Checkpoints, Git, Protocol, RepositoryUrl,
    progress::{Progress, Tell},
    remote::{Access, UserGit},
};

/// Of the ignored files that go along; a directory of thousands is not what was meant.
const MOST_IGNORED: usize = 1000;
const MOST_IGNORED_BYTES: u64 = 50 << 20;

pub struct CopyRequest<'a> {
    pub source: &'a Path,
    pub path: &'a Path,
    pub branch: String,
    /// Also what is not committed.
    pub uncommitted: bool,
    /// Patterns of ignored files that go along, such as `.env*`.
    pub ignored: &'a [String],
    /// For submodules.
    pub access: Option<&'a Access>,
    /// The private repository of the workspace, for what is not committed.
    pub checkpoints: &'a Path,
}

/// Whether git calls it of dubious ownership, and the user has not said that it is safe.
pub fn is_owned_by_another(source: &Path, user_git: &UserGit) -> bool {
    let user = rustix::process::geteuid().as_raw();
    let owned = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.uid() == user);
    let safe = user_git.safe_directories.iter().rev().take_while(|named| !named.is_empty()).any(|named| {
        let prefix = named.strip_suffix("/*").filter(|prefix| !prefix.is_empty());
        named == "*" || Path::new(named) == source || prefix.is_some_and(|prefix| source.starts_with(prefix))
    });
    let ours = owned(source) && owned(&source.join(".git"));
    !(safe || ours)
}

/// Makes the copy; names of files that could not go along because they are too large.
pub async fn copy(request: CopyRequest<'_>, tell: Tell<'_>) -> Result<(Based, Vec<String>), CheckoutError> {
    let CopyRequest { source, path, branch, uncommitted, ignored, access, checkpoints } = request;
    let fresh = fresh::beside(path)?;
    let mut unfinished = Unfinished(Some(fresh.clone()));
    tell(Progress::new("Copying the repository"));
    let clone = Git::new("clone").with_protocols().current_dir(Path::new("/"));
    clone
        .args(["--quiet", "--local", "--no-checkout", "--template=", "--origin=local", super::UPLOAD_PACK, "--"])
        .arg(source)
        .arg(&fresh)
        .output()
        .await?;
    let git = |name: &str| Git::new(name).git_dir(&fresh.join(".git")).work_tree(&fresh);
    let url = origin_of(source).await.and_then(|url| RepositoryUrl::parse(&url).ok()).map(|(url, _)| url);
    if let Some(url) = &url {
        for (key, value) in [("url", url.as_str()), ("fetch", "+refs/heads/*:refs/remotes/origin/*")] {
            git("config").arg(format!("remote.origin.{key}")).arg(value).output().await?;
        }
    }
    // The original's HEAD, also where it is on no branch.
    let head = git("rev-parse").args(["--verify", "--quiet", "HEAD^{commit}"]).text().await.ok();
    let reference = git("symbolic-ref").args(["--short", "--quiet", "HEAD"]).text().await.ok();
    match &head {
        Some(commit) => {
            let told = |line: &str| {
                if let Some(progress) = Progress::parse(line) {
                    tell(progress);
                }
            };
            let checkout = git("checkout").config("checkout.workers", "0").args(["--progress", "--no-track", "-B", &branch]);
            checkout.arg(commit).arg("--").output_telling(Default::default(), told).await?;
        }
        None => {
            git("symbolic-ref").args(["HEAD", &format!("refs/heads/{branch}")]).output().await?;
        }
    }
    let mut too_large = Vec::new();
    if uncommitted {
        tell(Progress::new("Copying what is not committed"));
        let present = Checkpoints::at(checkpoints, source).record().await?;
        too_large.extend(present.not_captured.iter().map(|file| file.path.clone()));
        let copied = Checkpoints::at(checkpoints, &fresh);
        let now = copied.record().await?;
        copied.restore(&present.tree, &now.tree).await?;
    }
    let (from, to, patterns) = (source.to_owned(), fresh.clone(), ignored.to_vec());
    let copying = tokio::task::spawn_blocking(move || copy_ignored(&from, &to, &patterns));
    copying.await.map_err(io::Error::other)??;
    // Those that cannot be had are left to the agent: the work itself is here.
    if let (Some(url), Some(access)) = (&url, access)
        && let Err(error) = submodules::update(&fresh, url, access, tell).await
    {
        tracing::info!(%error, "submodules of a copy were not fetched");
    }
    fresh::settle(&fresh, path)?;
    unfinished.0 = None;
    Ok((Based { branch: Some(branch), reference: reference.or_else(|| head.clone()), commit: head }, too_large))
}

/// Where the original pushes to, read from its file and nothing run.
pub async fn origin_of(source: &Path) -> Option<String> {
    let git = Git::new("config").current_dir(Path::new("/")).env("GIT_DIR", "/nonexistent");
    let url = git
        .arg("--file")
        .arg(source.join(".git/config"))
        .args(["--no-includes", "--get", "remote.origin.url"])
        .text()
        .await
        .ok()?;
    // Only what can be neither an option nor a command, and no place on this machine: agents may have written it.
    let (url, _) = RepositoryUrl::parse(&url).ok()?;
    (url.protocol != Protocol::File).then(|| url.as_str().to_owned())
}

fn copy_ignored(from: &Path, to: &Path, patterns: &[String]) -> io::Result<()> {
    if patterns.is_empty() {
        return Ok(());
    }
    let mut overrides = OverrideBuilder::new(from);
    for pattern in patterns {
        // One that cannot be understood is as good as none.
        let _ = overrides.add(pattern);
    }
    let Ok(overrides) = overrides.build() else { return Ok(()) };
    // A pattern counts more than what is ignored, and ignored directories are not looked into.
    let mut walk = WalkBuilder::new(from);
    walk.hidden(false).require_git(false).overrides(overrides).filter_entry(|entry| entry.file_name() != ".git");
    let (mut count, mut bytes) = (0, 0);
    for entry in walk.build().flatten() {
        let (Some(kind), Ok(relative)) = (entry.file_type(), entry.path().strip_prefix(from)) else { continue };
        let target = to.join(relative);
        if !kind.is_file() || target.symlink_metadata().is_ok() {
            continue;
        }
        bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        count += 1;
        if count > MOST_IGNORED || bytes > MOST_IGNORED_BYTES {
            tracing::warn!(path = %from.display(), "not all ignored files were copied: there are too many");
            break;
        }
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(entry.path(), target)?;
    }
    Ok(())
}
