//! Signals end a run at once, with the CLI's exit codes and without a result.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    process::{Child, Command},
};

use super::home::{Home, Run};

const ARGS: &[&str] = &["-p", "--output-format", "stream-json", "--trust"];

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// A run that has printed its first line and then says nothing for long.
fn silent(home: &Home, switches: &str) -> Child {
    let mut child = home.start(ARGS, &format!("#demo silent=600 {switches}\nthink"));
    let mut line = String::new();
    BufReader::with_capacity(1, child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("{\"type\":\"system\""));
    child
}

#[test]
fn interrupt_and_terminate() {
    let home = Home::new();
    for (name, code, words) in [("-INT", 130, "Aborting operation...\n"), ("-TERM", 143, "")] {
        let child = silent(&home, "");
        signal(&child, name);
        let run = Run::new(child.wait_with_output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(code), words));
        assert!(run.last_words().is_none());
    }
}

#[test]
fn term_can_be_ignored() {
    let home = Home::new();
    let child = silent(&home, "ignore-term");
    signal(&child, "-TERM");
    signal(&child, "-KILL");
    assert_eq!(child.wait_with_output().unwrap().status.signal(), Some(9));
}

#[test]
fn it_hangs_after_its_result() {
    let home = Home::new();
    let mut child = home.start(ARGS, "#demo hang-after-result\nthink");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.starts_with("{\"type\":\"result\"")));
    assert!(child.try_wait().unwrap().is_none());
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
