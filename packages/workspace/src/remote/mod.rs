//! Talking to the remotes of repositories: with whose credentials, and what went wrong in which words.

mod access;
mod error;
mod refs;
mod user_git;

pub use access::{Access, HostKeys, StoredCredential};
pub use error::{RemoteError, RemoteErrorKind};
pub use refs::{RemoteRefs, Wanted, list_refs, look_up};
pub use user_git::UserGit;
