//! What goes wrong on purpose.

use std::{os::unix::process::ExitStatusExt, process::Stdio};

use super::home::Home;

fn codes(run: &super::home::Run) -> Vec<&str> {
    run.notices().iter().map(|notice| notice.code.as_str()).collect()
}

#[test]
fn failures_in_the_midst_have_no_result() {
    let home = Home::new();
    let run = home.stream(&[], "#demo fail=retriable\nhi");
    assert_eq!((run.code, run.last_words()), (Some(1), None));
    assert!(run.stderr.starts_with("RetriableError: ") && codes(&run).len() == 9);
    let run = home.stream(&[], "#demo fail=usage-limit\nhi");
    assert!(run.stderr.starts_with("ActionRequiredError: You've hit your usage limit") && run.last_words().is_none());
    let run = home.stream(&[], "#demo no-result\nhi");
    assert_eq!((run.code, run.last_words()), (Some(0), None));
    let run = home.stream(&[], "#demo exit=7 stderr=some_words\nthink");
    assert_eq!((run.code, run.stderr.as_str(), run.last_words().is_some()), (Some(7), "some words\n", true));
}

#[test]
fn a_crash() {
    let home = Home::new();
    let args = ["-p", "--output-format", "stream-json", "--trust"];
    let status = home.start(&args, "#demo crash=9\nhi").wait_with_output().unwrap().status;
    assert_eq!(status.signal(), Some(9));
}

#[test]
fn garbage_is_all_there_and_spoils_nothing() {
    let home = Home::new();
    let run = home
        .stream(&[], "#demo garbage completed-without-started newline-call-id connection partial-line silent=0\nthink about x");
    assert!(run.thinking().contains("Two objects on one line. A string\nwith raw\n\nnewlines."), "{:?}", run.thinking());
    assert!(run.thinking().contains("Half a line, and the rest."));
    let expected = [
        "reconnecting",
        "retrying",
        "reconnected",
        "output",
        "output",
        "output",
        "output",
        "output",
        "unknown_event",
        "unknown_event",
    ];
    assert_eq!(codes(&run), expected);
    assert!(run.calls()[0].call_id.contains('\n') && run.last_words().is_some());
}

#[test]
fn big_things() {
    let home = Home::new();
    let run = home.stream(&[], "#demo big=300000 big-tool=200000\nx");
    assert_eq!(run.last_words().map(|text| text.len()), Some(300_000));
    assert!(matches!(&run.calls()[0].view, domain::ToolView::Read { content: Some(content), .. } if content.len() == 200_000));
    let run = home.stream(&[], "#demo chunks=500 stamp rate=1000000");
    assert_eq!(run.text().split_whitespace().filter(|stamp| stamp.parse::<u128>().is_ok()).count(), 500);
    assert!(run.notices().is_empty());
}

#[test]
fn it_shows_its_surroundings() {
    let home = Home::new();
    let run = home.stream(&["--force"], "#demo echo-env\nx");
    assert!(run.text().split('\n').any(|name| name == "CURSOR_CONFIG_DIR") && !run.text().contains('='));
    let run = home.stream(&["--force"], "#demo echo-argv\nx");
    assert!(run.text().starts_with("-p\n--output-format\n") && run.text().ends_with("\n--force"));
}

#[test]
fn children_are_left_behind() {
    let home = Home::new();
    let args = ["-p", "--output-format", "stream-json", "--trust"];
    for how in ["1", "double", "ignore-term"] {
        let mark = format!("CURSOR_CONFIG_DIR={}", home.config().display());
        // The child holds the pipes, so nobody may wait for their end.
        let mut child =
            home.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).env("CURSOR_DEMO_LEAVE_CHILD", how).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"think").unwrap();
        assert!(child.wait().unwrap().success());
        let left = processes_with(&mark);
        assert_eq!(left.len(), 1, "{how}");
        for pid in left {
            assert!(std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
        }
        while !processes_with(&mark).is_empty() {
            std::thread::yield_now();
        }
    }
}

/// Processes whose environment holds this.
fn processes_with(mark: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let marked = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|var| var == mark.as_bytes()))
    };
    pids.filter(marked).collect()
}
