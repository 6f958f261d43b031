//! How a run is launched: `spec.json` in its directory. It names variables and holds no values and
//! no prompt; those come to the shim over an inherited pipe, see [`Payload`].

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

/// The files of a run directory.
pub const SPEC_FILE: &str = "spec.json";
pub const LOG_FILE: &str = "log";
pub const LOCK_FILE: &str = "lock";
pub const EXIT_FILE: &str = "exit.json";
pub const CONTROL_SOCKET: &str = "ctl";
/// 64 KiB set aside so that a full disk can still be recorded.
pub const RESERVE_FILE: &str = "reserve";
pub const RESERVE_BYTES: usize = 64 * 1024;

/// The variable that marks every process of a run.
pub const MARK_VARIABLE: &str = "CURSOR_SELFHOST_RUN";

/// Tells the shim how many files its program may have open.
pub const OPEN_FILES_VARIABLE: &str = "CURSOR_SELFHOST_OPEN_FILES";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    pub run: String,
    /// Which data directory the run belongs to; part of the mark.
    pub instance: String,
    /// The program and its arguments.
    pub argv: Vec<String>,
    pub directory: String,
    /// The names of the variables that the program gets.
    pub environment: Vec<String>,
    /// A line of output that begins with this ends the turn.
    pub end_of_turn: String,
    pub limits: Limits,
}

impl Spec {
    /// The value of [`MARK_VARIABLE`] in this run.
    pub fn mark(&self) -> String {
        mark(&self.instance, &self.run)
    }
}

pub fn mark(instance: &str, run: &str) -> String {
    format!("{instance}/{run}")
}

/// Milliseconds and bytes; 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub wall_ms: u64,
    /// Without a byte of output.
    pub silence_ms: u64,
    pub output_bytes: u64,
    /// From the end of the turn to being ended.
    pub linger_ms: u64,
    /// From being asked to end to being killed.
    pub grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_ms: 0,
            // 757 s of real silence were measured.
            silence_ms: 20 * 60 * 1000,
            output_bytes: 1 << 30,
            linger_ms: 5_000,
            grace_ms: 5_000,
        }
    }
}

/// What must not stand in a file: the program's environment and its standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// `NAME=value`, without NUL.
    pub environment: Vec<Vec<u8>>,
    pub input: Vec<u8>,
}

impl Payload {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = (self.environment.len() as u32).to_le_bytes().to_vec();
        for variable in self.environment.iter().chain([&self.input]) {
            bytes.extend_from_slice(&(variable.len() as u32).to_le_bytes());
            bytes.extend_from_slice(variable);
        }
        bytes
    }

    /// Fails with `UnexpectedEof` when the writer died half-way: then nothing may be started.
    pub fn read(from: &mut impl Read) -> io::Result<Self> {
        let count = read_u32(from)?;
        let environment = (0..count).map(|_| read_bytes(from)).collect::<io::Result<_>>()?;
        Ok(Self { environment, input: read_bytes(from)? })
    }
}

fn read_u32(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn read_bytes(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = read_u32(from)?;
    let mut bytes = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == u64::from(length) { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_cut_anywhere_is_refused() {
        let payload = Payload { environment: vec![b"A=1".to_vec(), b"B=\xff".to_vec()], input: b"do it".to_vec() };
        let bytes = payload.encode();
        assert_eq!(Payload::read(&mut &bytes[..]).ok(), Some(payload));
        for cut in 0..bytes.len() {
            assert!(Payload::read(&mut &bytes[..cut]).is_err(), "{cut}");
        }
    }
}
