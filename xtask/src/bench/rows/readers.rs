//! More and more readers of one run, under the limit of open files that most systems give a program.

use std::{
    sync::{Barrier, atomic::AtomicU64},
    thread,
};

use super::{MB, bounded};
use crate::{
    bench::{context::Context, plot::Plot, prompt::Prompt, report::Row},
    program::process,
};

const COUNTS: [usize; 4] = [1, 10, 100, 1000];
/// Slow enough that all are there before it ends, and quick enough to end.
const PROMPT: Prompt = Prompt::Stamped { chunks: 1000, rate: 100 };

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let mut cpu = Plot::new("readers of one run: CPU for 1,000 events sent", "readers", "ms", &["server"]);
    let mut memory = Plot::new("readers of one run: memory of the server", "readers", "MB", &["resident"]);
    let mut rows = Vec::new();
    let quick = context.quick;
    for count in COUNTS.into_iter().filter(|count| !quick || *count <= 100) {
        let server = context.server_with_few_files()?;
        let mut client = server.client()?;
        let run = server.prompt(&mut client, &PROMPT.text())?;
        let (progress, there, before) = (AtomicU64::new(0), Barrier::new(count + 1), server.cpu()?);
        let (seen, resident) = thread::scope(|scope| {
            let threads: Vec<_> = (0..count)
                .map(|_| {
                    let read = || {
                        let seen = bounded::read(&server, &run, &progress);
                        there.wait();
                        seen
                    };
                    thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, read)
                })
                .collect();
            // All have read to the end and nobody has gone.
            there.wait();
            let resident = process::resident(server.pid()).unwrap_or_default() as f64;
            let seen = threads.into_iter().map(|thread| thread?.join().unwrap_or_else(|_| anyhow::bail!("a thread panicked")));
            (seen.collect::<anyhow::Result<Vec<u64>>>(), resident)
        });
        let (sent, used) = (seen?.iter().sum::<u64>() as f64, (server.cpu()? - before).as_secs_f64());
        cpu.add(count as f64, &[used * 1e6 / sent]);
        memory.add(count as f64, &[resident / MB]);
        if count == *COUNTS.last().unwrap_or(&0) {
            rows.push(Row::new(format!("{count} readers of one run: server resident"), "MB", vec![resident / MB]));
            rows.push(Row::new("  CPU of the server for 1,000 events sent", "ms", vec![used * 1e6 / sent]));
        }
    }
    context.plots.extend([cpu, memory]);
    Ok(rows)
}
