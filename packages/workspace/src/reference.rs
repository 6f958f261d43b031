//! Names of branches, tags and commits.

/// Whether `name` can be a branch or a tag, as `git check-ref-format --branch` has it, and never an option.
pub fn is_reference(name: &str) -> bool {
    let bad = |char: char| char.is_control() || char.is_whitespace() || "~^:?*[\\".contains(char);
    !name.is_empty()
        && name.len() <= 250
        && name != "@"
        && name != "HEAD"
        && !name.starts_with(['-', '/'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("@{")
        && !name.chars().any(bad)
        && name.split('/').all(|part| !part.starts_with('.') && !part.ends_with(".lock"))
}

/// Whether `text` can be the whole name of a commit.
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `cursor/<slug>-<4 characters>`: a new branch for a chat of that name.
pub fn branch_for(name: &str, random: [u8; 4]) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut slug = String::new();
    for char in name.chars() {
        match char.to_ascii_lowercase() {
            char if char.is_ascii_alphanumeric() => slug.push(char),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_matches('-');
    let end: String = random.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    format!("cursor/{}-{end}", if slug.is_empty() { "chat" } else { slug })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_git_s() {
        for good in ["main", "a/b", "v1.0", "cursor/x-1234", "日本"] {
            assert!(is_reference(good), "{good}");
        }
        for bad in [
            "",
            "-x",
            "--upload-pack=x",
            "a..b",
            "a b",
            "a~1",
            "a^",
            "a:b",
            "/a",
            "a/",
            "a.lock",
            ".a",
            "a/.b",
            "@",
            "a@{1}",
            "a//b",
            "a\n",
            "HEAD",
            "a.",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
    }

    #[test]
    fn a_branch_is_named_after_its_chat() {
        assert_eq!(branch_for("Add a README, please!", [0, 1, 26, 35]), "cursor/add-a-readme-please-ab09");
        assert_eq!(branch_for("日本語", [0; 4]), "cursor/chat-aaaa");
        assert!(is_reference(&branch_for(&"x".repeat(300), [255; 4])));
    }
}
