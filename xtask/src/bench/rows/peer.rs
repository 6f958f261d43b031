//! A peer that was described, on the same machine in the same run.

use std::time::Duration;

use super::{MB, NS_PER_S, delay::Percentiles, many};
use crate::{
    bench::{context::Context, peer::Peer, prompt::Prompt, report::Row},
    program::process,
};

const REPEATS: usize = 3;
const PACED: Prompt = Prompt::Stamped { chunks: 1000, rate: 1000 };
const FLOOD: Prompt = Prompt::Numbered { chunks: 20_000 };

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let Some(description) = context.peer.clone() else { return Ok(Vec::new()) };
    let home = context.quiet_home();
    let peer = Peer::start(&description, &context.program, &home)?;
    peer.run(Prompt::Numbered { chunks: 100 })?;
    let at_rest = process::memory(peer.pid())?.resident as f64;
    let (mut paced, mut together) = (Percentiles::default(), Percentiles::default());
    let mut lost = 0;
    let (mut took, mut flood_cpu, mut many_cpu, mut resident) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let used = |before: Duration| Ok::<f64, anyhow::Error>((peer.cpu()? - before).as_secs_f64());
    for _ in 0..context.repeats(REPEATS) {
        let read = peer.run(PACED)?;
        lost += read.lost;
        paced.add_delays(&read.delays);
        let before = peer.cpu()?;
        let read = peer.run(FLOOD)?;
        lost += read.lost;
        took.push(read.took as f64 / NS_PER_S);
        flood_cpu.push(used(before)?);
        let before = peer.cpu()?;
        together.add_delays(&many::at_once(|| Ok(peer.run(many::PROMPT)?.delays))?);
        many_cpu.push(used(before)?);
        resident.push(process::memory(peer.pid())?.resident as f64 / MB);
    }
    let name = |what: &str| format!("{}: {what}", peer.name());
    Ok(vec![
        Row::new(name("delay of a chunk, 1,000/s: p50"), "ms", paced.p50),
        Row::new(name("its p99"), "ms", paced.p99),
        Row::new(name("20,000 chunks flat out"), "s", took),
        Row::new(name("CPU of its server"), "s", flood_cpu),
        Row::new(name("20 runs of 2,000 at 500/s: p50"), "ms", together.p50),
        Row::new(name("its p99"), "ms", together.p99),
        Row::new(name("CPU of its server"), "s", many_cpu),
        Row::new(name("chunks that never came, of these"), "", vec![lost as f64]),
        Row::new(name("resident at rest"), "MB", vec![at_rest / MB]),
        Row::new(name("resident after these"), "MB", resident),
    ])
}
