//! Versions of the CLI: a date, sometimes a time, and a hash.

/// The newest build whose output was recorded and is tested against.
pub const NEWEST_TESTED: &str = "2026.10.01";

/// Whether a text is what `--version` prints, so that `agent` on PATH is this program and no other.
pub fn is_version(text: &str) -> bool {
    parse(text).is_some()
}

/// Whether a build is of a later date than those tested.
pub fn newer_than_tested(text: &str) -> bool {
    parse(text).is_some_and(|date| date > NEWEST_TESTED)
}

/// The date, whose form sorts.
fn parse(text: &str) -> Option<&str> {
    let text = text.trim();
    let (date, rest) = text.split_once('-')?;
    let hash = match rest.splitn(4, '-').collect::<Vec<_>>()[..] {
        [hash] => hash,
        [hour, minute, second, hash] if [hour, minute, second].iter().all(|part| digits(part, 2)) => hash,
        _ => return None,
    };
    let [year, month, day] = date.split('.').collect::<Vec<_>>()[..] else { return None };
    let is_hash = !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (digits(year, 4) && digits(month, 2) && digits(day, 2) && is_hash).then_some(date)
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_with_a_hash_are_versions() {
        for text in ["2026.10.01-e373342", "2026.06.24-00-45-58-9f61de7\n"] {
            assert!(is_version(text), "{text}");
        }
        for text in ["", "1.2.3", "2026.10.01", "2026.10.01-", "2026.10.01-xyz", "agent 2026.10.01-e37", "2026.10.01-1-2-3-e37"] {
            assert!(!is_version(text), "{text}");
        }
    }

    #[test]
    fn only_a_later_date_is_newer() {
        assert!(!newer_than_tested("2026.10.01-ffffff"));
        assert!(!newer_than_tested("2026.09.30-e373342"));
        assert!(newer_than_tested("2026.10.02-000000") && newer_than_tested("2027.01.01-00-00-00-abc"));
        assert!(!newer_than_tested("nonsense"));
    }
}
