//! Who is logged in: always the same demo account, unless a switch, a file or a bad key says no.

use std::{env, fs, io, path::PathBuf};

use crate::{cli::Cli, place, switches::Switches};

pub const EMAIL: &str = "demo@example.com";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Logged in; where the credential comes from, in the stream's words.
    Known(&'static str),
    LoggedOut,
    InvalidKey,
}

pub fn current(cli: &Cli, switches: &Switches) -> Account {
    let from_environment = env::var("CURSOR_API_KEY").ok();
    let (key, source) = match (&cli.api_key, &from_environment) {
        (Some(key), _) => (Some(key), "flag"),
        (None, key) => (key.as_ref(), "env"),
    };
    match key.map(String::as_str) {
        _ if switches.fails("api-key") => Account::InvalidKey,
        _ if switches.fails("auth") => Account::LoggedOut,
        // Set and empty is an invalid key, too.
        Some("" | "invalid") => Account::InvalidKey,
        Some(_) => Account::Known(source),
        None if switches.is_on("logged-out") || logged_out_mark().exists() => Account::LoggedOut,
        None => Account::Known("login"),
    }
}

pub fn log_in() -> io::Result<()> {
    match fs::remove_file(logged_out_mark()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub fn log_out() -> io::Result<()> {
    place::write(&logged_out_mark(), "")
}

fn logged_out_mark() -> PathBuf {
    place::config_dir().join("demo-logged-out")
}
