//! What the program asks of the store, by noun.

pub mod agents;
pub mod changes;
pub mod directories;
pub mod keys;
pub mod page;
pub mod runs;
pub mod sessions;
pub mod settings;
pub mod steps;
pub mod users;
