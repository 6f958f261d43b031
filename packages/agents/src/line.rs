//! Bytes become whole lines: whatever way the bytes are cut, the same lines come out, each byte is
//! looked at once, and no more than the unfinished line is held.

use std::{borrow::Cow, io::BufRead};

/// A buffer above this is given back once its line is done, so that one huge line does not cost
/// memory for the rest of a run.
const KEPT_CAPACITY: usize = 1 << 20;

#[derive(Debug, Default)]
pub struct LineAssembler {
    pending: Vec<u8>,
}

impl LineAssembler {
    /// Takes the next bytes and hands every line they complete to `take`, without its newline.
    pub fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(&[u8])) {
        while let Ok(1..) = bytes.read_until(b'\n', &mut self.pending) {
            if let Some(line) = self.pending.strip_suffix(b"\n") {
                take(line);
                self.clear();
            }
        }
    }

    /// No more bytes will come: hands over the last line if it had no newline.
    pub fn finish(&mut self, take: impl FnOnce(&[u8])) {
        if !self.pending.is_empty() {
            take(&self.pending);
            self.clear();
        }
    }

    fn clear(&mut self) {
        self.pending.clear();
        self.pending.shrink_to(KEPT_CAPACITY);
    }
}

/// A line as text: invalid UTF-8 replaced, the carriage return of a CRLF taken off.
pub fn text(line: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let mut assembler = LineAssembler::default();
        let mut lines = Vec::new();
        for piece in pieces {
            assembler.feed(piece, |line| lines.push(text(line).into_owned()));
        }
        assembler.finish(|line| lines.push(text(line).into_owned()));
        lines
    }

    #[test]
    fn every_cut_gives_the_same_lines() {
        let whole = "één\r\n\ntwo\0\nlast".as_bytes();
        let expected = ["één", "", "two\0", "last"];
        for cut in 0..=whole.len() {
            let (head, tail) = whole.split_at(cut);
            assert_eq!(lines(&[head, tail]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn nothing_gives_no_line() {
        assert!(lines(&[b"", b""]).is_empty());
        assert_eq!(lines(&[b"\n"]), [""]);
    }

    #[test]
    fn what_is_not_utf8_is_replaced_within_its_line() {
        assert_eq!(lines(&[b"a\xff", b"b\n", b"c\n"]), ["a\u{fffd}b", "c"]);
    }
}
