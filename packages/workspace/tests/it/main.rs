//! Workspaces against the real git program.

#![expect(clippy::unwrap_used, reason = "tests")]
mod remotes;
