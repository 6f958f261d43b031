//! What is in a directory, whoever wrote it: no path leads out of it, no rule for ignoring that it holds can keep a
//! reader waiting or fill its memory, and nothing in it is run.

mod ignores;
mod open;
mod stat;
mod walk;

pub use ignores::Ignores;
pub(crate) use open::{is_no_file, open_file, open_root, read_file, read_file_at, read_users_file};
pub use stat::{Kind, Stat};
pub(crate) use walk::is_git;
pub use walk::{Entry, Listed, Next, Walk};
