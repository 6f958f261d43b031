//! The command line. An error ends with what to do next.

mod account;
mod backup;
mod doctor;
mod gc;
mod keys;
mod link;
mod passwd;
mod serve;
mod service;
mod stop;

use std::{io::Write, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    app::data_directory::DataDirectory,
    config::{self, DataOptions},
};

/// Cursor Cloud Agents on your own machines
#[derive(Parser)]
#[command(name = "cursor-selfhost", version, propagate_version = true, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server and print a link that opens its page signed in
    Serve(serve::Serve),
    /// Print a fresh link that signs a browser in, beside a running server
    Link(link::Link),
    /// Make, list and revoke API keys; a new one is valid at once in a running server
    Keys(keys::Keys),
    /// Set the owner's password, which listening beyond this machine needs
    Passwd(passwd::Passwd),
    /// End runs, with a running server or without one
    Stop(stop::Stop),
    /// Check everything an agent needs, each finding with its remedy
    Doctor(doctor::Doctor),
    /// Compress and remove what is not needed any more, and say what that freed
    Gc(gc::Gc),
    /// Write everything into one file, also while the server runs
    Backup(backup::Backup),
    /// Make a data directory of a backup
    Restore(backup::Restore),
    /// Have systemd start the server
    Service(service::Service),
    /// Print the API document (OpenAPI 3.1)
    Openapi,
}

/// The word that turns this program into the demo agent.
const DEMO_AGENT: &str = "demo-agent";

pub fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == DEMO_AGENT) {
        return demo_agent::main(arguments);
    }
    let command = CommandLine::parse().command;
    crate::telemetry::init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let result = match command {
        Command::Serve(serve) => runtime.block_on(serve.run()),
        Command::Link(link) => runtime.block_on(link.run()),
        Command::Keys(keys) => runtime.block_on(keys.run()),
        Command::Passwd(passwd) => runtime.block_on(passwd.run()),
        Command::Stop(stop) => runtime.block_on(stop.run()),
        Command::Doctor(doctor) => runtime.block_on(doctor.run()),
        Command::Gc(gc) => runtime.block_on(gc.run()),
        Command::Backup(backup) => runtime.block_on(backup.run()),
        Command::Restore(restore) => runtime.block_on(restore.run()),
        Command::Service(service) => runtime.block_on(service.run()),
        Command::Openapi => openapi(),
    };
    // A blocking task that hangs, such as a slow disk, does not keep the program.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result.unwrap_or_else(|error| fail(&error))
}

fn openapi() -> anyhow::Result<ExitCode> {
    print(&crate::http::document().to_pretty_json()?)?;
    Ok(ExitCode::SUCCESS)
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

/// The data directory a command is about; a mistyped one is not made.
fn existing_data(options: &DataOptions) -> anyhow::Result<DataDirectory> {
    let (path, _) = config::data_dir(options)?;
    Ok(DataDirectory::existing(&path)?)
}

/// What makes a command that is named in a message be about the same data directory.
fn data_dir_option(data: &DataDirectory) -> String {
    let usual = config::default_data_dir().is_ok_and(|usual| config::physical(&usual) == data.root());
    if usual { String::new() } else { format!(" --data-dir {}", data.root().display()) }
}

/// Prints, and does not mind if nobody reads on.
fn print(text: &str) -> std::io::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How this program starts its demo agent.
fn demo_argv() -> anyhow::Result<Vec<String>> {
    let program: PathBuf = std::env::current_exe()?;
    Ok(vec![program.to_string_lossy().into_owned(), DEMO_AGENT.to_owned()])
}
