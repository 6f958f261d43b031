//! Submodules come along with the workspace, with the same credentials.

use std::path::Path;

use super::CheckoutError;
use crate::{
    Git, Protocol, RepositoryUrl,
    progress::{Progress, Tell},
    remote::{Access, RemoteError},
};

/// Nobody but us has written to this clone yet: its configuration is ours, and what `.gitmodules` wants run is refused by git.
pub(super) async fn update(path: &Path, url: &RepositoryUrl, access: &Access, tell: Tell<'_>) -> Result<(), CheckoutError> {
    if !path.join(".gitmodules").is_file() {
        return Ok(());
    }
    tell(Progress::new("Fetching submodules"));
    let mut git = access.apply(Git::new("submodule")).current_dir(path);
    if url.protocol != Protocol::File {
        // What a remote repository names is not to be taken from this machine's disk.
        git = git.config("protocol.file.allow", "never");
    }
    let git = git.args(["--quiet", "update", "--init", "--recursive", "--checkout"]);
    let told = |line: &str| {
        if let Some(progress) = Progress::parse(line) {
            tell(progress);
        }
    };
    git.output_telling(Default::default(), told).await.map_err(|error| RemoteError::new(&error, url, access))?;
    Ok(())
}
