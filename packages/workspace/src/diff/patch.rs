use std::{ffi::OsStr, os::unix::ffi::OsStrExt, time::Duration};

use super::{filter, listing::list};
use crate::{
    Checkpoints, WorkspaceError,
    checkpoint::{gone, parse},
};

impl Checkpoints {
    /// What differs between two trees as a patch for `git apply`, binary files included. Up to 256 MB.
    ///
    /// `path`: only that file, or what is in that directory; a file that was renamed is in both of its directories.
    pub async fn patch(&self, from: &str, to: &str, path: Option<&str>) -> Result<Vec<u8>, WorkspaceError> {
        let (from, to) = (parse(from)?, parse(to)?);
        let mut git = self.git("diff-tree").args(["-p", "-r", "-M", "--binary", "--full-index", "--no-color"]);
        git = git.args(["--no-ext-diff", "--no-textconv", &from.to_string(), &to.to_string()]);
        if let Some(path) = filter(path)? {
            let all = list(self, from, to).await?;
            let renamed = all.iter().filter(|change| change.old_path.is_some() && change.is_in(path.as_bytes()));
            let renamed = renamed.flat_map(|change| [Some(change.path.as_slice()), change.old_path.as_deref()]).flatten();
            git = git.arg("--").arg(&path).args(renamed.map(OsStr::from_bytes));
        }
        git.timeout(Duration::from_secs(120)).output().await.map_err(gone)
    }
}
