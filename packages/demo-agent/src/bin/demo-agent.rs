fn main() -> std::process::ExitCode {
    demo_agent::main(std::env::args_os().skip(1))
}
