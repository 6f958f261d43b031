//! Workspaces against the real git program.

#![expect(clippy::unwrap_used, reason = "tests")]
mod checkpoints;
mod diffs;
mod files;
mod place;
mod remotes;
mod restores;
