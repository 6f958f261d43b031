//! Workspaces against the real git program.
