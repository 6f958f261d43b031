//! A JSON string that raw newlines broke into several lines becomes one line again, and whatever
//! cannot be joined comes back line by line: nothing is swallowed.

/// More lines than this are not one broken string.
const MAX_LINES: usize = 64;

/// The lines of an object whose string has not ended yet.
#[derive(Debug)]
pub struct Broken {
    lines: Vec<String>,
    scan: Scan,
}

/// What became of a broken object with one more line.
#[derive(Debug)]
pub enum Joined {
    /// The string still goes on.
    Open(Broken),
    /// The string has ended: this is the text on one line, worth parsing.
    Closed { text: String, lines: Vec<String> },
    /// Too many lines.
    Hopeless { lines: Vec<String> },
}

impl Broken {
    /// Takes a line that begins an object and ends inside a string; else gives nothing.
    pub fn start(line: &str) -> Option<Self> {
        let mut scan = Scan::default();
        scan.read(line);
        scan.in_string.then(|| Self { lines: vec![line.to_owned()], scan })
    }

    pub fn join(mut self, line: &str) -> Joined {
        self.scan.read("\n");
        self.scan.read(line);
        self.lines.push(line.to_owned());
        if self.lines.len() > MAX_LINES {
            Joined::Hopeless { lines: self.lines }
        } else if self.scan.in_string {
            Joined::Open(self)
        } else {
            Joined::Closed { text: escape_controls(&self.lines.join("\n")), lines: self.lines }
        }
    }

    /// Nothing more will come.
    pub fn into_lines(self) -> Vec<String> {
        self.lines
    }
}

/// `text` with raw control characters inside strings written as JSON wants them.
pub fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut scan = Scan::default();
    for char in text.chars() {
        if scan.in_string && char < ' ' {
            if scan.escape {
                // A backslash before a raw newline escapes nothing: it stands for itself.
                escaped.push('\\');
            }
            match char {
                '\n' => escaped.push_str("\\n"),
                '\r' => escaped.push_str("\\r"),
                '\t' => escaped.push_str("\\t"),
                _ => escaped.push_str(&format!("\\u{:04x}", u32::from(char))),
            }
        } else {
            escaped.push(char);
        }
        // Only ASCII matters to the scan.
        scan.step(u8::try_from(char).unwrap_or(b' '));
    }
    escaped
}

/// Whether a JSON text stands inside a string.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    in_string: bool,
    escape: bool,
}

impl Scan {
    fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            self.step(byte);
        }
    }

    fn step(&mut self, byte: u8) {
        if self.escape {
            self.escape = false;
        } else if byte == b'"' {
            self.in_string = !self.in_string;
        } else if byte == b'\\' && self.in_string {
            self.escape = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_over_three_lines_becomes_one() {
        let broken = Broken::start(r#"{"a":"one"#).expect("inside a string");
        let Joined::Open(broken) = broken.join("") else { unreachable!("still open") };
        let Joined::Closed { text, lines } = broken.join("\ttwo\"}") else { unreachable!("closed") };
        assert_eq!(text, r#"{"a":"one\n\n\ttwo"}"#);
        assert_eq!(lines, [r#"{"a":"one"#, "", "\ttwo\"}"]);
    }

    #[test]
    fn what_does_not_end_inside_a_string_is_not_broken() {
        for line in [r#"{"a":"#, r#"{"a":"b""#, r#"{"a":"b\\"}"#, "{"] {
            assert!(Broken::start(line).is_none(), "{line}");
        }
        assert!(Broken::start(r#"{"a":"b\"}"#).is_some());
    }

    #[test]
    fn joining_gives_up_after_sixty_four_lines() {
        let mut broken = Broken::start("{\"a").expect("inside a string");
        for _ in 1..MAX_LINES {
            let Joined::Open(open) = broken.join("x") else { unreachable!("still open") };
            broken = open;
        }
        let Joined::Hopeless { lines } = broken.join("x") else { unreachable!("too many") };
        assert_eq!(lines.len(), MAX_LINES + 1);
    }

    #[test]
    fn controls_are_escaped_inside_strings_only() {
        assert_eq!(escape_controls("{\n\"a\0\u{1}é\":\"\\\n\"}"), "{\n\"a\\u0000\\u0001é\":\"\\\\\\n\"}");
    }
}
