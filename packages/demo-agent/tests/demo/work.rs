//! The work is real.

use domain::{Outcome, ToolView};

use super::home::{Home, Run};

fn views(run: &Run) -> Vec<&ToolView> {
    run.calls().iter().map(|call| &call.view).collect()
}

#[test]
fn files_are_made_changed_and_deleted() {
    let home = Home::new();
    let run = home.stream(
        &[],
        "create src/a.txt with \"one\\ntwo\", then append \"three\" to src/a.txt, then replace \"two\" with \"2\" in src/a.txt",
    );
    assert_eq!(home.read("src/a.txt").as_deref(), Some("one\n2\nthree\n"), "{}", run.text());
    let edits: Vec<_> = views(&run)
        .into_iter()
        .filter_map(|view| match view {
            ToolView::Edit { created, lines_added, lines_removed, diff, .. } => {
                Some((*created, *lines_added, *lines_removed, diff.clone()))
            }
            _ => None,
        })
        .collect();
    let counts: Vec<_> = edits.iter().map(|(created, added, removed, _)| (*created, added.unwrap(), removed.unwrap())).collect();
    assert_eq!(counts, [(true, 2, 0), (false, 1, 0), (false, 1, 1)]);
    assert!(edits[2].3.as_ref().unwrap().ends_with("@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"));
    let run = home.stream(&[], "delete src/a.txt");
    assert_eq!((home.read("src/a.txt"), &run.calls()[0].outcome), (None, &Outcome::Success));
    let run = home.stream(&[], "read src/a.txt");
    assert!(matches!(&run.calls()[0].outcome, Outcome::Error { .. }) && run.text().contains("**Failed.**"));
}

#[test]
fn searching_and_listing() {
    let home = Home::new();
    home.file("src/a.rs", "fn main() {}\n// needle\n");
    home.file("b.txt", "needle\n");
    home.file("node_modules/c.txt", "needle\n");
    let run = home.stream(&[], "search for needle, then find *.rs, then list the files in src");
    let found = views(&run);
    let ToolView::Grep { matches, total, .. } = found[1] else { unreachable!("{found:?}") };
    assert_eq!((matches.len(), *total, matches[0].file.as_str(), matches[1].line), (2, Some(2), "./b.txt", Some(2)));
    let ToolView::Glob { files, .. } = found[3] else { unreachable!("{found:?}") };
    assert_eq!(files, &["src/a.rs"]);
    let ToolView::List { entries, .. } = found[5] else { unreachable!("{found:?}") };
    assert_eq!(entries, &["a.rs"]);
}

#[test]
fn commands_run_and_fail() {
    let home = Home::new();
    let run = home.stream(&["--force"], "run `echo out; echo err >&2; exit 3`");
    let call = run.calls()[0];
    assert_eq!(call.outcome, Outcome::Failure);
    let ToolView::Shell { output, exit_code, .. } = &call.view else { unreachable!("{call:?}") };
    assert_eq!(*exit_code, Some(3));
    let mut lines: Vec<&str> = output.as_ref().unwrap().lines().collect();
    lines.sort();
    assert_eq!(lines, ["err", "out"]);
    let run = home.stream(&["--force"], "run `true` in the background");
    assert!(matches!(run.calls()[0].view, ToolView::Shell { background: true, pid: Some(_), .. }));
}

#[test]
fn a_summary_and_a_tour() {
    let home = Home::new();
    home.file("README.md", "# Shop\n\nSells things.\n");
    home.file("src/a.rs", "a\nb\n");
    home.file(".git/HEAD", "ref: refs/heads/main\n");
    let summary = home.stream(&[], "summarise this project").text();
    for part in ["# project", "branch `main`", "| `.rs` | 1 | 2 |", "Sells things."] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    let tour = home.stream(&[], "Why is the sky blue?");
    assert!(
        tour.text().contains("**no AI**") && tour.text().contains("- read README.md") && tour.text().contains("Sells things.")
    );
    assert_eq!(tour.calls().len(), 2);
    assert!(tour.notices().is_empty());
}

#[test]
fn nothing_outside_of_the_workspace_is_touched() {
    let home = Home::new();
    let outside = home.workspace().join("../outside.txt");
    std::fs::write(&outside, "secret").unwrap();
    std::os::unix::fs::symlink(&outside, home.workspace().join("link.txt")).unwrap();
    std::os::unix::fs::symlink(home.workspace().join("../new.txt"), home.workspace().join("dangling.txt")).unwrap();
    for prompt in [
        "read ../outside.txt",
        "read /etc/hostname",
        "create ../outside.txt with \"x\"",
        "create link.txt with \"x\"",
        "create dangling.txt with \"x\"",
        "delete link.txt",
        "list the files in ..",
        "search for secret in ../",
    ] {
        let run = home.stream(&["--force"], prompt);
        let outcome = &run.calls()[0].outcome;
        assert!(matches!(outcome, Outcome::Error { message } if message.contains("outside")), "{prompt}: {outcome:?}");
    }
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "secret");
    assert!(!home.workspace().join("../new.txt").exists());
}
