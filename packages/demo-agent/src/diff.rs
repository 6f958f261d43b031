//! Unified diffs in the form the CLI gives them.

/// Lines around a change.
const CONTEXT: usize = 3;
/// Beyond this many pairs of lines a change is told as one block.
const MAX_PAIRS: usize = 4_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub text: String,
    pub added: usize,
    pub removed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
}

/// `before` is absent for a new file. `path` is absolute.
pub fn unified(path: &str, before: Option<&str>, after: &str) -> Diff {
    let lines = compare(&before.unwrap_or_default().lines().collect::<Vec<_>>(), &after.lines().collect::<Vec<_>>());
    let old_name = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut text = format!("--- {old_name}\n+++ b/{path}");
    let changed = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let mut from = 0;
    while let Some(first) = lines[from..].iter().position(changed).map(|at| from + at) {
        // A hunk goes on as long as the next change is near.
        let mut end = first + 1;
        while let Some(next) = lines[end..].iter().take(2 * CONTEXT + 1).position(changed) {
            end += next + 1;
        }
        let start = first.saturating_sub(CONTEXT).max(from);
        let stop = (end + CONTEXT).min(lines.len());
        hunk(&lines, start, stop, &mut text);
        from = stop;
    }
    let count = |wanted: fn(&Line<'_>) -> bool| lines.iter().filter(|line| wanted(line)).count();
    Diff { text, added: count(|line| matches!(line, Line::Added(_))), removed: count(|line| matches!(line, Line::Removed(_))) }
}

fn hunk(lines: &[Line<'_>], start: usize, stop: usize, text: &mut String) {
    let old = |lines: &[Line<'_>]| lines.iter().filter(|line| !matches!(line, Line::Added(_))).count();
    let new = |lines: &[Line<'_>]| lines.iter().filter(|line| !matches!(line, Line::Removed(_))).count();
    let range = |before: usize, count: usize| match count {
        1 => format!("{}", before + 1),
        _ => format!("{},{count}", before + 1),
    };
    let (head, body) = (&lines[..start], &lines[start..stop]);
    text.push_str(&format!("\n@@ -{} +{} @@", range(old(head), old(body)), range(new(head), new(body))));
    for line in body {
        let (sign, line) = match line {
            Line::Same(line) => (' ', line),
            Line::Removed(line) => ('-', line),
            Line::Added(line) => ('+', line),
        };
        text.push('\n');
        text.push(sign);
        text.push_str(line);
    }
}

fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = rest.take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut lines: Vec<Line<'a>> = old[..head].iter().map(|line| Line::Same(line)).collect();
    if old_middle.len().saturating_mul(new_middle.len()) > MAX_PAIRS {
        lines.extend(old_middle.iter().map(|line| Line::Removed(line)));
        lines.extend(new_middle.iter().map(|line| Line::Added(line)));
    } else {
        longest_common(old_middle, new_middle, &mut lines);
    }
    lines.extend(old[old.len() - tail..].iter().map(|line| Line::Same(line)));
    lines
}

fn longest_common<'a>(old: &[&'a str], new: &[&'a str], lines: &mut Vec<Line<'a>>) {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if old[i] == new[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Same(old[i]));
            i += 1;
            j += 1;
        } else if i < old.len() && (j == new.len() || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) {
            lines.push(Line::Removed(old[i]));
            i += 1;
        } else {
            lines.push(Line::Added(new[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_forms() {
        let appended = unified("/w/notes.txt", Some("alpha\nbeta\n"), "alpha\nbeta\nprobe13\n");
        assert_eq!(appended.text, "--- a//w/notes.txt\n+++ b//w/notes.txt\n@@ -1,2 +1,3 @@\n alpha\n beta\n+probe13");
        assert_eq!((appended.added, appended.removed), (1, 0));
        let created = unified("/w/N.md", None, "Fixed add.\n");
        assert_eq!(created.text, "--- /dev/null\n+++ b//w/N.md\n@@ -1,0 +1 @@\n+Fixed add.");
    }

    #[test]
    fn far_changes_are_two_hunks_and_near_ones_one() {
        let old: Vec<String> = (1..=20).map(|line| line.to_string()).collect();
        let changed = |at: &[usize]| {
            let mut new = old.clone();
            at.iter().for_each(|at| new[*at] = "x".into());
            unified("/f", Some(&old.join("\n")), &new.join("\n"))
        };
        assert_eq!(changed(&[1, 18]).text.matches("\n@@ ").count(), 2);
        assert_eq!(changed(&[4, 9]).text.matches("\n@@ ").count(), 1);
        let diff = changed(&[9]);
        assert_eq!(diff.text, "--- a//f\n+++ b//f\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+x\n 11\n 12\n 13");
        assert_eq!((diff.added, diff.removed), (1, 1));
    }
}
