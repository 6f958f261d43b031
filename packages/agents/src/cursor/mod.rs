//! The Cursor CLI (`cursor-agent`, also `agent`): one print-mode process a turn, its stream of JSON
//! lines, its plain-text errors, and the files it keeps.

mod ansi;
mod assistant;
pub mod chats;
pub mod cli_config;
mod failure;
mod joiner;
pub mod launch;
pub mod models;
mod notice;
pub mod status;
pub mod stream;
mod tool;
mod turn;
pub mod version;
mod wire;

pub use launch::{Launch, LaunchRequest, base_environment, launch};
pub use stream::CursorDecoder;

/// How the line begins with which the agent reports that its turn is over. The program writes its
/// keys in a fixed order, so a byte search suffices to see the end of a turn.
pub const END_OF_TURN_MARK: &[u8] = b"{\"type\":\"result\"";
