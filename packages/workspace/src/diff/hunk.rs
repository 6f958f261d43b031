use serde::Serialize;

/// A piece of a file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hunk {
    /// Lines count from 1; where there are none, it is the line before.
    pub old_start: u64,
    pub old_lines: u64,
    pub new_start: u64,
    pub new_lines: u64,
    /// What git takes for the function or section that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub section: Option<String>,
    /// Each with its `+`, `-` or space, and `\` where the last line has no end. Bytes that are not UTF-8 are
    /// replaced.
    pub lines: Vec<String>,
}

/// The hunks of each file of a patch whose files are called by their numbers.
pub fn parse(patch: &[u8], files: usize) -> Vec<Vec<Hunk>> {
    let mut all = vec![Vec::new(); files];
    let mut file: Option<usize> = None;
    let mut lines = patch.strip_suffix(b"\n").unwrap_or(patch).split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        if let Some(names) = line.strip_prefix(b"diff --git a/") {
            let digits: String = names.iter().take_while(|byte| byte.is_ascii_digit()).map(|byte| char::from(*byte)).collect();
            file = digits.parse().ok().filter(|number| *number < files);
            continue;
        }
        let Some(mut hunk) = head(line) else { continue };
        let (mut old, mut new) = (hunk.old_lines, hunk.new_lines);
        // Only the counts say where a hunk ends; a line of it may look like anything.
        while old > 0 || new > 0 || lines.peek().is_some_and(|line| line.starts_with(b"\\")) {
            let Some(line) = lines.next() else { break };
            match line.first() {
                Some(b'-') => old = old.saturating_sub(1),
                Some(b'+') => new = new.saturating_sub(1),
                Some(b'\\') => {}
                _ => (old, new) = (old.saturating_sub(1), new.saturating_sub(1)),
            }
            hunk.lines.push(String::from_utf8_lossy(line).into_owned());
        }
        if let Some(hunks) = file.and_then(|number| all.get_mut(number)) {
            hunks.push(hunk);
        }
    }
    all
}

/// `@@ -1,2 +3,4 @@ section`; a count of one is left out.
fn head(line: &[u8]) -> Option<Hunk> {
    let line = String::from_utf8_lossy(line);
    let (ranges, section) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| {
        let (start, lines) = text.split_once(',').unwrap_or((text, "1"));
        Some((start.parse().ok()?, lines.parse().ok()?))
    };
    let ((old_start, old_lines), (new_start, new_lines)) = (range(old)?, range(new)?);
    let section = Some(section.trim()).filter(|section| !section.is_empty()).map(str::to_owned);
    Some(Hunk { old_start, old_lines, new_start, new_lines, section, lines: Vec::new() })
}
