//! Where agents work: mirrors of repositories and the clones that borrow from them, checkpoints of a working
//! tree, diffs between them, and the files themselves.
//!
//! A directory here may have been written by an agent. Nothing in it is ever run, and no path leads out of it.

pub mod checkout;
pub mod checkpoint;
pub mod diff;
mod error;
pub mod files;
pub mod git;
pub mod mirror;
pub mod overlay;
pub mod progress;
pub mod reference;
pub mod remote;
pub mod tree;
mod url;

pub use checkpoint::Checkpoints;
pub use diff::Diff;
pub use error::WorkspaceError;
pub use files::Files;
pub use git::{Git, GitError};
pub use url::{InvalidUrl, Protocol, RepositoryUrl, UrlCredential};
