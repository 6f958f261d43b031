//! Making the directory an agent works in: a clone that borrows from a mirror, a copy of a local repository, or an
//! empty one.
//!
//! A workspace is made beside its place and moved there when it is whole: one that is there is complete.

mod branch;
mod clone;
mod copy;
mod fresh;
mod submodules;

pub use branch::{Based, Branch};
pub use clone::{CloneRequest, clone};
pub use copy::{CopyRequest, copy, is_owned_by_another, origin_of};
pub use fresh::init;

/// Whose the original of a copy is was looked at before; the other git shall not look again, with a stranger's eyes.
pub(crate) const UPLOAD_PACK: &str = "--upload-pack=git -c safe.directory=* upload-pack";

/// Why a workspace could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    #[error(transparent)]
    Remote(#[from] crate::remote::RemoteError),
    #[error(transparent)]
    Workspace(#[from] crate::WorkspaceError),
    #[error(transparent)]
    Git(#[from] crate::GitError),
    #[error("cannot make the workspace: {0}")]
    Io(#[from] std::io::Error),
}

impl CheckoutError {
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Remote(error) => error.kind == crate::remote::RemoteErrorKind::DiskFull,
            Self::Workspace(error) => error.is_disk_full(),
            Self::Git(error) => error.is_disk_full(),
            Self::Io(error) => error.kind() == std::io::ErrorKind::StorageFull,
        }
    }
}
