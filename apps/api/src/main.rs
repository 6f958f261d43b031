use std::process::ExitCode;

fn main() -> ExitCode {
    cursor_selfhost::cli::main()
}
