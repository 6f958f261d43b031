//! What the kernel tells of a process: its CPU time to the nanosecond and its memory.

use std::{fs, io, os::unix::process::CommandExt, process::Command, time::Duration};

use anyhow::{Context, bail};

/// User and system time of all threads, also of those that are gone; children are not in it.
///
/// From the process's CPU clock: `/proc/<pid>/stat` tells the same in ticks of 10 ms, which is too coarse here.
#[cfg(target_os = "linux")]
pub fn cpu(pid: i32) -> Option<Duration> {
    let (mut clock, mut time) = (0, libc::timespec { tv_sec: 0, tv_nsec: 0 });
    // SAFETY: both are valid places for the results; a process that is gone is an error code.
    let known = unsafe { libc::clock_getcpuclockid(pid, &raw mut clock) == 0 && libc::clock_gettime(clock, &raw mut time) == 0 };
    known.then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// Only Linux lets one process read another's clock; the rows that need it fail elsewhere.
#[cfg(not(target_os = "linux"))]
pub fn cpu(_pid: i32) -> Option<Duration> {
    None
}

/// Bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    pub resident: u64,
    /// Pages that no other process has; what would be free if it ended.
    pub private: u64,
}

pub fn memory(pid: i32) -> anyhow::Result<Memory> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    let sum = |names: &[&str]| -> u64 {
        let lines = text.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
        lines.filter_map(|line| line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>() * 1024
    };
    let memory = Memory { resident: sum(&["Rss:"]), private: sum(&["Private_Clean:", "Private_Dirty:"]) };
    if memory.resident == 0 {
        bail!("{path} tells no memory");
    }
    Ok(memory)
}

/// Resident bytes, cheaper to ask for than [`memory`].
pub fn resident(pid: i32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_ascii_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The children of `parent` that live.
pub fn children(parent: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| is_child(*pid, parent).unwrap_or(false)).collect()
}

fn is_child(pid: i32, parent: i32) -> Option<bool> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    Some(state != "Z" && fields.next()?.parse() == Ok(parent))
}

/// Asks a process that the bench started to end.
pub fn terminate(pid: i32) {
    // SAFETY: no memory is involved; the pid is that of a child that was not waited for yet.
    unsafe { libc::kill(pid, libc::SIGTERM) };
}

/// The soft limit of open files that `command` begins with.
pub fn limit_open_files(command: &mut Command, limit: u64) {
    let set = move || {
        let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: both calls are async-signal-safe and get a valid place.
        let set = unsafe {
            libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut now) == 0 && {
                now.rlim_cur = limit.min(now.rlim_max);
                libc::setrlimit(libc::RLIMIT_NOFILE, &raw const now) == 0
            }
        };
        if set { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: between fork and exec only the two calls above are made.
    unsafe { command.pre_exec(set) };
}
