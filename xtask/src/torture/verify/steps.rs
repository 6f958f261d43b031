//! The steps of a chat: all pages are the prompts and the folds of the events, and what is longer than
//! a step holds is its content.

use std::sync::atomic::Ordering;

use anyhow::{Context, bail};
use serde_json::Value;

use super::{
    fold::{INLINE_BYTES, Step},
    sequence::Item,
    stream::Verified,
};
use crate::torture::{requests, world::World};

pub fn verify(world: &World, agent: &str, runs: &[Verified]) -> anyhow::Result<()> {
    let stored = all_pages(world, agent)?;
    world.counts.steps_compared.fetch_add(stored.len() as u64, Ordering::Relaxed);
    let mut rest = stored.as_slice();
    for run in runs {
        let id = run.run.id.as_str();
        let of_run = rest.iter().take_while(|step| step["runId"] == id).count();
        let (steps, others) = rest.split_at(of_run);
        rest = others;
        let prompt = steps.first().context("a run without its prompt")?;
        if prompt["type"] != "user_message" || prompt["text"] != run.run.prompt.text.as_str() {
            bail!("the prompt of {id} is {prompt}");
        }
        if steps.len() != run.fold.steps.len() + 1 {
            bail!("{id} has {} steps, its events make {}", steps.len() - 1, run.fold.steps.len());
        }
        let uuid = id.trim_start_matches("run-");
        for (ordinal, step) in steps.iter().enumerate() {
            if step["id"] != format!("step-{uuid}-{ordinal}") || step["agentId"] != agent || step["endedAt"].is_null() {
                bail!("step {ordinal} of {id} is {} of {}, ended at {}", step["id"], step["agentId"], step["endedAt"]);
            }
        }
        for (step, expected) in steps[1..].iter().zip(&run.fold.steps) {
            if let Some(difference) = difference(step, expected) {
                bail!("{id}: {difference}");
            }
            if expected.truncated {
                content(world, agent, step, expected, run)?;
            }
        }
    }
    match rest.first() {
        Some(step) => bail!("the steps have {step}, which is of no run"),
        None => Ok(()),
    }
}

/// Oldest first.
fn all_pages(world: &World, agent: &str) -> anyhow::Result<Vec<Value>> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/agents/{agent}/steps?limit=37{cursor}");
        let (status, page) = requests::ask(world, "GET", &path, None)?;
        let items = page["items"].as_array().with_context(|| format!("the steps were answered {status} {page}"))?;
        all.extend(items.iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    if !all.iter().map(|step| step["position"].as_i64()).is_sorted_by(|newer, older| newer > older) {
        bail!("the steps are not in order");
    }
    all.reverse();
    Ok(all)
}

/// Where a step differs from what the events make of it, in words.
pub fn difference(step: &Value, expected: &Step) -> Option<String> {
    const OWN: &[&str] = &["id", "agentId", "runId", "position", "createdAt", "endedAt", "truncated", "size"];
    let mut fields = step.as_object()?.clone();
    fields.retain(|name, _| !OWN.contains(&name.as_str()));
    let brief = |value: &Value| value.to_string().chars().take(200).collect::<String>();
    let wanted = expected.listed();
    for name in fields.keys().chain(wanted.keys()) {
        let (is, wanted) = (fields.get(name), wanted.get(name));
        if is != wanted {
            let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), brief);
            return Some(format!("`{name}` of {} is {}, by the events {}", step["id"], show(is), show(wanted)));
        }
    }
    let truncated = step["truncated"] == true;
    let size = expected.text().map(str::len).filter(|size| *size > INLINE_BYTES);
    if truncated != expected.truncated || (truncated && size.is_some_and(|size| step["size"] != size)) {
        return Some(format!("{} has truncated {} and size {}", step["id"], step["truncated"], step["size"]));
    }
    None
}

/// The whole of a step is what was written.
fn content(world: &World, agent: &str, step: &Value, expected: &Step, run: &Verified) -> anyhow::Result<()> {
    let id = step["id"].as_str().unwrap_or_default();
    let path = format!("/v1/agents/{agent}/steps/{id}/content");
    let (status, body) = requests::ask_bytes(world, "GET", &path)?;
    if status != 200 {
        bail!("the content of {id} was answered {status}");
    }
    if let Some(text) = expected.text() {
        if body != text.as_bytes() {
            bail!("the content of {id} has {} bytes of {}, or others", body.len(), text.len());
        }
        return Ok(());
    }
    let call: Value = serde_json::from_slice(&body).with_context(|| format!("the content of {id}"))?;
    let written = run.written.sequence.0.iter().rev().find_map(|item| match item {
        Item::Completed { call: known, args, result } if call["callId"] == known.as_str() => Some((args, result)),
        _ => None,
    });
    let Some((args, result)) = written else { bail!("{id} is a call that was not completed") };
    if call.get("args") != args.as_ref() || call.get("result") != result.as_ref() {
        bail!("the content of {id} is not the call that was written");
    }
    Ok(())
}
