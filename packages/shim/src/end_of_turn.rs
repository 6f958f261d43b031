//! Knows the end of a turn without understanding what the program writes.

/// Finds a line that begins with the end-of-turn mark in bytes that come in pieces.
pub struct MarkFinder {
    mark: Vec<u8>,
    /// How much of the mark the current line has matched; `None`: this line is another one.
    matched: Option<usize>,
}

impl MarkFinder {
    pub fn new(mark: &[u8]) -> Self {
        Self { mark: mark.to_vec(), matched: Some(0) }
    }

    pub fn find(&mut self, mut bytes: &[u8]) -> bool {
        if self.mark.is_empty() {
            return false;
        }
        while !bytes.is_empty() {
            match self.matched {
                Some(matched) => {
                    let wanted = &self.mark[matched..];
                    let length = wanted.len().min(bytes.len());
                    if bytes[..length] == wanted[..length] {
                        if length == wanted.len() {
                            self.matched = None;
                            return true;
                        }
                        self.matched = Some(matched + length);
                        return false;
                    }
                    self.matched = None;
                }
                None => match bytes.iter().position(|byte| *byte == b'\n') {
                    Some(at) => {
                        bytes = &bytes[at + 1..];
                        self.matched = Some(0);
                    }
                    None => return false,
                },
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::MarkFinder;

    #[test]
    fn the_mark_is_found_at_line_starts_only_however_cut() {
        let text = b"x{\"r\"\n{\"s\n\n{\"r\"}\n";
        for cut in 0..text.len() {
            let mut finder = MarkFinder::new(b"{\"r\"");
            let found = (finder.find(&text[..cut]), finder.find(&text[cut..]));
            assert!(found.0 != found.1, "cut at {cut}: {found:?}");
        }
        let mut finder = MarkFinder::new(b"{\"r\"");
        assert!(!finder.find(b"x{\"r\"\n {\"r\"\n"));
    }
}
