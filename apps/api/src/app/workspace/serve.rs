//! Every workspace's repositories can be fetched from, and pushed to where they are ours.

use std::path::PathBuf;

use workspace::{Git, overlay::OverlayError};

use super::{branches::overlay_error, places::Writing};
use crate::app::{App, Error, Kind, Result};

/// A repository that may be served.
pub struct Served {
    /// Ours.
    pub git_dir: PathBuf,
    /// Git's own server, which is to be told what is asked.
    pub git: Git,
    /// While somebody pushes.
    pub writing: Option<Writing>,
}

impl App {
    /// `path`: of the repository in the workspace.
    pub async fn serve_git(&self, user_id: i64, id: &str, path: &str, push: bool) -> Result<Served> {
        let agent = if push { self.ours(user_id, id).await? } else { self.with_files(user_id, id).await? };
        let known = self.checked_out(&agent).into_iter().any(|repository| repository.path == path);
        let missing = || Error::new(Kind::NotFound, "not_a_repository", "There is no git repository at this address.");
        if !known {
            return Err(missing());
        }
        let overlay = self.overlay(&agent, path).await.map_err(|error| match error {
            OverlayError::NotARepository(_) => missing(),
            other => overlay_error(other),
        })?;
        if push {
            overlay.check_writable().await.map_err(overlay_error)?;
        }
        let writing = if push { Some(self.write_there(&agent)?) } else { None };
        let git = Git::new("http-backend");
        let hooks = self.data.root().join("git").join("hooks");
        let git = overlay.receiving(git, &hooks).map_err(|error| Error::internal("work on the repository", error))?;
        Ok(Served { git_dir: overlay.git_dir().to_owned(), git, writing })
    }
}
