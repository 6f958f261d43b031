//! The reading end of the run log, while the shim writes it and after.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path};

use shim::record::{self, Decoded, Record};

/// Read in pieces of this many bytes; a longer record makes the piece grow for once.
const PIECE: usize = 256 * 1024;

pub struct RunLog {
    file: File,
    /// Where the first record that was not given out begins.
    position: u64,
}

impl RunLog {
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, position: 0 })
    }

    /// Goes on at a place where a record begins.
    pub fn skip_to(&mut self, position: u64) {
        self.position = position;
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    /// How long the log is by now; its last record may not be whole.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Gives whole records to `each` until `end`, which the log reaches, or about a piece of bytes.
    /// True when there may be more. The buffer is made for what there is: a chunk at a time is the rule.
    pub fn read(&mut self, end: u64, mut each: impl FnMut(&Record<'_>, u64)) -> io::Result<bool> {
        let mut size = PIECE;
        loop {
            let room = end.saturating_sub(self.position).min(size as u64) as usize;
            let mut buffer = vec![0; room];
            let mut filled = 0;
            while filled < room {
                match self.file.read_at(&mut buffer[filled..], self.position + filled as u64)? {
                    0 => break,
                    count => filled += count,
                }
            }
            let mut bytes = &buffer[..filled];
            let before = self.position;
            while let Decoded::Record(record, length) = record::decode(bytes) {
                self.position += length as u64;
                each(&record, self.position);
                bytes = &bytes[length..];
            }
            if self.position == before && filled == size && size < record::HEADER + record::MAX_PAYLOAD {
                size = record::HEADER + record::MAX_PAYLOAD;
                continue;
            }
            return Ok(self.position > before && filled == size);
        }
    }
}
