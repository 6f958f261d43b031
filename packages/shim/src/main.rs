//! The shim: owns the agent program's pipes, so that a run outlives the server.
//!
//! It writes every byte to the run log before anyone hears of it, knows the end of a turn by a line
//! prefix, enforces the limits, ends the whole scope and writes how it went, with or without a
//! server. A run directory is launched at most once: the lock and the log say so.

mod end_of_turn;
mod launch;
mod log;
mod server;
mod stdin;
mod supervise;

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use shim::spec::{self, Payload, Spec};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error is /dev/null beside a server; this is for whoever runs it by hand.
            eprintln!("cursor-selfhost-shim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("usage: cursor-selfhost-shim RUN_DIRECTORY"))?;
    std::env::set_current_dir(Path::new(&directory))?;
    let lock = fs::OpenOptions::new().create(true).append(true).open(spec::LOCK_FILE)?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)?;
    if fs::exists(spec::LOG_FILE)? {
        return Err(io::Error::other("this run was launched before"));
    }
    let spec: Spec = serde_json::from_slice(&fs::read(spec::SPEC_FILE)?)?;
    let payload = Payload::read(&mut io::stdin().lock())?;
    launch::limit_open_files();
    launch::keep_inherited_files_from_the_program();
    launch::detach()?;
    let log = log::Log::create()?;
    let server = server::Server::listen()?;
    // Whoever started the shim may connect from here on; it is the last thing said this way.
    let _ = writeln!(io::stdout(), "listening");
    supervise::supervise(&spec, payload, log, server)
}
