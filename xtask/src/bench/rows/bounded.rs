//! Memory does not grow with a run or with those who read it: two million events of which no two can be
//! merged, fifty readers of whom five never read, and one connection on which nothing is ever asked.

use std::{
    net::TcpStream,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};

use super::MB;
use crate::{
    bench::{context::Context, plot::Plot, report::Row},
    http::{EventStream, connect},
    program::{Run, Server, process},
    stats::grouped,
};

const EVENTS: u64 = 2_000_000;
const READERS: usize = 45;
const DEAF: usize = 5;
const LOOK: Duration = Duration::from_millis(20);
const AFTER: Duration = Duration::from_secs(3);

pub fn measure(context: &mut Context) -> anyhow::Result<Vec<Row>> {
    let count = if context.quick { EVENTS / 20 } else { EVENTS };
    let mut rows = one(context, "calls", "of one call", count)?;
    rows.extend(one(context, "steps", "a step each", count)?);
    Ok(rows)
}

fn one(context: &mut Context, what: &str, in_words: &str, count: u64) -> anyhow::Result<Vec<Row>> {
    let server = context.server_of_talker()?;
    let mut client = server.client()?;
    let before = process::memory(server.pid())?.resident as f64;
    let run = server.prompt_to(&mut client, "cursor", &format!("{what} {count}"))?;
    let silent = connect(server.address)?;
    let deaf = (0..DEAF).map(|_| server.stream(&run)).collect::<anyhow::Result<Vec<_>>>()?;
    let (progress, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (seen, samples) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(&server, &progress, &over));
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(|| read(&server, &run, &progress))).collect();
        let seen: Vec<anyhow::Result<u64>> =
            readers.into_iter().map(|reader| reader.join().unwrap_or_else(|_| bail!("a reader's thread panicked"))).collect();
        over.store(true, Ordering::Relaxed);
        (seen, watch.join().unwrap_or_default())
    });
    let (first, least) = check(seen, count)?;
    thread::sleep(AFTER);
    let after = process::memory(server.pid())?.resident as f64;
    close(silent, deaf);
    let most = samples.iter().map(|(_, resident)| *resident).fold(before, f64::max);
    let at = |share: f64| {
        let wanted = first as f64 * share;
        samples.iter().find(|(number, _)| *number as f64 >= wanted).map_or(most, |(_, resident)| *resident) / MB
    };
    let mut plot =
        Plot::new(format!("{} events, {in_words}: server resident", grouped(count, ',')), "events", "MB", &["resident"]);
    for share in [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0] {
        plot.add(count as f64 * share, &[at(share)]);
    }
    context.plots.push(plot);
    let name = |what: &str| format!("{count} events, {in_words}: {what}");
    Ok(vec![
        Row::new(name("resident before"), "MB", vec![before / MB]),
        Row::new("  when a tenth was told", "MB", vec![at(0.1)]),
        Row::new("  when half was told", "MB", vec![at(0.5)]),
        Row::new("  when all was told", "MB", vec![at(1.0)]),
        Row::new("  at most", "MB", vec![most / MB]),
        Row::new("  a moment after the end", "MB", vec![after / MB]),
        Row::new(format!("  events that each of {READERS} readers got"), "", vec![least as f64]),
    ])
}

/// The numbers that the readers came to, each without a gap.
fn check(seen: Vec<anyhow::Result<u64>>, count: u64) -> anyhow::Result<(u64, u64)> {
    let seen = seen.into_iter().collect::<anyhow::Result<Vec<u64>>>()?;
    let (least, most) = (seen.iter().min().copied().unwrap_or(0), seen.iter().max().copied().unwrap_or(0));
    if least != most || least < count {
        bail!("readers came to event {least} to {most} of {count}");
    }
    Ok((most, least))
}

/// Reads to `done` and gives the number of the last event; a gap or a repetition is an error.
pub fn read(server: &Server, run: &Run, progress: &AtomicU64) -> anyhow::Result<u64> {
    let (mut last, mut unnumbered) = (0u64, 0u64);
    let mut stream = server.stream(run)?;
    stream.follow(|event| {
        if event.id.is_empty() {
            // A state has a number that is not shown.
            unnumbered += u64::from(event.name == "status");
            return Ok(event.name != "done");
        }
        let number: u64 = event.id.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).context("an id")?;
        if number != last + unnumbered + 1 {
            bail!("after event {last} and {unnumbered} states comes {number}");
        }
        (last, unnumbered) = (number, 0);
        progress.fetch_max(number, Ordering::Relaxed);
        Ok(event.name != "done")
    })?;
    Ok(last)
}

/// How many events the quickest reader had, and the server's memory then.
fn watch(server: &Server, progress: &AtomicU64, over: &AtomicBool) -> Vec<(u64, f64)> {
    let mut samples = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let number = progress.load(Ordering::Relaxed);
        samples.extend(process::resident(server.pid()).map(|resident| (number, resident as f64)));
        thread::sleep(LOOK);
    }
    samples
}

/// Only now: until here they were open and not read.
fn close(silent: TcpStream, deaf: Vec<EventStream>) {
    drop((silent, deaf));
}
