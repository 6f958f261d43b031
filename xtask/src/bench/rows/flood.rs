//! Chunks as fast as the program can write them, all delivered and all stored.

use super::NS_PER_S;
use crate::bench::{chats, context::Context, prompt::Prompt, recording::Recording, report::Row, shims::Watch};

const REPEATS: usize = 5;
const PROMPT: Prompt = Prompt::Numbered { chunks: 20_000 };

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let (mut ours, mut floors, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let (mut server_cpu, mut shim_cpu, mut all_cpu, mut floor_cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..context.repeats(REPEATS) {
        let floor = context.both()?.0;
        let before = floor.cpu()?;
        let (recording, asked_at) = floor.run(PROMPT)?;
        floors.push((recording.done_at - asked_at) as f64 / NS_PER_S);
        floor_cpu.push((floor.cpu()? - before).as_secs_f64());

        let server = context.both()?.1;
        let mut client = server.client()?;
        let (watch, before) = (Watch::begin(server.pid(), 1), server.cpu()?);
        let run = server.prompt(&mut client, &PROMPT.text())?;
        let recording = Recording::of(&mut server.stream(&run)?, PROMPT)?;
        let (used, seen) = (server.cpu()? - before, watch.end()?);
        chats::check_stored(&mut client, &run, &recording.text)?;
        ours.push((recording.done_at - run.asked_at) as f64 / NS_PER_S);
        events.push(recording.events as f64);
        server_cpu.push(used.as_secs_f64());
        shim_cpu.push(seen.cpu.as_secs_f64());
        all_cpu.push((used + seen.cpu).as_secs_f64());
    }
    Ok(vec![
        Row::new("20,000 chunks flat out: POST to done", "s", ours).times(&floors).within(1.5),
        Row::new("  CPU of server and shim", "s", all_cpu).beside(&floor_cpu).within(0.2),
        Row::new("  of it the server's", "s", server_cpu),
        Row::new("  of it the shim's", "s", shim_cpu),
        Row::new("  events they were merged into", "", events),
    ])
}
