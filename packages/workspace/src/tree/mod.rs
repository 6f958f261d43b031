//! What is in a directory, whoever wrote it: no path leads out of it, no rule for ignoring that it holds can keep a
//! reader waiting or fill its memory, and nothing in it is run.

mod ignores;
mod stat;
mod walk;

pub use ignores::Ignores;
pub use stat::{Kind, Stat};
pub(crate) use walk::is_git;
pub use walk::{Entry, Listed, Next, Walk};
