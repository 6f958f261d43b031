//! All processes of a run, whatever they did to escape: the descendants of its shim, and whatever
//! carries its mark in the environment.
//!
//! Back end *proc*. A process is signalled through a pidfd after its start time was compared, so a
//! reused pid is never hit. Not covered: a process that cleared its environment *and* outlived a
//! shim that was killed.

use std::time::{Duration, Instant};

/// A process as it was seen; it may be gone since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    /// Clock ticks since boot.
    pub start_time: u64,
    /// Zombies are dead already: they need a reaper, not a signal.
    pub zombie: bool,
    /// For a person: the command line, or the name in brackets.
    pub command: String,
}

/// How long [`kill_all`] goes on against processes that fork as fast as they are killed.
const LONGEST_SWEEP: Duration = Duration::from_secs(10);

/// Living members: descendants of `root` (without it), and processes marked `mark` (without the caller).
pub fn members(root: Option<i32>, mark: &str) -> Vec<Process> {
    let all = platform::processes();
    let me = std::process::id() as i32;
    let wanted = format!("{}={mark}", crate::spec::MARK_VARIABLE);
    let mut inside: Vec<bool> = all
        .iter()
        .map(|process| process.pid != me && Some(process.pid) != root && platform::has_variable(process.pid, wanted.as_bytes()))
        .collect();
    // Children of members are members; to a fixed point, since the list has no useful order.
    loop {
        let mut grown = false;
        for index in 0..all.len() {
            let parent = all[index].parent;
            let by_parent = Some(parent) == root || all.iter().zip(&inside).any(|(other, inside)| *inside && other.pid == parent);
            if !inside[index] && by_parent && all[index].pid != me && Some(all[index].pid) != root {
                inside[index] = true;
                grown = true;
            }
        }
        if !grown {
            break;
        }
    }
    all.into_iter().zip(inside).filter(|(process, inside)| *inside && !process.zombie).map(|(process, _)| process).collect()
}

/// All processes of one instance by the run whose mark they carry; not those without a mark, whatever their
/// parents are.
pub fn marked(instance: &str) -> Vec<(String, Process)> {
    let prefix = format!("{}={instance}/", crate::spec::MARK_VARIABLE);
    let me = std::process::id() as i32;
    let others = platform::processes().into_iter().filter(|process| process.pid != me && !process.zombie);
    others.filter_map(|process| Some((platform::variable_after(process.pid, prefix.as_bytes())?, process))).collect()
}

/// Sends `signal` to each that is still the process that was seen.
pub fn signal_all(processes: &[Process], signal: i32) {
    for process in processes {
        platform::signal(process, signal);
    }
}

/// Kills until two passes in a row find none. `reap` is called between passes, so that a caller
/// with children can collect them. False when some could not be ended.
pub fn kill_all(root: Option<i32>, mark: &str, mut reap: impl FnMut()) -> bool {
    let begun = Instant::now();
    let mut empty = 0;
    while empty < 2 {
        reap();
        let found = members(root, mark);
        if found.is_empty() {
            empty += 1;
            continue;
        }
        if begun.elapsed() > LONGEST_SWEEP {
            return false;
        }
        empty = 0;
        signal_all(&found, libc::SIGKILL);
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

/// When the process began, in clock ticks since boot; `None` when it is not there.
pub fn start_time(pid: i32) -> Option<u64> {
    platform::start_time(pid)
}

/// What tells this boot of the machine from others.
pub fn boot_id() -> String {
    platform::boot_id()
}

#[cfg(target_os = "linux")]
mod platform {
    use std::{fs, io::Read};

    use super::Process;

    pub fn processes() -> Vec<Process> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries.flatten().filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    pub fn start_time(pid: i32) -> Option<u64> {
        process_stat(pid).map(|stat| stat.2)
    }

    pub fn boot_id() -> String {
        fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
    }

    pub fn has_variable(pid: i32, wanted: &[u8]) -> bool {
        environment(pid).is_some_and(|bytes| bytes.split(|byte| *byte == 0).any(|variable| variable == wanted))
    }

    /// What follows `prefix` in the variable that begins with it.
    pub fn variable_after(pid: i32, prefix: &[u8]) -> Option<String> {
        let bytes = environment(pid)?;
        let rest = bytes.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(prefix))?;
        String::from_utf8(rest.to_vec()).ok()
    }

    fn environment(pid: i32) -> Option<Vec<u8>> {
        // Bounded: an environment can be made as large as the stack.
        let mut bytes = Vec::new();
        fs::File::open(format!("/proc/{pid}/environ")).ok()?.take(4 << 20).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    pub fn signal(process: &Process, signal: i32) {
        use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
        let Some(pid) = Pid::from_raw(process.pid) else { return };
        let Some(signal) = Signal::from_named_raw(signal) else { return };
        let Ok(pidfd) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if start_time(process.pid) == Some(process.start_time) {
            // Fails only when it is gone or not ours; the next pass sees which.
            let _ = pidfd_send_signal(&pidfd, signal);
        }
    }

    fn process(pid: i32) -> Option<Process> {
        let (parent, state, start_time, name) = process_stat(pid)?;
        let mut command = Vec::new();
        let file = fs::File::open(format!("/proc/{pid}/cmdline"));
        let _ = file.and_then(|file| file.take(1024).read_to_end(&mut command));
        let words: Vec<_> =
            command.split(|byte| *byte == 0).filter(|word| !word.is_empty()).map(String::from_utf8_lossy).collect();
        let command = if words.is_empty() { format!("[{name}]") } else { words.join(" ") };
        Some(Process { pid, parent, start_time, zombie: matches!(state, b'Z' | b'X'), command })
    }

    /// Parent, state, start time, name. The name may hold anything, parentheses and blanks too.
    fn process_stat(pid: i32) -> Option<(i32, u8, u64, String)> {
        let bytes = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (head, tail) = text.rsplit_once(')')?;
        let name = head.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = tail.split_ascii_whitespace().collect();
        Some((fields.get(1)?.parse().ok()?, *fields.first()?.as_bytes().first()?, fields.get(19)?.parse().ok()?, name))
    }
}

/// The portable form, for systems without `/proc`: what `ps` tells. Environments are not seen, so
/// only descendants are found.
#[cfg(not(target_os = "linux"))]
mod platform {
    use super::Process;

    pub fn processes() -> Vec<Process> {
        let output = std::process::Command::new("ps").args(["-axo", "pid=,ppid=,state=,command="]).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        text.lines()
            .filter_map(|line| {
                let mut words = line.split_ascii_whitespace();
                let (pid, parent, state) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?);
                let command = words.collect::<Vec<_>>().join(" ");
                Some(Process { pid, parent, start_time: 0, zombie: state.starts_with('Z'), command })
            })
            .collect()
    }

    pub fn start_time(_pid: i32) -> Option<u64> {
        Some(0)
    }

    pub fn boot_id() -> String {
        String::new()
    }

    pub fn has_variable(_pid: i32, _wanted: &[u8]) -> bool {
        false
    }

    pub fn variable_after(_pid: i32, _prefix: &[u8]) -> Option<String> {
        None
    }

    pub fn signal(process: &Process, signal: i32) {
        use rustix::process::{Pid, Signal, kill_process};
        if let (Some(pid), Some(signal)) = (Pid::from_raw(process.pid), Signal::from_named_raw(signal)) {
            let _ = kill_process(pid, signal);
        }
    }
}
