//! The Cursor CLI on this machine: where it is, what it says of itself, its login, its own chats.
//! How it is launched and what it writes is understood in `agents::cursor`, without I/O.

pub mod chats;
pub mod home;
pub mod login;
pub mod probe;
pub mod program;
