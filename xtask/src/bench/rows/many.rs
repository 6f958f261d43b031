//! Many runs at once, each with its own reader.

use std::{sync::Barrier, thread, time::Duration};

use super::{MB, delay::Percentiles};
use crate::{
    bench::{
        chats,
        context::Context,
        floor::Floor,
        prompt::Prompt,
        recording::Recording,
        report::Row,
        shims::{Seen, Watch},
    },
    program::Server,
};

const REPEATS: usize = 3;
const RUNS: usize = 20;
pub const PROMPT: Prompt = Prompt::Stamped { chunks: 2000, rate: 500 };

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let (mut ours, mut floors) = (Percentiles::default(), Percentiles::default());
    let (mut server_cpu, mut all_cpu, mut floor_cpu, mut resident) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..context.repeats(REPEATS) {
        let (delays, used) = on_floor(context.both()?.0)?;
        floors.add_delays(&delays);
        floor_cpu.push(used.as_secs_f64());
        let (delays, used, seen) = on_server(context.both()?.1)?;
        ours.add_delays(&delays);
        server_cpu.push(used.as_secs_f64());
        all_cpu.push((used + seen.cpu).as_secs_f64());
        resident.push(seen.resident as f64 / MB);
    }
    Ok(vec![
        Row::new("20 runs of 2,000 chunks at 500/s: p50", "ms", ours.p50).beside(&floors.p50),
        Row::new("20 runs of 2,000 chunks at 500/s: p99", "ms", ours.p99).beside(&floors.p99).within(15.0),
        Row::new("  CPU of server and shims", "s", all_cpu).beside(&floor_cpu).within(0.8),
        Row::new("  of it the server's", "s", server_cpu),
        Row::new("  server resident, at most", "MB", resident).within(40.0),
    ])
}

fn on_floor(floor: &Floor) -> anyhow::Result<(Vec<u64>, Duration)> {
    let before = floor.cpu()?;
    let delays = at_once(|| Ok(floor.run(PROMPT)?.0.delays))?;
    Ok((delays, floor.cpu()? - before))
}

fn on_server(server: &Server) -> anyhow::Result<(Vec<u64>, Duration, Seen)> {
    let (watch, before) = (Watch::begin(server.pid(), RUNS), server.cpu()?);
    // What is stored is compared after the clock has stopped: asking costs the server CPU.
    let ended = Barrier::new(RUNS);
    let used = std::sync::Mutex::new(Vec::new());
    let delays = at_once(|| {
        let mut client = server.client()?;
        let run = server.prompt(&mut client, &PROMPT.text());
        let recording = run.and_then(|run| {
            let recording = Recording::of(&mut server.stream(&run)?, PROMPT)?;
            Ok((run, recording))
        });
        // Passed also by a thread that failed, or the others would wait for ever.
        if ended.wait().is_leader()
            && let Ok(mut used) = used.lock()
        {
            used.push(server.cpu()?);
        }
        let (run, recording) = recording?;
        chats::check_stored(&mut client, &run, &recording.text)?;
        Ok(recording.delays)
    });
    let seen = watch.end();
    let after = used.into_inner().ok().and_then(|used| used.first().copied()).unwrap_or(before);
    // A run that failed is the better thing to tell.
    Ok((delays?, after - before, seen?))
}

pub fn at_once(one: impl Fn() -> anyhow::Result<Vec<u64>> + Sync) -> anyhow::Result<Vec<u64>> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..RUNS).map(|_| scope.spawn(&one)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| anyhow::anyhow!("a reader's thread panicked"))??);
        }
        Ok(all)
    })
}
