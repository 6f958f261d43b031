//! The program as a process: started, asked, killed and looked at from outside.

mod place;
pub mod process;
mod server;

pub use place::Place;
pub use server::{Run, Server};
