use super::{Overlay, OverlayError};
use crate::{
    RepositoryUrl,
    remote::{Access, RemoteError, RemoteErrorKind},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    pub branch: String,
    pub commit: String,
}

impl Overlay {
    /// Pushes the branch that is checked out to `url` under its own name, never by force.
    pub async fn push(&self, url: &RepositoryUrl, access: &Access) -> Result<Pushed, OverlayError> {
        self.check_writable().await?;
        let branch = self.branch().ok_or_else(|| OverlayError::NoBranch(self.work_tree.display().to_string()))?;
        let commit = self.commit_of("HEAD").await.ok_or(OverlayError::NothingToCommit)?;
        let git = access.apply(self.git("push")).args(["--no-verify", "--", url.for_git()]);
        let pushed = git.arg(format!("{commit}:refs/heads/{branch}")).output().await;
        if let Err(error) = pushed {
            let words = error.words().unwrap_or_default().to_owned();
            let found = RemoteError::new(&error, url, access);
            let refused = words.contains("rejected") || words.contains("failed to push some refs");
            return Err(if refused && found.kind != RemoteErrorKind::DiskFull {
                OverlayError::Rejected(words)
            } else {
                found.into()
            });
        }
        // As the remote has it now; a git in the workspace would have noted it, too.
        let noted = self.git("update-ref").arg(format!("refs/remotes/origin/{branch}")).arg(&commit).output().await;
        if let Err(error) = noted {
            tracing::debug!(%error, "what was pushed was not noted");
        }
        Ok(Pushed { branch, commit })
    }
}
