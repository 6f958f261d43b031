//! Terminal escapes are taken out of text: colours, cursor movements, titles. Everything else stays.

/// `text` without escape sequences (CSI, OSC and the short ones).
pub fn strip(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\u{1b}' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|char| !('\u{40}'..='\u{7e}').contains(&char)) {},
            Some(']') => {
                while let Some(char) = chars.next() {
                    if char == '\u{7}' || (char == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            // Two bytes in all, but for those that name a character set and take one more.
            Some('(' | ')' | '*' | '+' | '#' | ' ') => {
                chars.next();
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn escapes_go_and_text_stays() {
        assert_eq!(strip("\u{1b}[33m⚠ Warning\u{1b}[0m: no\n"), "⚠ Warning: no\n");
        assert_eq!(strip("a\u{1b}]0;title\u{7}b\u{1b}]8;;x\u{1b}\\c"), "abc");
        assert_eq!(strip("\u{1b}(Bx\u{1b}7y\u{1b}"), "xy");
        assert_eq!(strip("plain [0m"), "plain [0m");
    }
}
