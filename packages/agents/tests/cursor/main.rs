//! The decoder of the Cursor CLI against real recordings and against everything that is none.

#![expect(clippy::unwrap_used, reason = "tests")]

mod chunks;
mod decode;
mod failure;
mod large;
mod noise;
mod recordings;
mod tools;
