//! Commands, and errors before a run begins.

use agents::{
    Decoder, Exit, Input,
    cursor::{CursorDecoder, models, status, version},
};

use super::home::Home;

#[test]
fn version_and_help() {
    let home = Home::new();
    let shown = home.run(&["--version"], "");
    assert_eq!((shown.stdout.as_str(), shown.code), ("2026.10.01-e373342\n", Some(0)));
    assert!(version::is_version(&shown.stdout) && !version::newer_than_tested(&shown.stdout));
    let help = home.run(&["--help"], "").stdout;
    assert!(help.starts_with("Usage: agent [options] [command] [prompt...]\n") && help.ends_with("Display help for command\n"));
}

#[test]
fn models_and_account() {
    let home = Home::new();
    let list = models::parse(&home.run(&["models"], "").stdout).unwrap();
    assert_eq!(list.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["auto", "demo-1", "demo-fast"]);
    assert_eq!(list.iter().map(|model| model.is_default).collect::<Vec<_>>(), [true, false, false]);
    let account = || {
        let run = home.run(&["status", "--format", "json"], "");
        assert_eq!(run.code, Some(0));
        status::parse(&run.stdout).unwrap()
    };
    assert_eq!(account().email.as_deref(), Some("demo@example.com"));
    assert_eq!(home.run(&["logout"], "").code, Some(0));
    assert!(!account().logged_in);
    assert_eq!(home.run(&["--list-models"], "").code, Some(1));
    assert!(home.run(&["login"], "").stdout.contains("https://"));
    assert!(account().logged_in);
    let about = home.run(&["about", "--format", "json"], "").stdout;
    assert!(about.contains("\"cliVersion\":\"2026.10.01-e373342\""));
}

#[test]
fn what_is_wrong_is_said_before_anything_is_printed() {
    let home = Home::new();
    let base = ["-p", "--output-format", "stream-json", "--force"];
    let uuid = "--resume=00000000-0000-5000-8000-00000000000";
    for (more, prompt, code) in [
        (&[][..], "#demo fail=auth\nhi", "not_logged_in"),
        (&[], "#demo fail=api-key\nhi", "invalid_api_key"),
        (&["--api-key", "invalid"], "hi", "invalid_api_key"),
        (&["--model", "nope"], "hi", "invalid_model"),
        (&[], "#demo fail=trust\nhi", "not_trusted"),
        (&[], "#demo fail=headless\nhi", "headless_disabled"),
        (&["--resume=not-a-uuid"], "hi", "invalid_session"),
        (&[uuid], "hi", "invalid_session"),
    ] {
        let run = home.run(&[&base[..], more].concat(), prompt);
        assert_eq!((run.stdout.as_str(), run.code), ("", Some(1)), "{code}");
        let mut decoder = CursorDecoder::new();
        decoder.feed(Input::ErrorOutput(run.stderr.as_bytes()), &mut Vec::new());
        assert_eq!(decoder.explain(Exit { code: run.code, signal: None }).code, code, "{}", run.stderr);
    }
    let run = home.run(&["--wat"], "");
    assert_eq!((run.stderr.as_str(), run.code), ("error: unknown option '--wat'\n", Some(1)));
}

#[test]
fn trust_lasts_and_force_does_not() {
    let home = Home::new();
    let run = home.run(&["-p"], "hi");
    let recorded = include_str!("../../../agents/tests/recordings/2026.09.10.untrusted.stderr.txt");
    assert_eq!(run.stderr, recorded.replace("/hcn-cursor-spike/ws-untrusted", &home.workspace().to_string_lossy()));
    assert_eq!(home.run(&["-p", "--force"], "hi").code, Some(0));
    assert_eq!(home.run(&["-p"], "hi").code, Some(1));
    assert_eq!(home.run(&["-p", "--trust"], "hi").code, Some(0));
    assert_eq!(home.run(&["-p"], "hi").code, Some(0));
}

#[test]
fn an_account_is_asked_for_first() {
    let home = Home::new();
    let mut command = home.command(&["-p", "--model", "nope", "--resume=x"]);
    let output = command.env("CURSOR_DEMO_LOGGED_OUT", "1").output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with("Error: Authentication required. Please run 'agent login' first")
    );
    let output = home.command(&["-p"]).env("CURSOR_API_KEY", "").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("The provided API key is invalid."));
}
