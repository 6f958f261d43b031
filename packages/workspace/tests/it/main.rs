//! Workspaces against the real git program.

#![expect(clippy::unwrap_used, reason = "tests")]
mod borrowing;
mod checkpoints;
mod diffs;
mod files;
mod overlays;
mod place;
mod planted;
mod remotes;
mod restores;
mod round_trips;
