//! Why a run failed: the program's own words, a code, and one sentence on what to do.

use domain::RunError;

use crate::Exit;

use super::ansi;

/// What is kept of standard error, before and after escapes are taken out.
const RAW_BYTES: usize = 16 * 1024;
const TEXT_BYTES: usize = 8 * 1024;

/// The end of what the program wrote to standard error.
#[derive(Debug, Default)]
pub struct ErrorOutput {
    tail: Vec<u8>,
    cut: bool,
}

impl ErrorOutput {
    pub fn append(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(RAW_BYTES)..];
        let excess = (self.tail.len() + bytes.len()).saturating_sub(RAW_BYTES);
        self.cut |= excess > 0;
        self.tail.drain(..excess);
        self.tail.extend_from_slice(bytes);
    }

    /// At most the last 8 KiB as plain text.
    pub fn text(&self) -> String {
        let mut tail = &self.tail[..];
        // A cut may stand within a character or an escape, so the line it stands in goes.
        if let (true, Some(newline)) = (self.cut, tail.iter().position(|byte| *byte == b'\n')) {
            tail = &tail[newline + 1..];
        }
        let text = ansi::strip(&String::from_utf8_lossy(tail));
        let text = text.trim();
        let mut start = text.len().saturating_sub(TEXT_BYTES);
        while !text.is_char_boundary(start) {
            start += 1;
        }
        text[start..].to_owned()
    }
}

/// What the words tell, and the remedy. The first that is found counts.
const KNOWN: &[(&[&str], &str, &str)] = &[
    (
        &["provided api key is invalid", "invalid api key"],
        "invalid_api_key",
        "Paste a valid API key in Settings, or remove it and run `cursor-agent login` on this machine.",
    ),
    (
        &["authentication required", "not logged in"],
        "not_logged_in",
        "Run `cursor-agent login` on this machine, or paste an API key in Settings.",
    ),
    (&["cannot use this model"], "invalid_model", "Choose one of the models that your account offers."),
    (
        &["workspace trust required", "do you trust the contents of this directory"],
        "not_trusted",
        "Run `cursor-agent` in this directory once and trust it, then send the message again.",
    ),
    (
        &["must be a uuid", "failed to claim persistent session"],
        "invalid_session",
        "Start a new chat: the agent does not accept this chat's id.",
    ),
    (
        &["you've hit your usage limit", "actionrequirederror", "usage limit"],
        "usage_limit",
        "Switch to a different model, or raise the spend limit of your Cursor account.",
    ),
    (
        &["headless mode is disabled", "headless is disabled", "headless use is disabled", "disabled headless"],
        "headless_disabled",
        "Ask your team's Cursor administrator to allow headless use of the CLI.",
    ),
    (&["retriableerror"], "connection_failed", "Check this machine's connection to Cursor, then send the message again."),
];

const UNKNOWN_HINT: &str = "Send the message again; if it fails again, `cursor-selfhost doctor` checks what the agent needs.";

/// `words`: what the program said; empty where it said nothing.
pub fn explain(words: &str, exit: Exit) -> RunError {
    let words = words.trim();
    let lower = words.to_lowercase().replace('\u{2019}', "'");
    let known = KNOWN.iter().find(|(marks, ..)| marks.iter().any(|mark| lower.contains(mark)));
    let (code, hint) = known.map_or(("agent_failed", UNKNOWN_HINT), |(_, code, hint)| (*code, *hint));
    let message = if words.is_empty() { ended(exit) } else { words.to_owned() };
    RunError { code: code.to_owned(), message, hint: Some(hint.to_owned()) }
}

fn ended(exit: Exit) -> String {
    match exit {
        Exit { signal: Some(signal), .. } => format!("The agent program was ended by {}", signal_name(signal)),
        Exit { code: Some(0) | None, .. } => "The agent program ended without a result".to_owned(),
        Exit { code: Some(code), .. } => format!("The agent program failed (exit code {code})"),
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(words: &str) -> String {
        let error = explain(words, Exit { code: Some(1), signal: None });
        assert_eq!(error.message, words);
        assert!(error.hint.is_some(), "{words}");
        error.code
    }

    #[test]
    fn what_the_cli_says_has_a_code_and_a_remedy() {
        let login = "Error: Authentication required. Please run 'agent login' first, or set CURSOR_API_KEY environment variable.";
        assert_eq!(code(login), "not_logged_in");
        assert_eq!(code("⚠ Warning: The provided API key is invalid."), "invalid_api_key");
        assert_eq!(code("Cannot use this model: X. Available models: auto, b"), "invalid_model");
        assert_eq!(
            code("Failed to claim persistent session for chat \"x\": Persistent-session chat ID must be a UUID"),
            "invalid_session"
        );
        assert_eq!(code("ActionRequiredError: You've hit your usage limit for Opus"), "usage_limit");
        assert_eq!(code("Error: You’ve hit your usage limit"), "usage_limit");
        assert_eq!(code("RetriableError: [invalid_argument] unknown option '--system-prompt'"), "connection_failed");
    }

    #[test]
    fn who_said_nothing_is_spoken_for() {
        let error = explain(" ", Exit { code: Some(3), signal: None });
        assert_eq!(error.message, "The agent program failed (exit code 3)");
        assert_eq!((error.code.as_str(), error.hint.as_deref()), ("agent_failed", Some(UNKNOWN_HINT)));
        let message = |signal| explain("", Exit { code: None, signal }).message;
        assert_eq!(message(Some(9)), "The agent program was ended by SIGKILL");
        assert_eq!(message(Some(63)), "The agent program was ended by signal 63");
        assert_eq!(message(None), "The agent program ended without a result");
    }

    #[test]
    fn only_the_end_of_a_long_error_output_is_kept() {
        let mut output = ErrorOutput::default();
        for _ in 0..3000 {
            output.append("\u{1b}[31mné".as_bytes());
            output.append(b"\x1b[0m\n");
        }
        output.append(b"last\xff\n");
        let text = output.text();
        assert!(text.len() <= TEXT_BYTES && text.len() > TEXT_BYTES / 4, "{}", text.len());
        assert!(text.starts_with("né\n") && text.ends_with("\nlast\u{fffd}"), "{text}");
        output.append("é".repeat(RAW_BYTES).as_bytes());
        assert!(output.text().ends_with("éé"));
    }
}
