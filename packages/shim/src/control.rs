//! The control socket: it carries no byte of the program's.
//!
//! Shim → server: the doorbell, eight bytes, "the log is N bytes long". Server → shim: numbered
//! commands, each logged before it is done and done once if repeated.

/// The longest command; a write of more is sent as several.
pub const MAX_COMMAND: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Rising within a run. A number that is not above the last one done is a repetition.
    pub id: u64,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Write(Vec<u8>),
    CloseInput,
    Signal(i32),
    /// End the run: ask, wait for the grace, kill.
    Stop,
    /// Look at the program's output at most every so many milliseconds; 0: as soon as it comes. Not of
    /// the run: it has no number and is not logged.
    Pace(u32),
}

impl Command {
    /// Length (u32), id (u64), kind (u8), payload.
    pub fn encode(&self) -> Vec<u8> {
        let (kind, payload) = match &self.action {
            Action::Write(bytes) => (1u8, bytes.clone()),
            Action::CloseInput => (2, Vec::new()),
            Action::Signal(signal) => (3, signal.to_le_bytes().to_vec()),
            Action::Stop => (4, Vec::new()),
            Action::Pace(ms) => (5, ms.to_le_bytes().to_vec()),
        };
        let mut bytes = (9 + payload.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(&self.id.to_le_bytes());
        bytes.push(kind);
        bytes.extend_from_slice(&payload);
        bytes
    }

    /// The first command in `buffer`, taken out of it; `Err` when the bytes are no command.
    pub fn take(buffer: &mut Vec<u8>) -> Result<Option<Self>, Malformed> {
        let Some((length, rest)) = buffer.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_le_bytes(*length) as usize;
        if !(9..=9 + MAX_COMMAND).contains(&length) {
            return Err(Malformed);
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let command = Self::decode(body).ok_or(Malformed)?;
        buffer.drain(..4 + length);
        Ok(Some(command))
    }

    /// From the bytes after the length, which are also what the log keeps of a command.
    pub fn decode(body: &[u8]) -> Option<Self> {
        let (id, rest) = body.split_first_chunk::<8>()?;
        let (kind, payload) = rest.split_first()?;
        let action = match kind {
            1 => Action::Write(payload.to_vec()),
            2 => Action::CloseInput,
            3 => Action::Signal(i32::from_le_bytes(payload.try_into().ok()?)),
            4 => Action::Stop,
            5 => Action::Pace(u32::from_le_bytes(payload.try_into().ok()?)),
            _ => return None,
        };
        Some(Self { id: u64::from_le_bytes(*id), action })
    }
}

/// The peer does not speak this protocol; it is cut off.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_through_in_pieces() {
        let commands = [
            Command { id: 1, action: Action::Write(b"y\n".to_vec()) },
            Command { id: 2, action: Action::Signal(2) },
            Command { id: 3, action: Action::Stop },
            Command { id: 0, action: Action::Pace(10) },
        ];
        let bytes: Vec<u8> = commands.iter().flat_map(Command::encode).collect();
        let (mut buffer, mut seen) = (Vec::new(), Vec::new());
        for byte in bytes {
            buffer.push(byte);
            while let Ok(Some(command)) = Command::take(&mut buffer) {
                seen.push(command);
            }
        }
        assert_eq!(seen, commands);
        assert_eq!(Command::take(&mut vec![0xff; 20]), Err(Malformed));
    }
}
