//! From the prompt's request to the program's start, with nothing to set up.
//!
//! The start is the run log's `Started` record, which the shim writes when `exec` has succeeded; the
//! stand-in's own first stamp is later by its preparation and is shown beside it.

use std::fs;

use anyhow::Context as _;
use shim::record::{Decoded, Kind, decode};

use super::NS_PER_MS;
use crate::{
    bench::{context::Context, prompt::Prompt, recording::Recording, report::Row},
    program::{Run, Server},
    stats::percentile,
};

const REPEATS: usize = 30;

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let repeats = context.repeats(REPEATS);
    let server = context.both()?.1;
    let mut client = server.client()?;
    let mut times = Times::default();
    for _ in 0..repeats {
        let run = server.prompt(&mut client, &Prompt::One.text())?;
        let recording = Recording::of(&mut server.stream(&run)?, Prompt::One)?;
        times.add(&run, &recording, started_at(server, &run.run)?);
    }
    let chat = server.prompt(&mut client, &Prompt::One.text())?;
    Recording::of(&mut server.stream(&chat)?, Prompt::One)?;
    let mut follow_ups = Vec::new();
    for _ in 0..repeats {
        let run = server.follow_up(&mut client, &chat.agent, &Prompt::One.text())?;
        Recording::of(&mut server.stream(&run)?, Prompt::One)?;
        follow_ups.push(since(run.asked_at, started_at(server, &run.run)?));
    }
    let nanoseconds: Vec<u64> = times.started.iter().map(|ms| (ms * NS_PER_MS) as u64).collect();
    let p90 = percentile(&nanoseconds, 0.9) as f64 / NS_PER_MS;
    Ok(vec![
        Row::new("POST of a chat to program started", "ms", times.started).within(10.0),
        Row::new("  its p90", "ms", vec![p90]),
        Row::new("  to the answer 201", "ms", times.accepted),
        Row::new("  to RUNNING on the stream", "ms", times.running),
        Row::new("  to the program's first chunk written", "ms", times.first_chunk),
        Row::new("POST of a follow-up to program started", "ms", follow_ups).within(10.0),
    ])
}

/// Milliseconds since the request.
#[derive(Default)]
struct Times {
    accepted: Vec<f64>,
    started: Vec<f64>,
    running: Vec<f64>,
    first_chunk: Vec<f64>,
}

impl Times {
    fn add(&mut self, run: &Run, recording: &Recording, started_at: u64) {
        self.accepted.push(since(run.asked_at, run.accepted_at));
        self.started.push(since(run.asked_at, started_at));
        self.running.extend(recording.running_at.map(|at| since(run.asked_at, at)));
        let first = recording.text.split_ascii_whitespace().next().and_then(|stamp| stamp.parse().ok());
        self.first_chunk.extend(first.map(|stamp: u64| since(run.asked_at, stamp)));
    }
}

pub fn since(begin: u64, end: u64) -> f64 {
    end.saturating_sub(begin) as f64 / NS_PER_MS
}

/// When the program of a run was started, by its run log.
pub fn started_at(server: &Server, run: &str) -> anyhow::Result<u64> {
    let bytes = fs::read(server.data().join("runs").join(run).join(shim::spec::LOG_FILE))?;
    let mut rest = bytes.as_slice();
    while let Decoded::Record(record, length) = decode(rest) {
        if record.kind == Kind::Started {
            return Ok(record.wall_ns);
        }
        rest = &rest[length..];
    }
    None.context("the run log has no start")
}
