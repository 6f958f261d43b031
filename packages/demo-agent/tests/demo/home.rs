//! A home, a workspace, and the program run in them.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use agents::{Decoder, Effect, Exit, Input, cursor::CursorDecoder};
use domain::{Event, Notice, ToolCall};
use tempfile::TempDir;

pub struct Home {
    directory: TempDir,
}

/// What a run printed, decoded.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub effects: Vec<Effect>,
}

impl Home {
    pub fn new() -> Self {
        let home = Self { directory: TempDir::new().unwrap() };
        fs::create_dir(home.workspace()).unwrap();
        home
    }

    pub fn workspace(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("project")
    }

    pub fn config(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub fn file(&self, name: &str, content: &str) {
        let path = self.workspace().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.workspace().join(name)).ok()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_demo-agent"));
        command.args(args).current_dir(self.workspace()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.directory.path());
        command.env("CURSOR_CONFIG_DIR", self.config()).env("CURSOR_DATA_DIR", self.data()).env("CURSOR_DEMO_PACE", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(&self, args: &[&str], prompt: &str) -> Child {
        let mut child = self.command(args).spawn().unwrap();
        // Who fails before reading closes the pipe, which is no failure of ours.
        let _ = child.stdin.take().unwrap().write_all(prompt.as_bytes());
        child
    }

    pub fn run(&self, args: &[&str], prompt: &str) -> Run {
        Run::new(self.start(args, prompt).wait_with_output().unwrap())
    }

    /// A run as a server starts it.
    pub fn stream(&self, more: &[&str], prompt: &str) -> Run {
        let args = ["-p", "--output-format", "stream-json", "--stream-partial-output", "--trust", "--model", "auto"];
        self.run(&[&args[..], more].concat(), prompt)
    }
}

impl Run {
    pub fn new(output: Output) -> Self {
        let mut decoder = CursorDecoder::new();
        let mut effects = Vec::new();
        decoder.feed(Input::Output(&output.stdout), &mut effects);
        decoder.feed(Input::Exited(Exit::default()), &mut effects);
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            effects,
        }
    }

    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.effects.iter().filter_map(|effect| match effect {
            Effect::Event(event) => Some(event),
            _ => None,
        })
    }

    pub fn text(&self) -> String {
        let texts = self.events().filter_map(|event| match event {
            Event::Assistant { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    pub fn thinking(&self) -> String {
        let texts = self.events().filter_map(|event| match event {
            Event::Thinking { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    pub fn notices(&self) -> Vec<&Notice> {
        let notices = self.events().filter_map(|event| match event {
            Event::Notice(notice) => Some(notice),
            _ => None,
        });
        notices.collect()
    }

    /// The calls that completed.
    pub fn calls(&self) -> Vec<&ToolCall> {
        let calls = self.events().filter_map(|event| match event {
            Event::ToolCall(call) if call.status == domain::ToolStatus::Completed => Some(&**call),
            _ => None,
        });
        calls.collect()
    }

    /// The text of the end of the turn; nothing if there was none.
    pub fn last_words(&self) -> Option<String> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::TurnEnded(end) => end.text.clone(),
            _ => None,
        })
    }

    /// A line of the stream as it was printed, by what it begins with.
    pub fn line(&self, start: &str) -> serde_json::Value {
        serde_json::from_str(self.stdout.lines().find(|line| line.starts_with(start)).unwrap()).unwrap()
    }
}
