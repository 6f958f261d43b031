//! The run log: every byte that went in and out of the agent program, in order, with times.
//!
//! A record is never changed once written. A tail that is torn or has a bad checksum is no record:
//! [`decode`] says `Torn`, and whoever owns the log cuts there.

use serde::{Deserialize, Serialize};

/// Bytes before a record's payload: length, checksum, kind, monotonic and wall time.
pub const HEADER: usize = 4 + 4 + 1 + 8 + 8;

/// The longest payload of one record.
pub const MAX_PAYLOAD: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// The program was started: [`Started`] as JSON.
    Started = 1,
    /// Bytes of its standard output.
    Output = 2,
    /// Bytes of its standard error.
    ErrorOutput = 3,
    /// Bytes given to its standard input.
    Input = 4,
    /// A command of the server, logged before it is done: id (u64, little endian), kind, payload.
    Command = 5,
    /// The program is gone: [`Exited`] as JSON.
    Exited = 6,
    /// Something the shim did or saw: [`Note`] as JSON.
    Note = 7,
    /// Nothing of the run is left and nothing will follow: [`Ended`] as JSON.
    Ended = 8,
}

/// Enough to name what was left behind; a record has to hold it.
const MOST_NAMED: usize = 100;

impl Note {
    pub fn left_behind<'a>(commands: impl Iterator<Item = &'a str>) -> Self {
        Self::LeftBehind { commands: commands.take(MOST_NAMED).map(|command| command.chars().take(200).collect()).collect() }
    }
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Started, Self::Output, Self::ErrorOutput, Self::Input, Self::Command, Self::Exited, Self::Note, Self::Ended]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    pub kind: Kind,
    /// Nanoseconds of the monotonic clock; only differences within one boot mean anything.
    pub monotonic_ns: u64,
    /// Nanoseconds since 1970.
    pub wall_ns: u64,
    pub payload: &'a [u8],
}

#[derive(Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A record and the bytes it took.
    Record(Record<'a>, usize),
    /// More bytes are needed; at the end of a log that nobody writes this is a torn tail.
    Incomplete,
    /// These bytes are no record.
    Torn,
}

/// The header for `payload`, to be written directly before it.
pub fn header(kind: Kind, monotonic_ns: u64, wall_ns: u64, payload: &[u8]) -> [u8; HEADER] {
    let mut head = [0; HEADER];
    head[0..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    head[8] = kind as u8;
    head[9..17].copy_from_slice(&monotonic_ns.to_le_bytes());
    head[17..25].copy_from_slice(&wall_ns.to_le_bytes());
    let crc = checksum(&head, payload);
    head[4..8].copy_from_slice(&crc.to_le_bytes());
    head
}

/// The record at the start of `bytes`.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    let Some((head, rest)) = bytes.split_first_chunk::<HEADER>() else { return Decoded::Incomplete };
    let length = u32_at(head, 0) as usize;
    let Some(kind) = Kind::from_byte(head[8]) else { return Decoded::Torn };
    if length > MAX_PAYLOAD {
        return Decoded::Torn;
    }
    let Some(payload) = rest.get(..length) else { return Decoded::Incomplete };
    if checksum(head, payload) != u32_at(head, 4) {
        return Decoded::Torn;
    }
    let record = Record { kind, monotonic_ns: u64_at(head, 9), wall_ns: u64_at(head, 17), payload };
    Decoded::Record(record, HEADER + length)
}

fn checksum(head: &[u8; HEADER], payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&head[0..4]);
    crc32c::crc32c_append(crc32c::crc32c_append(crc, &head[8..]), payload)
}

fn u32_at(bytes: &[u8; HEADER], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8; HEADER], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

/// Who was started. A process is named by pid, start time and boot together, never by pid alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub pid: i32,
    /// Clock ticks since boot, from `/proc/<pid>/stat`; 0 where there is no `/proc`.
    pub start_time: u64,
    pub boot_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exited {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// True when the shim had asked it to end before it did.
    pub by_us: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum Note {
    /// The program could not be started.
    NotStarted { message: String },
    /// A limit was reached: `run_timeout`, `run_silent`, `output_limit`.
    Limit { limit: String },
    /// The log could not grow; what the program wrote from here on is lost.
    DiskFull,
    /// The program had ended its turn and did not exit within the grace.
    Lingered,
    /// Processes that the program left behind were ended.
    LeftBehind { commands: Vec<String> },
}

/// The last record, and the content of `exit.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub exit: Option<Exited>,
    /// The program had written its end-of-turn mark.
    pub turn_ended: bool,
    /// Why the shim ended the program, if it did: `stopped`, `lingered`, a limit, `disk_full`.
    pub cause: Option<String>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(kind: Kind, payload: &[u8]) -> Vec<u8> {
        let mut bytes = header(kind, 7, 9, payload).to_vec();
        bytes.extend_from_slice(payload);
        bytes
    }

    #[test]
    fn a_flipped_bit_anywhere_is_found() {
        let good = encoded(Kind::Output, b"hello");
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches!(decode(&bad), Decoded::Record(..)), "bit {bit}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(payload in prop::collection::vec(any::<u8>(), 0..2000), extra in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut bytes = encoded(Kind::Input, &payload);
            let length = bytes.len();
            for cut in [0, 1, HEADER - 1, HEADER, length - 1] {
                if cut < length {
                    prop_assert_eq!(decode(&bytes[..cut]), Decoded::Incomplete);
                }
            }
            bytes.extend_from_slice(&extra);
            let record = Record { kind: Kind::Input, monotonic_ns: 7, wall_ns: 9, payload: &payload };
            prop_assert_eq!(decode(&bytes), Decoded::Record(record, length));
        }

        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            decode(&bytes);
        }
    }
}
