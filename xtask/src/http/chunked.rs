//! Takes the chunked coding off a body that comes in pieces.

use anyhow::bail;

/// No chunk of ours is near this.
const LONGEST: usize = 64 << 20;

#[derive(Default)]
pub struct Chunked {
    raw: Vec<u8>,
    ended: bool,
}

impl Chunked {
    /// Appends what `bytes` complete to `body`. A chunk counts once it is whole.
    pub fn take(&mut self, bytes: &[u8], body: &mut Vec<u8>) -> anyhow::Result<()> {
        self.raw.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(line) = self.raw[at..].iter().position(|byte| *byte == b'\n') {
            let size = std::str::from_utf8(&self.raw[at..at + line])?.trim();
            let Ok(size) = usize::from_str_radix(size, 16) else { bail!("{size:?} is no length of a chunk") };
            if size > LONGEST {
                bail!("a chunk of {size} bytes");
            }
            let start = at + line + 1;
            let Some(chunk) = self.raw.get(start..start + size + 2) else { break };
            body.extend_from_slice(&chunk[..size]);
            at = start + size + 2;
            self.ended |= size == 0;
        }
        self.raw.drain(..at);
        Ok(())
    }

    pub fn ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_cut() -> anyhow::Result<()> {
        let coded = b"5\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n";
        for cut in 0..coded.len() {
            let (mut chunked, mut body) = (Chunked::default(), Vec::new());
            chunked.take(&coded[..cut], &mut body)?;
            chunked.take(&coded[cut..], &mut body)?;
            assert_eq!((body.as_slice(), chunked.ended()), (&b"hello 0123456789"[..], true), "cut at {cut}");
        }
        Ok(())
    }
}
