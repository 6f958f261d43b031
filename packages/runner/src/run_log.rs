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

    /// Bytes that were not given out yet; the last record of them may not be whole.
    pub fn waiting(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len().saturating_sub(self.position))
    }

    /// Gives whole records to `each` until `end`, the end of the file, or about a piece of bytes.
    /// True when there may be more.
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
