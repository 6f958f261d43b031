//! What was done, what was compared, and what was found.

use std::{fmt::Write, path::Path, sync::atomic::Ordering, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    events::Times,
    options::Options,
    plan::Kind,
    tails::Tail,
    world::{World, lock},
};
use crate::stats::{grouped, median};

pub fn print(options: &Options, world: &World) -> anyhow::Result<()> {
    let faults = lock(&world.counts.faults).clone();
    let tails = lock(&world.counts.tails).clone();
    println!();
    for kind in Kind::all() {
        println!("| {:44} | {:>9} |", kind.name(), faults.get(&kind).copied().unwrap_or(0));
    }
    for tail in Tail::ALL {
        println!("| {:44} | {:>9} |", tail.name(), tails.get(&tail).copied().unwrap_or(0));
    }
    println!("|{:-<46}|{:->11}|", "", "");
    for (name, count) in counts(world) {
        println!("| {name:44} | {:>9} |", grouped(count, ' '));
    }
    println!("|{:-<46}|{:->11}|", "", "");
    for (name, times) in times(world) {
        let (middle, most) = milliseconds(times);
        println!("| {name:44} | {:>9} | median {middle:.0} ms, at most {most:.0} ms", times.all().len());
    }
    println!();
    let total = faults.values().sum::<u64>() + tails.values().sum::<u64>();
    println!(
        "torture: {} faults over {} runs, {} events compared, {} differences (seed {})",
        grouped(total, ' '),
        world.all_runs().len(),
        grouped(world.counts.events_compared.load(Ordering::Relaxed), ' '),
        world.differences().len(),
        options.seed
    );
    match &options.json {
        Some(path) => Ok(std::fs::write(path, serde_json::to_vec_pretty(&figures(options, world))?)?),
        None => Ok(()),
    }
}

pub fn differences(world: &World, directory: &Path) -> String {
    let mut text = String::from("what should be the same differs:\n");
    for difference in world.differences() {
        let of = difference.run.map(|run| format!("{run}: ")).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {of}{}", difference.what);
    }
    text + &format!("the data is kept in {}", directory.display())
}

fn counts(world: &World) -> Vec<(&'static str, u64)> {
    let counts = &world.counts;
    let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    vec![
        ("runs", world.all_runs().len() as u64),
        ("of them harmed", super::harmed(world) as u64),
        ("follow-ups", load(&counts.follow_ups)),
        ("of them through the queue", load(&counts.queued)),
        ("connections", load(&counts.connections)),
        ("streams resumed", load(&counts.reconnects)),
        ("requests whose answer was lost", load(&counts.answers_lost)),
        ("events compared", load(&counts.events_compared)),
        ("steps compared", load(&counts.steps_compared)),
        ("of live runs, lists of them", load(&counts.snapshots)),
    ]
}

fn times(world: &World) -> [(&'static str, &Times); 4] {
    let reattach = &world.reattach;
    [
        ("start to first answer", &reattach.first_answer),
        ("start to first new event of a live run", &reattach.first_event),
        ("SIGTERM to exit", &reattach.orderly_end),
        ("shim's death, or start, to `supervisor_lost`", &reattach.supervisor_lost),
    ]
}

fn milliseconds(times: &Times) -> (f64, f64) {
    let all: Vec<f64> = times.all().iter().map(Duration::as_secs_f64).map(|seconds| seconds * 1000.0).collect();
    (median(&all), all.iter().copied().fold(0.0, f64::max))
}

fn figures(options: &Options, world: &World) -> Value {
    let faults =
        lock(&world.counts.faults).iter().map(|(kind, count)| (kind.name().to_owned(), json!(count))).collect::<Map<_, _>>();
    let tails =
        lock(&world.counts.tails).iter().map(|(tail, count)| (tail.name().to_owned(), json!(count))).collect::<Map<_, _>>();
    let counts = counts(world).into_iter().map(|(name, count)| (name.to_owned(), json!(count))).collect::<Map<_, _>>();
    let times = times(world).into_iter().map(|(name, times)| {
        let (median, most) = milliseconds(times);
        (name.to_owned(), json!({ "count": times.all().len(), "medianMs": median, "mostMs": most }))
    });
    let differences: Vec<Value> = world.differences().iter().map(|one| json!({ "run": one.run, "what": one.what })).collect();
    json!({
        "seed": options.seed, "faults": faults, "tails": tails, "counts": counts,
        "times": times.collect::<Map<_, _>>(), "differences": differences,
    })
}
