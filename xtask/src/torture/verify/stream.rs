//! The stream of one run: what all readers saw is what an undisturbed one sees, and it tells what the
//! program wrote.

use std::{sync::Arc, sync::atomic::Ordering};

use anyhow::{Context, bail};
use serde_json::Value;

use super::{
    fold::Fold,
    sequence::{Item, Sequence},
    written::Written,
};
use crate::torture::{
    events::{Seen, number_of},
    processes, readers,
    run_log::RunLog,
    world::{Run, Snapshot, World, lock},
};

/// A run whose stream is read, with what the other looks at it need.
pub struct Verified {
    pub run: Arc<Run>,
    pub events: Vec<Seen>,
    pub log: RunLog,
    pub written: Written,
    pub fold: Fold,
}

pub fn verify(world: &World, run: &Arc<Run>) -> anyhow::Result<Verified> {
    let events = readers::read_whole(world, run).context("the undisturbed reading of its stream")?;
    world.counts.events_compared.fetch_add(events.len() as u64, Ordering::Relaxed);
    same_as_seen(world, run, &events);
    let dones = events.iter().filter(|event| event.name == "done").count();
    if dones != 1 || events.last().is_none_or(|event| event.name != "done") {
        world.differs(Some(run), format!("{dones} events are `done`, the last is {:?}", events.last().map(|event| &event.name)));
    }
    let log = RunLog::read(&processes::run_directory(&world.data, &run.id)).context("its run log")?;
    let written = Written::read(&log.output);
    if let Some(difference) = Sequence::difference(&written.sequence, &told(&events, &written.sequence)?) {
        world.differs(Some(run), difference);
    }
    let fold = Fold::of(&events)?;
    if fold.open_calls() > 0 {
        world.differs(Some(run), format!("{} tool calls have no end", fold.open_calls()));
    }
    snapshots(world, run, &events)?;
    Ok(Verified { run: run.clone(), events, log, written, fold })
}

fn same_as_seen(world: &World, run: &Run, events: &[Seen]) {
    let seen = lock(&run.events);
    for (index, (seen, event)) in seen.all().iter().zip(events).enumerate() {
        if seen != event {
            world.differs(
                Some(run),
                format!("event {} was {} and is {} in the end", index + 1, readers::brief(seen), readers::brief(event)),
            );
            return;
        }
    }
    // Whoever read to `done` has seen all.
    if seen.all().len() != events.len() {
        world.differs(Some(run), format!("readers saw {} events, in the end there are {}", seen.all().len(), events.len()));
    }
}

/// What the events tell, with what was too long for an event taken for what was written.
fn told(events: &[Seen], written: &Sequence) -> anyhow::Result<Sequence> {
    let mut told = Sequence::default();
    for event in events {
        let data: Value = serde_json::from_str(&event.data)?;
        match event.name.as_str() {
            "assistant" | "thinking" => told.text(event.name == "thinking", data["text"].as_str().context("no text")?),
            "tool_call" => {
                let call = data["callId"].as_str().context("no call id")?.to_owned();
                let (mut args, mut result) = (data.get("args").cloned(), data.get("result").cloned());
                if let Some(Item::Started { args: whole, .. } | Item::Completed { args: whole, .. }) = written.0.get(told.0.len())
                    && data["truncated"]["args"] == true
                {
                    args.clone_from(whole);
                }
                if let Some(Item::Completed { result: whole, .. }) = written.0.get(told.0.len())
                    && data["truncated"]["result"] == true
                {
                    result.clone_from(whole);
                }
                told.0.push(if data["status"] == "completed" {
                    Item::Completed { call, args, result }
                } else {
                    Item::Started { call, args }
                });
            }
            _ => {}
        }
    }
    Ok(told)
}

/// A step list of a live run is the fold of its events up to the one it names.
fn snapshots(world: &World, run: &Run, events: &[Seen]) -> anyhow::Result<()> {
    let snapshots = lock(&run.snapshots);
    let number = |snapshot: &Snapshot| snapshot.last_event.as_deref().map_or(Ok(0), number_of);
    let mut numbered =
        snapshots.iter().map(|snapshot| Ok((number(snapshot)? as usize, snapshot))).collect::<anyhow::Result<Vec<_>>>()?;
    numbered.sort_by_key(|(number, _)| *number);
    let (mut fold, mut folded) = (Fold::default(), 0);
    for (number, snapshot) in numbered {
        let Some(next) = events.get(folded..number) else { bail!("a step list went up to event {number}") };
        next.iter().try_for_each(|event| fold.take(event))?;
        folded = number;
        // The prompt stands before them, and a page holds a hundred.
        let expected = &fold.steps[fold.steps.len().saturating_sub(100)..];
        if snapshot.items.len() != expected.len() {
            bail!("a step list up to event {number} has {} steps of {}", snapshot.items.len(), expected.len());
        }
        for (item, expected) in snapshot.items.iter().rev().zip(expected) {
            if let Some(difference) = super::steps::difference(item, expected) {
                bail!("in a step list up to event {number}: {difference}");
            }
        }
        world.counts.steps_compared.fetch_add(expected.len() as u64, Ordering::Relaxed);
    }
    Ok(())
}
