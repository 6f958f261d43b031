//! Bringing the base's new commits in, by a merge or a rebase. Nothing is changed until it is known how it comes out.

use super::{Identity, Overlay, OverlayError, index::Index};
use crate::GitError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Merge,
    Rebase,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Updated {
    UpToDate,
    /// So many commits came in.
    Updated {
        commits: u64,
    },
    /// After a merge they stand in the files; after a rebase nothing was changed.
    Conflicts {
        commits: u64,
        paths: Vec<String>,
    },
}

impl Overlay {
    /// Brings `base`, a commit that is there, into the branch. `name`: what the base is called.
    pub async fn update(&self, base: &str, name: &str, method: Method, identity: &Identity) -> Result<Updated, OverlayError> {
        let branch = self.branch().ok_or_else(|| OverlayError::NoBranch(self.work_tree.display().to_string()))?;
        let index = self.locked_index().await?;
        let base = self.commit_of(base).await.ok_or(OverlayError::NoBase)?;
        let head = self.commit_of("HEAD").await.ok_or(OverlayError::NoBase)?;
        let unmerged = index.unmerged().await?;
        if !unmerged.is_empty() {
            return Err(OverlayError::Unresolved(unmerged));
        }
        let uncommitted = index.changed().await?.iter().any(|(letters, _)| letters != "??");
        if uncommitted || self.merge_head().await.is_some() {
            return Err(OverlayError::Uncommitted);
        }
        let count = self.git("rev-list").args(["--count", "--end-of-options"]).arg(format!("{head}..{base}")).text().await?;
        let commits: u64 = count.parse().unwrap_or(0);
        if commits == 0 {
            return Ok(Updated::UpToDate);
        }
        if self.is_ancestor(&head, &base).await? {
            self.move_to(index, &branch, &head, &base, "update: fast-forward", identity).await?;
            return Ok(Updated::Updated { commits });
        }
        let conflicts = match method {
            Method::Merge => self.merge(index, &branch, &head, &base, name, identity).await?,
            Method::Rebase => self.rebase(index, &branch, &head, &base, identity).await?,
        };
        Ok(if conflicts.is_empty() { Updated::Updated { commits } } else { Updated::Conflicts { commits, paths: conflicts } })
    }

    /// Notes where the base's branch is, as a fetch in the workspace would.
    pub async fn note_base(&self, reference: &str, commit: &str) -> Result<(), OverlayError> {
        if self.base(reference).await.is_some() {
            self.check_writable().await?;
            self.git("update-ref").arg(format!("refs/remotes/origin/{reference}")).arg(commit).output().await?;
        }
        Ok(())
    }

    /// Fetches a branch or a commit of the repository on this machine that this one is a copy of. Its commit.
    pub async fn fetch_local(&self, original: &std::path::Path, reference: &str) -> Result<String, OverlayError> {
        self.check_writable().await?;
        let git = self.git("fetch").with_protocols().args(["--quiet", "--no-tags", "--no-write-fetch-head"]);
        let git = git.args([crate::checkout::UPLOAD_PACK, "--"]).arg(original);
        let noted = format!("refs/remotes/local/{reference}");
        git.arg(format!("+{reference}:{noted}")).output().await?;
        self.commit_of(&noted).await.ok_or(OverlayError::NoBase)
    }

    /// The tree of a commit that is there.
    pub async fn tree(&self, commit: &str) -> Result<String, OverlayError> {
        Ok(self.tree_of(commit).await?)
    }

    /// Ends a merge that is not committed; the files are as they are committed.
    pub async fn abort(&self) -> Result<(), OverlayError> {
        let index = self.locked_index().await?;
        index.git("read-tree").args(["--reset", "-u", "HEAD"]).output().await?;
        self.forget_merge();
        index.install().await?;
        Ok(())
    }

    /// The files and the branch from one commit to another.
    pub(super) async fn move_to(
        &self,
        index: Index<'_>,
        branch: &str,
        from: &str,
        to: &str,
        why: &str,
        identity: &Identity,
    ) -> Result<(), OverlayError> {
        index.refresh().await;
        index.git("read-tree").args(["-m", "-u", from, to]).output().await?;
        self.move_branch(branch, to, Some(from), why, identity).await?;
        index.install().await
    }

    async fn is_ancestor(&self, one: &str, other: &str) -> Result<bool, OverlayError> {
        match self.git("merge-base").args(["--is-ancestor", one, other]).output().await {
            Ok(_) => Ok(true),
            Err(GitError::Failed { code: Some(1), .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
