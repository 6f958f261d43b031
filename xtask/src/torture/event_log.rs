//! An independent reading of a run's event log, as far as faults need it: where it ends, how far the
//! run log had been consumed, and what a torn tail looks like.

use std::{fs, path::Path};

/// Length (u32), checksum (u32), number (u64), epoch (u32), time (u64), log offset (u64), end of the
/// group (u8), kind (u8), length of the public part (u32).
const HEADER: usize = 42;

const ASSISTANT: u8 = 2;
const RESULT: u8 = 6;
const DONE: u8 = 8;

#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    /// The last event's number; 0 when there is none.
    pub number: u64,
    pub epoch: u32,
    /// Bytes of the run log that were consumed by then.
    pub log_offset: u64,
    pub result: bool,
    pub done: bool,
}

/// How the log at `path` ends, without what is torn.
pub fn ending(path: &Path) -> Ending {
    let bytes = fs::read(path).unwrap_or_default();
    let (mut ending, mut rest, mut result) = (Ending::default(), bytes.as_slice(), false);
    while let Some(length) = record(rest) {
        result |= rest[37] == RESULT;
        // Only whole groups count: the rest of one that was cut was never shown to anybody.
        if rest[36] == 1 {
            let done = rest[37] == DONE;
            ending = Ending { number: u64_at(rest, 8), epoch: u32_at(rest, 16), log_offset: u64_at(rest, 28), result, done };
        }
        rest = &rest[length..];
    }
    ending
}

/// An event with text that nobody wrote, as it would stand after `ending`. Not the last of its group, so
/// that it may stand whole and still was never shown.
pub fn unpublished(ending: Ending, place: u64) -> Vec<u8> {
    let body = br#"{"text":"This event was never published."}"#;
    let mut record = vec![0; HEADER];
    record[0..4].copy_from_slice(&(body.len() as u32).to_le_bytes());
    record[8..16].copy_from_slice(&(ending.number + 1 + place).to_le_bytes());
    record[16..20].copy_from_slice(&ending.epoch.to_le_bytes());
    record[28..36].copy_from_slice(&ending.log_offset.to_le_bytes());
    record[37] = ASSISTANT;
    record[38..42].copy_from_slice(&(body.len() as u32).to_le_bytes());
    record.extend_from_slice(body);
    let checksum = checksum(&record);
    record[4..8].copy_from_slice(&checksum.to_le_bytes());
    record
}

/// The length of the record that `bytes` begin with.
fn record(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..HEADER)?;
    let length = HEADER + u32_at(header, 0) as usize;
    let record = bytes.get(..length)?;
    (checksum(record) == u32_at(header, 4)).then_some(length)
}

fn checksum(record: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&record[0..4]), &record[8..])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(four)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
