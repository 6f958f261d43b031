//! What goes wrong on purpose in the midst of a run, by switches.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{clock, signals, stream::Stream, switches::Switches, tool::ToolCall};

pub struct Faults<'a> {
    switches: &'a Switches,
}

impl<'a> Faults<'a> {
    pub fn new(switches: &'a Switches) -> Self {
        Self { switches }
    }

    /// What happens after the prompt was taken and before the work; an exit code where that is all.
    pub fn before_work(&self, stream: &mut Stream) -> io::Result<Option<u8>> {
        let on = |name: &str| self.switches.is_on(name);
        if let Some(words) = self.switches.get("stderr") {
            eprintln!("{}", words.replace('_', " "));
        }
        if let Some(how) = self.switches.get("leave-child") {
            leave_child(how)?;
        }
        if on("silent") && !on("partial-line") {
            stream.think("I will be quiet for a while.")?;
            thread::sleep(self.switches.seconds("silent").unwrap_or_default());
        }
        if on("connection") || self.switches.fails("retriable") {
            connection(stream, if self.switches.fails("retriable") { 3 } else { 1 })?;
        }
        if self.switches.fails("retriable") {
            eprintln!("RetriableError: [unavailable] the demo agent was told to fail");
            return Ok(Some(1));
        }
        if self.switches.fails("usage-limit") {
            stream.think("Checking what is left to use.")?;
            eprintln!(
                "ActionRequiredError: You've hit your usage limit for Demo 1. Switch to a different model or set a Spend Limit to continue."
            );
            return Ok(Some(1));
        }
        if stream.prints_lines() {
            if on("garbage") {
                garbage(stream)?;
            }
            if on("partial-line") {
                partial_line(stream, self.switches.seconds("silent").unwrap_or(Duration::from_secs(2)))?;
            }
        }
        if on("completed-without-started") {
            let call = ToolCall::new("webSearch", json!({ "searchTerm": "demo" }), on("newline-call-id"));
            call.complete(stream, &json!({ "rejected": { "reason": "User Rejected" } }))?;
        }
        if let Some(size) = self.switches.number("big-tool") {
            big_tool(stream, usize::try_from(size).unwrap_or(usize::MAX))?;
        }
        if let Some(signal) = self.switches.number("crash") {
            stream.think("I am about to crash.")?;
            stream.say("This sentence is the last")?;
            signals::crash(i32::try_from(signal).unwrap_or(libc::SIGABRT));
        }
        Ok(None)
    }
}

fn leave_child(how: &str) -> io::Result<()> {
    let mut command = Command::new("/bin/sh");
    command.stdin(Stdio::null());
    match how {
        // The child of a child that is gone, in a session of its own.
        "double" => {
            command.args(["-c", "sleep 1000 & exit 0"]);
            // SAFETY: setsid is async-signal-safe.
            unsafe {
                command.pre_exec(|| {
                    libc::setsid();
                    Ok(())
                });
            }
            command.status()?;
        }
        "ignore-term" => {
            command.args(["-c", "trap '' TERM; exec sleep 1000"]).spawn()?;
        }
        _ => {
            command.args(["-c", "exec sleep 1000"]).spawn()?;
        }
    }
    Ok(())
}

fn connection(stream: &mut Stream, attempts: u32) -> io::Result<()> {
    let session = stream.session.clone();
    for attempt in 1..=attempts {
        stream.line(&json!({
            "type": "connection", "subtype": "reconnecting", "session_id": session, "timestamp_ms": clock::now_ms(),
            "attempt": attempt, "endpoint_url": "https://demo.invalid",
        }))?;
        stream.line(&json!({
            "type": "retry", "subtype": "starting", "session_id": session, "timestamp_ms": clock::now_ms(),
            "attempt": attempt, "is_resume": false,
        }))?;
        stream.line(&json!({
            "type": "connection", "subtype": "reconnected", "session_id": session, "timestamp_ms": clock::now_ms(),
        }))?;
    }
    Ok(())
}

fn garbage(stream: &mut Stream) -> io::Result<()> {
    let thought = |session: &str, text: &str| -> Value {
        json!({ "type": "thinking", "subtype": "delta", "text": text, "session_id": session, "timestamp_ms": clock::now_ms() })
    };
    let session = stream.session.clone();
    stream.raw(b"this line is not JSON\n\n\0nul\0\ninvalid \xff\xfe utf-8\n{\"half\": \n")?;
    stream.raw(format!("{} {}\n", thought(&session, "Two objects"), thought(&session, " on one line.")).as_bytes())?;
    stream.raw(thought(&session, " A string\\nwith raw\\n\\nnewlines.").to_string().replace("\\\\n", "\n").as_bytes())?;
    stream.raw(b"\n{\"type\":\"assistant\",\"message\":{\"content\":\"never finished\n")?;
    stream.line(&json!({ "type": "system", "subtype": "task_notification", "session_id": session, "note": "unknown" }))?;
    stream.line(&json!({ "type": "demo_novelty", "session_id": session }))
}

fn partial_line(stream: &mut Stream, pause: Duration) -> io::Result<()> {
    let line =
        json!({ "type": "thinking", "subtype": "delta", "text": "Half a line, and the rest.", "session_id": stream.session });
    let line = format!("{line}\n");
    let (half, rest) = line.split_at(line.find(", and").unwrap_or(0));
    stream.raw(half.as_bytes())?;
    thread::sleep(pause);
    stream.raw(rest.as_bytes())
}

fn big_tool(stream: &mut Stream, size: usize) -> io::Result<()> {
    let call = ToolCall::new("read", json!({ "path": "/demo/big.txt" }), false);
    call.start(stream)?;
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
    let content: String = line.repeat(size / line.len() + 1)[..size].to_owned();
    let lines = content.split('\n').count();
    let success = json!({
        "content": content, "isEmpty": false, "exceededLimit": false, "totalLines": lines, "fileSize": size,
        "path": "/demo/big.txt", "readRange": { "startLine": 1, "endLine": lines },
        "relatedCursorRulePaths": [], "relatedCursorRules": [],
    });
    call.complete(stream, &json!({ "success": success }))
}
