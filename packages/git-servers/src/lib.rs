//! Real git servers on loopback: git's own HTTP back end, and OpenSSH. For tests and the benchmark; they serve the
//! repositories below one directory until they are dropped.

mod http;
mod repository;
mod ssh;

pub use http::HttpServer;
pub use repository::{Repository, git};
pub use ssh::SshServer;
