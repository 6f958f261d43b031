//! The project's own commands. They test and measure the built program from outside and are no part of it.

mod bench;
mod http;
mod program;
mod stats;
mod torture;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo run -p xtask -- COMMAND

  bench     measure the built program against its budgets (bench --help)
  torture   kill what can be killed and compare everything (torture --help)";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let result = match arguments.next().as_deref() {
        Some("bench") => bench::main(arguments.collect()),
        Some("torture") => torture::main(arguments.collect()),
        // The bench starts itself with these words.
        Some(bench::TALKER) => bench::talker(),
        Some(bench::FLOOR_SERVER) => bench::floor_server(arguments.collect()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
