//! A stand-in of the bench's own for what the demo agent does not do: to write events of which no two can
//! be merged, a million and more. It speaks the CLI's stream; the prompt is `WHAT COUNT`.

use std::io::{self, BufWriter, Read, Write};

use anyhow::{Context, bail};

/// So many deltas make a segment, which is then repeated whole as the CLI does.
const SEGMENT: u64 = 500;

const SESSION: &str = "\"session_id\":\"00000000-0000-4000-8000-000000000000\",\"timestamp_ms\":1";

pub fn main() -> anyhow::Result<()> {
    let mut prompt = String::new();
    io::stdin().lock().read_to_string(&mut prompt)?;
    let (what, count) = prompt.trim().split_once(' ').context("a prompt is WHAT COUNT")?;
    let count: u64 = count.parse()?;
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    writeln!(out, "{{\"type\":\"system\",\"subtype\":\"init\",\"model\":\"talker\",{SESSION}}}")?;
    match what {
        "calls" => calls(&mut out, count)?,
        "steps" => steps(&mut out, count)?,
        other => bail!("unknown: {other}"),
    }
    writeln!(out, "{{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"\",{SESSION}}}")?;
    Ok(out.flush()?)
}

/// One call that is told again and again: each an event, all of them one step.
fn calls(out: &mut impl Write, count: u64) -> io::Result<()> {
    for number in 0..count {
        let subtype = if number + 1 < count { "started" } else { "completed" };
        let call =
            format!("{{\"shellToolCall\":{{\"args\":{{\"command\":\"part {number}\"}},\"result\":{{\"success\":{{}}}}}}}}");
        writeln!(out, "{{\"type\":\"tool_call\",\"subtype\":\"{subtype}\",\"call_id\":\"one\",\"tool_call\":{call},{SESSION}}}")?;
    }
    Ok(())
}

/// Thinking and words in turn: each an event and a step of its own.
fn steps(out: &mut impl Write, count: u64) -> io::Result<()> {
    let said = |text: &str| format!("{{\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}}");
    let mut segment = String::new();
    for number in 0..count {
        if number.is_multiple_of(2) {
            writeln!(out, "{{\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"thought {number} \",{SESSION}}}")?;
            continue;
        }
        let text = format!("word {number} ");
        segment.push_str(&text);
        writeln!(out, "{{\"type\":\"assistant\",\"message\":{},{SESSION}}}", said(&text))?;
        if number % SEGMENT == SEGMENT - 1 {
            let whole = said(&std::mem::take(&mut segment));
            writeln!(out, "{{\"type\":\"assistant\",\"message\":{whole},\"model_call_id\":\"m{number}\",{SESSION}}}")?;
        }
    }
    Ok(())
}
