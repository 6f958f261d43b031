//! More and more runs live at once, each with a reader: what 1,000 chunks cost, what a run takes, and how
//! long a chunk is on its way. Counted while all of them write, so that starts and ends are not in it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;

use super::{MB, NS_PER_MS};
use crate::{
    bench::{context::Context, plot::Plot, report::Row},
    program::{Server, process},
    stats::{median, percentile},
};

const COUNTS: [usize; 8] = [1, 2, 5, 10, 20, 50, 100, 200];
/// As fast as a model writes; all together up to 10,000 a second.
const RATE: u64 = 50;
const SECONDS: u64 = 12;
const LOOK: Duration = Duration::from_millis(20);

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let along = "live runs";
    let mut cpu = Plot::new("CPU for 1,000 chunks", along, "ms", &["server", "shims"]);
    let mut delay = Plot::new("delay of a chunk", along, "ms", &["p50", "p99"]);
    let mut memory = Plot::new("memory", along, "MB", &["server, resident", "each shim, private"]);
    let quick = context.quick;
    for count in COUNTS.into_iter().filter(|count| !quick || *count <= 20) {
        let server = context.fresh_server()?;
        let figures = with(&server, count)?;
        let per_thousand = |cpu: Duration| cpu.as_secs_f64() * 1e6 / figures.delays.len() as f64;
        cpu.add(count as f64, &[per_thousand(figures.server), per_thousand(figures.shims)]);
        let delay_ms = |share| percentile(&figures.delays, share) as f64 / NS_PER_MS;
        delay.add(count as f64, &[delay_ms(0.5), delay_ms(0.99)]);
        memory.add(count as f64, &[figures.resident / MB, figures.shim_private / MB]);
    }
    context.plots.extend([cpu, delay, memory]);
    Ok(Vec::new())
}

/// While all runs wrote.
struct Figures {
    server: Duration,
    shims: Duration,
    resident: f64,
    shim_private: f64,
    delays: Vec<u64>,
}

/// What the readers' threads and the one that measures share.
#[derive(Default)]
struct Progress {
    writing: AtomicUsize,
    ended: AtomicUsize,
    counting: AtomicBool,
    delays: Mutex<Vec<u64>>,
    failed: AtomicU64,
}

fn with(server: &Server, count: usize) -> anyhow::Result<Figures> {
    let progress = Progress::default();
    // Nobody writes before all are there.
    let silent = 2 + count as u64 / 25;
    let prompt = format!("#demo silent={silent} chunks={} rate={RATE} stamp pace=0\nmeasure", RATE * SECONDS);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..count).map(|_| scope.spawn(|| read(server, &prompt, &progress))).collect();
        let figures = watch(server, count, &progress);
        for reader in readers {
            reader.join().map_err(|_| anyhow::anyhow!("a reader's thread panicked"))??;
        }
        figures
    })
}

fn watch(server: &Server, count: usize, progress: &Progress) -> anyhow::Result<Figures> {
    let wait = |done: &dyn Fn() -> bool| {
        while !done() && progress.failed.load(Ordering::Relaxed) == 0 {
            thread::sleep(LOOK);
        }
    };
    wait(&|| progress.writing.load(Ordering::Relaxed) == count);
    let shims = process::children(server.pid());
    let cpu = || shims.iter().filter_map(|shim| process::cpu(*shim)).sum::<Duration>();
    let (server_before, shims_before) = (server.cpu()?, cpu());
    progress.counting.store(true, Ordering::Relaxed);
    // The slowest began last and the quickest ends first; a second is to spare on both sides.
    let begun = std::time::Instant::now();
    wait(&|| begun.elapsed() > Duration::from_secs(SECONDS / 2) || progress.ended.load(Ordering::Relaxed) > 0);
    progress.counting.store(false, Ordering::Relaxed);
    let (server_used, shims_used) = (server.cpu()? - server_before, cpu().saturating_sub(shims_before));
    let private: Vec<f64> = shims.iter().filter_map(|shim| Some(process::memory(*shim).ok()?.private as f64)).collect();
    let resident = process::memory(server.pid())?.resident as f64;
    let delays = progress.delays.lock().map(|delays| delays.clone()).unwrap_or_default();
    anyhow::ensure!(!delays.is_empty() && shims.len() == count, "{} shims of {count} were seen", shims.len());
    Ok(Figures { server: server_used, shims: shims_used, resident, shim_private: median(&private), delays })
}

fn read(server: &Server, prompt: &str, progress: &Progress) -> anyhow::Result<()> {
    let read = read_one(server, prompt, progress);
    progress.ended.fetch_add(1, Ordering::Relaxed);
    progress.failed.fetch_add(u64::from(read.is_err()), Ordering::Relaxed);
    read
}

fn read_one(server: &Server, prompt: &str, progress: &Progress) -> anyhow::Result<()> {
    let run = server.prompt(&mut server.client()?, prompt)?;
    let mut writing = false;
    server.stream(&run)?.follow(|event| {
        if event.name == "assistant" {
            if !std::mem::replace(&mut writing, true) {
                progress.writing.fetch_add(1, Ordering::Relaxed);
            }
            if progress.counting.load(Ordering::Relaxed) {
                let data: serde_json::Value = serde_json::from_str(event.data)?;
                let stamps = data["text"].as_str().context("no text")?.split_ascii_whitespace();
                let delays = stamps.map(|stamp| Ok(event.arrived_at.saturating_sub(stamp.parse()?)));
                let delays = delays.collect::<anyhow::Result<Vec<u64>>>()?;
                if let Ok(mut all) = progress.delays.lock() {
                    all.extend(delays);
                }
            }
        }
        anyhow::ensure!(event.name != "error", "a run failed: {}", event.data);
        Ok(event.name != "done")
    })
}
