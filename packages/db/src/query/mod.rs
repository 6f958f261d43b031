//! What the program asks of the store, by noun.

pub mod agents;
pub mod changes;
pub mod checkpoints;
pub mod directories;
pub mod git_credentials;
pub mod idempotency;
pub mod keys;
pub mod page;
pub mod queue;
pub mod repositories;
pub mod runs;
pub mod sessions;
pub mod settings;
pub mod spent;
pub mod steps;
pub mod users;
