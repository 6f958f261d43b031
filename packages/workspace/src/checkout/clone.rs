//! A clone that borrows the mirror's objects and has everything else of its own.

use std::path::Path;

use super::{
    Based, Branch, CheckoutError,
    fresh::{self, Unfinished},
    submodules,
};
use crate::{
    Git, RepositoryUrl,
    mirror::Mirrored,
    progress::{Progress, Tell},
    remote::{Access, Wanted},
};

pub struct CloneRequest<'a> {
    pub mirrored: &'a Mirrored,
    /// Where the clone pushes to and fetches from.
    pub url: &'a RepositoryUrl,
    pub branch: Branch,
    pub access: &'a Access,
    pub path: &'a Path,
}

/// Makes the workspace; nothing of it is there when it fails.
pub async fn clone(request: CloneRequest<'_>, tell: Tell<'_>) -> Result<Based, CheckoutError> {
    let CloneRequest { mirrored, url, branch, access, path } = request;
    let fresh = fresh::beside(path)?;
    let mut unfinished = Unfinished(Some(fresh.clone()));
    let git = Git::new("clone").with_protocols().current_dir(Path::new("/"));
    let git = git
        .args(["--quiet", "--shared", "--no-checkout", "--template=", "--origin=origin", "--"])
        .arg(&mirrored.path)
        .arg(&fresh);
    git.output().await?;
    let inside = || Git::new("config").git_dir(&fresh.join(".git"));
    inside().args(["remote.origin.url", url.for_git()]).output().await?;
    let based = check_out(&fresh, &mirrored.wanted, branch, tell).await?;
    submodules::update(&fresh, url, access, tell).await?;
    fresh::settle(&fresh, path)?;
    unfinished.0 = None;
    Ok(based)
}

async fn check_out(path: &Path, wanted: &Wanted, branch: Branch, tell: Tell<'_>) -> Result<Based, CheckoutError> {
    let (reference, tracked) = match wanted {
        Wanted::Branch { name, .. } => (Some(name.clone()), Some(name.clone())),
        Wanted::Tag { name, .. } => (Some(name.clone()), None),
        Wanted::Commit(commit) => (Some(commit.clone()), None),
        Wanted::Empty => (None, None),
    };
    let name = match (branch, &tracked) {
        (Branch::New(name), _) => Some(name),
        (Branch::Current, Some(tracked)) => Some(tracked.clone()),
        // There is nothing to be on yet but the branch to come.
        (Branch::Current, None) if reference.is_none() => Some("main".to_owned()),
        (Branch::Current, None) => None,
    };
    let based = Based { branch: name.clone(), reference, commit: wanted.commit().map(str::to_owned) };
    let git = |name: &str| Git::new(name).git_dir(&path.join(".git")).work_tree(path);
    let Some(commit) = wanted.commit() else {
        let head = format!("refs/heads/{}", name.as_deref().unwrap_or("main"));
        git("symbolic-ref").args(["HEAD", &head]).output().await?;
        return Ok(based);
    };
    // As many at once as there are cores.
    let checkout = git("checkout").config("checkout.workers", "0").arg("--progress");
    let checkout = match &name {
        Some(name) => checkout.args(["--no-track", "-B", name]),
        None => checkout.arg("--detach"),
    };
    let told = |line: &str| {
        if let Some(progress) = Progress::parse(line) {
            tell(progress);
        }
    };
    checkout.arg(commit).arg("--").output_telling(Default::default(), told).await?;
    if let (Some(name), Some(tracked)) = (&name, &tracked)
        && name == tracked
    {
        for (key, value) in [("remote", "origin".to_owned()), ("merge", format!("refs/heads/{name}"))] {
            git("config").arg(format!("branch.{name}.{key}")).arg(value).output().await?;
        }
    }
    Ok(based)
}
