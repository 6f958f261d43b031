//! Starts the agent program so that it cannot outlive the shim unseen, and cuts the shim loose from
//! the server that started it.

use std::{
    ffi::OsStr,
    io,
    os::{
        fd::OwnedFd,
        unix::{ffi::OsStrExt, process::CommandExt},
    },
    process::{Command, Stdio},
};

use shim::spec::{MARK_VARIABLE, OPEN_FILES_VARIABLE, Spec};

pub struct Program {
    pub pid: i32,
    pub input: OwnedFd,
    pub output: OwnedFd,
    pub error_output: OwnedFd,
}

/// Its own session; orphans of the run come to it.
pub fn detach() -> io::Result<()> {
    // Fails only for a process group leader, which has what is wanted already.
    let _ = rustix::process::setsid();
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1))?;
    Ok(())
}

/// What the server's own parent left open, such as a shell's pipes, is none of the program's business.
pub fn keep_inherited_files_from_the_program() {
    #[cfg(target_os = "linux")]
    // SAFETY: sets a flag on descriptors and closes none.
    unsafe {
        libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC as i32);
    }
}

/// The server has raised its own limit; the program gets the one from before.
pub fn limit_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let told = std::env::var(OPEN_FILES_VARIABLE).ok().and_then(|limit| limit.parse().ok());
    if let Some(current) = told {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: getrlimit(Resource::Nofile).maximum });
    }
}

pub fn launch(spec: &Spec, environment: &[Vec<u8>]) -> io::Result<Program> {
    let (program, arguments) = spec.argv.split_first().ok_or_else(|| io::Error::other("no program to start"))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&spec.directory).env_clear();
    for variable in environment {
        if let Some(at) = variable.iter().position(|byte| *byte == b'=') {
            command.env(OsStr::from_bytes(&variable[..at]), OsStr::from_bytes(&variable[at + 1..]));
        }
    }
    command.env(MARK_VARIABLE, spec.mark());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let shim = rustix::process::getpid();
    // SAFETY: only async-signal-safe system calls between fork and exec.
    unsafe {
        command.pre_exec(move || {
            rustix::process::setsid()?;
            #[cfg(target_os = "linux")]
            {
                rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
                // The shim may have died between fork and the line above.
                if rustix::process::getppid() != Some(shim) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
            }
            Ok(())
        });
    }
    let mut child = command.spawn()?;
    let pid = child.id() as i32;
    let (Some(input), Some(output), Some(error_output)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("the program's pipes are missing"));
    };
    let program = Program { pid, input: input.into(), output: output.into(), error_output: error_output.into() };
    for pipe in [&program.input, &program.output, &program.error_output] {
        rustix::io::ioctl_fionbio(pipe, true)?;
    }
    Ok(program)
}
