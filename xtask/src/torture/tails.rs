//! Torn tails: what a process that was killed while it wrote may have left at the end of a file.
//!
//! What is legitimate follows from the promise: a byte that `write` took survives any process, and a
//! reader sees an event only after `write` took its whole group. So
//!
//! - **`events`**, while no server lives: the beginning of a group that was being written. Whole records
//!   may stand in it as long as its last one does not; nothing that stood there before is touched,
//!   since readers may have seen it. After `result` the only group to come is `done`, one record.
//!   Bytes that are no record at all stand for blocks that were reserved and never written.
//! - **`log`**, while neither the shim nor a server lives: the beginning of a record. Cutting off whole
//!   bytes is what a loss of power may do to the last second; it is done only behind the offset that
//!   the event log had consumed, so that no event is without its bytes.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use shim::{
    record::{self, Kind},
    spec::{EXIT_FILE, LOG_FILE},
};

use super::{event_log, random::Random, run_log::RunLog};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tail {
    Events,
    LogCut,
    LogGarbage,
}

impl Tail {
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "torn tail of an event log",
            Self::LogCut => "run log cut behind what was consumed",
            Self::LogGarbage => "torn tail of a run log",
        }
    }

    pub const ALL: [Self; 3] = [Self::Events, Self::LogCut, Self::LogGarbage];
}

/// Tears the event log of a run that has not ended. False where nothing may be torn.
pub fn tear_events(run: &Path, random: &mut Random) -> io::Result<bool> {
    let path = run.join("events");
    let ending = event_log::ending(&path);
    if ending.done || ending.number == 0 {
        return Ok(false);
    }
    let mut tail = Vec::new();
    if !ending.result {
        for place in 0..random.between(0, 2) {
            tail.extend(event_log::unpublished(ending, place));
        }
    }
    let next = event_log::unpublished(ending, if tail.is_empty() { 0 } else { 2 });
    match random.weighted(&[4, 1, 1]) {
        0 => tail.extend_from_slice(&next[..random.between(1, next.len() as u64 - 1) as usize]),
        1 => tail.extend(std::iter::repeat_n(0, random.between(1, 500) as usize)),
        _ => tail.extend(random_bytes(random)),
    }
    append(&path, &tail)?;
    Ok(true)
}

/// Tears the run log of a run whose shim is gone without a last word.
pub fn tear_log(run: &Path, random: &mut Random) -> anyhow::Result<Option<Tail>> {
    let path = run.join(LOG_FILE);
    let consumed = event_log::ending(&run.join("events"));
    let length = fs::metadata(&path)?.len();
    // A shim that has said its last word writes nothing more.
    if consumed.done || length < consumed.log_offset || run.join(EXIT_FILE).exists() || RunLog::read(run)?.ended.is_some() {
        return Ok(None);
    }
    if random.chance(2) && length > consumed.log_offset {
        OpenOptions::new().write(true).open(&path)?.set_len(random.between(consumed.log_offset, length - 1))?;
        return Ok(Some(Tail::LogCut));
    }
    let payload =
        b"{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"never\"}]}}\n";
    let mut record = record::header(Kind::Output, 1, 1, payload).to_vec();
    record.extend_from_slice(payload);
    let tail = match random.weighted(&[3, 1]) {
        0 => record[..random.between(1, record.len() as u64 - 1) as usize].to_vec(),
        _ => random_bytes(random),
    };
    append(&path, &tail)?;
    Ok(Some(Tail::LogGarbage))
}

/// Bytes that cannot be a record: what would be its length is too large.
fn random_bytes(random: &mut Random) -> Vec<u8> {
    let count = random.between(1, 300) as usize;
    let mut bytes = random.bytes(count);
    bytes.iter_mut().take(4).for_each(|byte| *byte = 0xff);
    bytes
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().append(true).open(path)?.write_all(bytes)
}
