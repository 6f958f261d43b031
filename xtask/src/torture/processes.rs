//! The processes of runs, found from outside: shims by their command line, agent programs by the run
//! log, everything else by its parent or its mark.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use shim::{
    record::{self, Decoded, Kind, Started},
    spec::{LOG_FILE, MARK_VARIABLE},
};

/// A process by what no other one shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    pub pid: i32,
    /// Clock ticks since boot.
    pub started: u64,
}

#[derive(Clone, Debug)]
pub struct Process {
    pub id: Id,
    pub parent: i32,
    pub command: Vec<String>,
}

/// All that live; zombies do not.
pub fn all() -> Vec<Process> {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?)).collect()
}

fn process(pid: i32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let command = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    Some(Process { id: Id { pid, started: fields.get(19)?.parse().ok()? }, parent: fields.get(1)?.parse().ok()?, command })
}

/// The shims of the server whose data is in `data`, by run.
pub fn shims(all: &[Process], data: &Path) -> BTreeMap<String, Id> {
    let (programs, runs) = (data.join("programs"), data.join("runs"));
    let shims = all.iter().filter_map(|process| {
        let [program, run, ..] = process.command.as_slice() else { return None };
        let run = Path::new(run).strip_prefix(&runs).ok()?.to_str()?.to_owned();
        Path::new(program).starts_with(&programs).then_some((run, process.id))
    });
    shims.collect()
}

/// What descends from `roots`, without them.
pub fn descendants(all: &[Process], roots: impl IntoIterator<Item = Id>) -> BTreeSet<Id> {
    let mut waiting: Vec<i32> = roots.into_iter().map(|id| id.pid).collect();
    let mut found = BTreeSet::new();
    while let Some(parent) = waiting.pop() {
        for process in all.iter().filter(|process| process.parent == parent) {
            if found.insert(process.id) {
                waiting.push(process.id.pid);
            }
        }
    }
    found
}

/// The agent program of a run, as its shim wrote it down; it may have ended.
pub fn program(run: &Path) -> Option<Id> {
    let bytes = fs::read(run.join(LOG_FILE)).ok()?;
    match record::decode(&bytes) {
        Decoded::Record(record, _) if record.kind == Kind::Started => {
            let started: Started = serde_json::from_slice(record.payload).ok()?;
            Some(Id { pid: started.pid, started: started.start_time })
        }
        _ => None,
    }
}

pub fn lives(id: Id) -> bool {
    process(id.pid).is_some_and(|process| process.id == id)
}

/// `kill -9`, if it is still the process that was meant. False when it has gone before.
pub fn kill(id: Id) -> bool {
    // Between the look and the signal no pid comes around again.
    // SAFETY: no memory is involved.
    lives(id) && unsafe { libc::kill(id.pid, libc::SIGKILL) == 0 }
}

/// Whatever carries the mark of a run of `instance`, with its mark.
pub fn marked(all: &[Process], instance: &str) -> Vec<(Process, String)> {
    let wanted = format!("{MARK_VARIABLE}={instance}/");
    let mark = |process: &Process| {
        let environment = fs::read(format!("/proc/{}/environ", process.id.pid)).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let mark = variables.find(|variable| variable.starts_with(wanted.as_bytes()))?;
        Some(String::from_utf8_lossy(&mark[MARK_VARIABLE.len() + 1..]).into_owned())
    };
    all.iter().filter_map(|process| Some((process.clone(), mark(process)?))).collect()
}

pub fn run_directory(data: &Path, run: &str) -> PathBuf {
    data.join("runs").join(run)
}
