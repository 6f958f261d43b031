//! Where agents work: mirrors of repositories and the clones that borrow from them, checkpoints of a working
//! tree, diffs between them, and the files themselves.
//!
//! A directory here may have been written by an agent. Nothing in it is ever run, and no path leads out of it.

mod error;
pub mod git;

pub use error::WorkspaceError;
pub use git::{Git, GitError};
