//! The demo agent as a process, the way a server starts it.

#![expect(clippy::unwrap_used, reason = "tests")]

mod chats;
mod commands;
mod faults;
mod home;
mod permissions;
mod signals;
mod stream;
mod work;
