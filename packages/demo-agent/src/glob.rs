//! Glob patterns: `*` within a name, `**` across names, `?` one character.

pub fn matches(pattern: &str, text: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**/") {
        return matches(rest, text) || text.match_indices('/').any(|(at, _)| matches(rest, &text[at + 1..]));
    }
    if pattern == "**" {
        return true;
    }
    let mut chars = pattern.chars();
    let Some(first) = chars.next() else { return text.is_empty() };
    let rest = chars.as_str();
    match first {
        '*' => {
            let end = text.find('/').unwrap_or(text.len());
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).filter(|at| *at <= end);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }
        _ => match text.chars().next() {
            Some(char) if char == first || (first == '?' && char != '/') => matches(rest, &text[char.len_utf8()..]),
            _ => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars() {
        for (pattern, text) in [("*.rs", "a.rs"), ("**/*.rs", "a.rs"), ("**/*.rs", "s/t/a.rs"), ("a/**", "a/b/c"), ("a?c", "abc")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*.rs", "s/a.rs"), ("*.rs", "a.rst"), ("a", ""), ("", "a"), ("a?c", "a/c")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
