//! What a chat is called until it is renamed.

/// A name is at most so long, as in Cursor's API.
pub const MAX_NAME: usize = 100;

/// The first line of a prompt that says something; switches of the demo agent say nothing.
pub fn title_of(prompt: &str) -> String {
    let line =
        prompt.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#demo ")).unwrap_or("Untitled chat");
    let line: String = line.chars().filter(|char| !char.is_control()).collect();
    if line.chars().count() <= MAX_NAME {
        return line;
    }
    let cut: String = line.chars().take(MAX_NAME - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        assert_eq!(title_of("\n  Fix the bug\nplease"), "Fix the bug");
        assert_eq!(title_of(&"x".repeat(200)).chars().count(), 100);
        assert_eq!(title_of(" \n"), "Untitled chat");
        assert_eq!(title_of("#demo pace=0\nlist the files"), "list the files");
    }
}
