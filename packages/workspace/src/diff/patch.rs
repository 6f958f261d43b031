use std::{ffi::OsStr, os::unix::ffi::OsStrExt, time::Duration};

use super::{filter, left_out, listing::list};
use crate::{
    Checkpoints, GitError, WorkspaceError,
    checkpoint::{gone, parse},
};

/// Bytes.
const LARGEST: usize = 64 << 20;

impl Checkpoints {
    /// What differs between two trees as a patch for `git apply`, binary files included.
    ///
    /// `path`: only that file, or what is in that directory; a file that was renamed is in both of its directories.
    ///
    /// [`WorkspaceError::PatchTooLarge`]: it has more than 64 MB.
    pub async fn patch(&self, from: &str, to: &str, path: Option<&str>) -> Result<Vec<u8>, WorkspaceError> {
        self.patch_leaving_out(from, to, path, &[]).await
    }

    /// The same without the deletion of what is in `left_out`, as in [`Options`](super::Options).
    pub async fn patch_leaving_out(
        &self,
        from: &str,
        to: &str,
        path: Option<&str>,
        left_out: &[String],
    ) -> Result<Vec<u8>, WorkspaceError> {
        let (from, to) = (parse(from)?, parse(to)?);
        let to = left_out::with(self, from, to, left_out).await?;
        let mut git = self.git("diff-tree").args(["-p", "-r", "-M", "--binary", "--full-index", "--no-color"]);
        git = git.args(["--no-ext-diff", "--no-textconv", &from.to_string(), &to.to_string()]);
        if let Some(path) = filter(path)? {
            let all = list(self, from, to).await?;
            let renamed = all.iter().filter(|change| change.old_path.is_some() && change.is_in(path.as_bytes()));
            let renamed = renamed.flat_map(|change| [Some(change.path.as_slice()), change.old_path.as_deref()]).flatten();
            git = git.arg("--").arg(&path).args(renamed.map(OsStr::from_bytes));
        }
        match git.timeout(Duration::from_secs(120)).most_output(LARGEST).output().await {
            Err(GitError::TooMuch { .. }) => Err(WorkspaceError::PatchTooLarge(LARGEST >> 20)),
            patch => patch.map_err(gone),
        }
    }
}
