//! How many files may be open. A server with many readers needs more than the usual soft limit; agents are
//! started with the one that the server itself was started with, since programs exist that break above it.

use std::sync::OnceLock;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The variable that tells a shim the limit of its program.
pub const VARIABLE: &str = shim::spec::OPEN_FILES_VARIABLE;

static BEFORE: OnceLock<Option<u64>> = OnceLock::new();

/// Raises this process's limit as far as it may be. Once a process.
pub fn raise_open_files() {
    let before = *BEFORE.get_or_init(|| getrlimit(Resource::Nofile).current);
    let maximum = getrlimit(Resource::Nofile).maximum;
    if before != maximum {
        // Where it is not allowed the usual limit holds.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
}

/// What a program is to be started with; `None` when nothing was raised.
pub fn before() -> Option<u64> {
    BEFORE.get().copied().flatten()
}
