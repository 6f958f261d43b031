//! Running commands.

use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Work, block, head};
use crate::command_line;

/// After this a command is left running, as the CLI does.
const TIMEOUT: Duration = Duration::from_secs(30);
/// For output that children of an ended command still hold open.
const GRACE: Duration = Duration::from_secs(1);
const MAX_OUTPUT: usize = 1 << 20;

#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    both: Vec<u8>,
}

impl Work<'_> {
    pub(super) fn run(&mut self, line: &str, background: bool) -> io::Result<()> {
        self.stream.say(&format!("I'll run `{line}`.\n"))?;
        let description = format!("Run {line}");
        let mut call = self.call("shell", Value::Null);
        call.set_args(arguments(line, &call.id, &description, background, &self.stream.session, &self.stream.request));
        call.describe(&description);
        call.start(self.stream)?;
        if !self.rules.may_run(line) {
            let rejected = json!({ "command": line, "workingDirectory": self.workspace, "reason": "", "isReadonly": false });
            let note = format!("**Refused.** `{line}` may not run without being allowed.");
            return self.refuse(&call, rejected, "", note);
        }
        let started = Instant::now();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", line]).current_dir(self.workspace).stdin(Stdio::null());
        command.env("CURSOR_AGENT", "1").env("CURSOR_INVOKED_AS", "cursor-agent");
        if background {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        } else {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return self.fail(&call, error.to_string()),
        };
        let ended = if background { None } else { collect(&mut child)? };
        let Some((status, output)) = ended else {
            let success = json!({ "pid": child.id(), "shellId": child.id().to_string() });
            call.complete(self.stream, &json!({ "isBackground": true, "success": success }))?;
            self.note(format!("`{line}` is running in the background as process {}.", child.id()));
            return Ok(());
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let both = text(&output.both);
        let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (code, signal) = exit(status);
        let told = json!({
            "command": line, "workingDirectory": self.workspace, "exitCode": code, "signal": signal, "stdout": text(&output.stdout),
            "stderr": text(&output.stderr), "executionTime": elapsed, "interleavedOutput": both, "localExecutionTimeMs": elapsed,
        });
        let shape = if status.success() { "success" } else { "failure" };
        call.complete(self.stream, &json!({ (shape): told, "isBackground": false }))?;
        let shown = if both.trim().is_empty() { String::new() } else { format!(":\n\n{}", block("text", &head(&both, 40))) };
        self.note(match status.success() {
            true if shown.is_empty() => format!("`{line}` succeeded and printed nothing."),
            true => format!("`{line}` printed{shown}"),
            false => format!("`{line}` **failed** with exit code {code}{shown}"),
        });
        Ok(())
    }
}

/// What a command printed and how it ended; nothing if it goes on.
fn collect(child: &mut Child) -> io::Result<Option<(ExitStatus, Output)>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        forward(stdout, false, sender.clone());
    }
    if let Some(stderr) = child.stderr.take() {
        forward(stderr, true, sender.clone());
    }
    drop(sender);
    let mut output = Output::default();
    let started = Instant::now();
    loop {
        let open = take(&receiver, Duration::from_millis(10), &mut output);
        if let Some(status) = child.try_wait()? {
            let ended = Instant::now();
            while ended.elapsed() < GRACE && take(&receiver, GRACE, &mut output) {}
            return Ok(Some((status, output)));
        }
        if started.elapsed() > TIMEOUT {
            return Ok(None);
        }
        if !open {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// False when nothing more can come.
fn take(receiver: &Receiver<(bool, Vec<u8>)>, wait: Duration, output: &mut Output) -> bool {
    match receiver.recv_timeout(wait) {
        Ok((is_error, bytes)) => {
            let own = if is_error { &mut output.stderr } else { &mut output.stdout };
            for buffer in [own, &mut output.both] {
                buffer.extend_from_slice(&bytes[..bytes.len().min(MAX_OUTPUT.saturating_sub(buffer.len()))]);
            }
            true
        }
        Err(RecvTimeoutError::Timeout) => true,
        Err(RecvTimeoutError::Disconnected) => false,
    }
}

fn forward(mut pipe: impl Read + Send + 'static, is_error: bool, sender: Sender<(bool, Vec<u8>)>) {
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if sender.send((is_error, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
}

fn exit(status: ExitStatus) -> (i32, String) {
    use std::os::unix::process::ExitStatusExt;
    let name = match status.signal() {
        Some(libc::SIGKILL) => "SIGKILL".to_owned(),
        Some(libc::SIGTERM) => "SIGTERM".to_owned(),
        Some(other) => format!("signal {other}"),
        None => String::new(),
    };
    (status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)), name)
}

fn arguments(line: &str, call_id: &str, description: &str, background: bool, session: &str, request: &str) -> Value {
    let parsed = command_line::parse(line);
    let word = |word: &String| {
        let kind = match word.as_bytes() {
            [b'\'', ..] => "raw_string",
            [b'"', ..] => "string",
            _ if word.parse::<f64>().is_ok() => "number",
            _ => "word",
        };
        json!({ "type": kind, "value": word })
    };
    let command = |command: &command_line::SimpleCommand| {
        let args: Vec<Value> = command.args.iter().map(word).collect();
        json!({ "name": command.name, "args": args, "fullText": command.text })
    };
    let names: Vec<&str> = parsed.commands.iter().map(|command| command.name.as_str()).collect();
    let has_redirects = parsed.reads_file || parsed.writes_file;
    json!({
        "command": line, "workingDirectory": "", "timeout": TIMEOUT.as_millis() as u64, "toolCallId": call_id,
        "simpleCommands": names, "hasInputRedirect": parsed.reads_file, "hasOutputRedirect": parsed.writes_file,
        "parsingResult": {
            "parsingFailed": false, "executableCommands": parsed.commands.iter().map(command).collect::<Vec<_>>(),
            "hasRedirects": has_redirects, "hasCommandSubstitution": parsed.substitutes, "redirects": [],
        },
        "fileOutputThresholdBytes": "40000", "isBackground": background, "skipApproval": false,
        "timeoutBehavior": "TIMEOUT_BEHAVIOR_BACKGROUND", "hardTimeout": 86_400_000, "description": description, "closeStdin": true,
        "conversationId": session, "adminCommandDenylist": [], "requestId": request,
    })
}
