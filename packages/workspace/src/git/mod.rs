//! The git program, run with care: no configuration but ours, so that nothing planted in a repository, a
//! user's or an agent's, is ever run by it.
//!
//! That holds as long as `GIT_DIR` is a directory of ours. A repository that an agent can write to is only ever read
//! through one (see `crate::overlay`): its own `config` is never looked at.

mod command;
mod error;
mod process;

pub use command::Git;
pub use error::GitError;
pub use process::{Input, Output};
