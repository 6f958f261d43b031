//! The program as a process: started, asked, killed and looked at from outside.

pub mod process;
mod server;

pub use server::{Place, Run, Server};
