//! A scripted agent without AI that is a faithful stand-in for the Cursor CLI: the same command line,
//! the same stream, the same refusals, errors and exit codes; and it really reads, edits, searches and
//! runs commands in its workspace. It never touches a file outside of it.
//!
//! # Switches for tests
//!
//! Each is an environment variable (`CURSOR_DEMO_` and the name in capitals, `-` as `_`) or a word of
//! a first prompt line `#demo name name=value …`, which wins and is not part of the prompt.
//!
//! | switch | what it does |
//! |---|---|
//! | `pace=<ms>` | time per word; 0 is flat out (60, or 12 with the model `demo-fast`) |
//! | `fail=auth\|api-key\|model\|trust\|headless` | the error before anything is printed |
//! | `fail=usage-limit\|retriable` | the error after the run began; no result |
//! | `exit=<n>` (`fail=exit`: 3) | the exit code after a result |
//! | `no-result` | ends without a result |
//! | `hang-after-result[=<seconds>]` | lingers after the result, for ever or so long |
//! | `ignore-term` | SIGTERM does nothing |
//! | `silent=<seconds>` | says nothing for so long after its first thought |
//! | `leave-child[=double\|ignore-term]` | leaves a `sleep 1000` that holds the pipes: a child, an orphan in its own session, or one that ignores SIGTERM |
//! | `garbage` | not JSON, NULs, invalid UTF-8, two objects on a line, a string with raw newlines, unknown types |
//! | `completed-without-started` | one tool call that never started |
//! | `newline-call-id` | call ids with a newline, as some models have them |
//! | `big=<bytes>` | the answer is one text of that size on one line |
//! | `big-tool=<bytes>` | one tool result of that size |
//! | `chunks=<n>`, `rate=<per second>`, `stamp` | the answer is n deltas, at that rate, each carrying the time in nanoseconds since 1970 |
//! | `crash=<signal number>` | kills itself in the midst of the run |
//! | `connection` | loses its connection and gets it back |
//! | `stderr=<text>` | writes that to standard error (`_` for a blank in a prompt line) |
//! | `echo-env`, `echo-argv` | the answer is the names of its environment, or its arguments |
//! | `partial-line` | writes half a line, waits `silent` (2 s), writes the rest |
//! | `login=wait` | `login` waits until it is killed instead of succeeding |
//! | `logged-out` | nobody is logged in, as with a file `demo-logged-out` in its config directory |
//!
//! `CURSOR_API_KEY=invalid` (or empty) is the invalid key.

mod account;
mod answer;
mod bench;
mod chat;
mod cli;
mod clock;
mod command_line;
mod commands;
mod diff;
mod faults;
mod glob;
mod intent;
mod place;
mod preflight;
mod print;
mod prompt;
mod rules;
mod signals;
mod stream;
mod switches;
mod tool;
mod work;

use std::{ffi::OsString, process::ExitCode};

/// The build it stands in for.
pub const VERSION: &str = "2026.10.01-e373342";

/// Runs as the program would with these arguments, its own name left out.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<String> = args.map(|arg| arg.to_string_lossy().into_owned()).collect();
    match cli::parse(&args) {
        Ok(cli) => ExitCode::from(commands::run(&cli, &args)),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
    }
}
