//! How a run ended: the one honest state that follows from what the run log holds and from what was done
//! to the run, the same in its row, its stream and its files.

use std::{fs, time::Duration};

use anyhow::{Context, bail};
use serde_json::Value;
use shim::{record::Ended, spec::EXIT_FILE};

use super::stream::Verified;
use crate::torture::{
    processes,
    prompts::Planned,
    requests,
    world::{Harm, World, lock},
};

/// A supervisor's loss is told within 5 s. This is for a machine that is busy.
const LOSS_LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Finished,
    Error,
    Cancelled,
}

pub fn verify(world: &World, verified: &Verified) -> anyhow::Result<()> {
    let run = &verified.run;
    let harm = lock(&run.harm).clone();
    let (status, row) = requests::ask(world, "GET", &format!("/v1/agents/{}/runs/{}", run.agent, run.id), None)?;
    if status != 200 {
        bail!("its row was answered {status} {row}");
    }
    let expected = by_log(verified, &harm)?;
    let name = match expected {
        State::Finished => "FINISHED",
        State::Error => "ERROR",
        State::Cancelled => "CANCELLED",
    };
    if row["status"] != name {
        bail!("it is {} and should be {name} ({harm:?})", row["status"]);
    }
    // A cancellation may have been done and its answer lost.
    let stopped = harm.cancel_asked && verified.log.stop_asked;
    let undisturbed = !harm.program_killed && harm.shim_killed.is_none() && !stopped;
    if undisturbed {
        as_planned(run.prompt.planned, expected, &row)?;
    }
    if expected == State::Error {
        error(world, verified, &harm, &row)?;
    } else if !row["error"].is_null() {
        bail!("it is {name} with {}", row["error"]);
    }
    result_event(verified, &row)?;
    usage(verified, &row, expected)?;
    cancelled(verified, &harm)?;
    exit_file(world, verified, &harm)
}

/// FINISHED is a result and a good exit, or one that we asked for; CANCELLED is what we stopped before.
fn by_log(verified: &Verified, harm: &Harm) -> anyhow::Result<State> {
    let (log, result) = (&verified.log, verified.written.result.is_some());
    let exited_well = log.exited.is_some_and(|exit| exit.code == Some(0) || exit.by_us);
    let Some(ended) = &log.ended else {
        if harm.shim_killed.is_none() {
            bail!("its shim went without a last word, and nobody killed it");
        }
        return Ok(if result && (exited_well || log.exited.is_none()) { State::Finished } else { State::Error });
    };
    if log.exited.is_some_and(|exit| exit.signal == Some(libc::SIGKILL) && !exit.by_us) && !harm.program_killed {
        bail!("its program was killed, and not by us");
    }
    Ok(match ended.cause.as_deref() {
        _ if result && exited_well => State::Finished,
        Some("stopped") if harm.cancel_asked => State::Cancelled,
        Some("stopped") => bail!("it was stopped, and nobody asked for it"),
        _ => State::Error,
    })
}

fn as_planned(planned: Planned, state: State, row: &Value) -> anyhow::Result<()> {
    let good = match planned {
        Planned::Finished => state == State::Finished,
        Planned::Error(code) => state == State::Error && row["error"]["code"] == code,
    };
    if !good {
        bail!("nobody disturbed it, it should be {planned:?} and is {} {}", row["status"], row["error"]);
    }
    Ok(())
}

fn error(world: &World, verified: &Verified, harm: &Harm, row: &Value) -> anyhow::Result<()> {
    let (log, error) = (&verified.log, &row["error"]);
    let event = verified.events.iter().rfind(|event| event.name == "error").context("ERROR without an `error` event")?;
    let event_data: Value = serde_json::from_str(&event.data)?;
    for field in ["code", "message", "hint"] {
        if event_data[field] != error[field] {
            bail!("its {field} is {} and in its stream {}", error[field], event_data[field]);
        }
    }
    if log.ended.is_none() {
        if error["code"] != "supervisor_lost" {
            bail!("its shim was killed, and its error is {error}");
        }
        return loss_in_time(world, verified, harm);
    }
    let silent = log.error_output.is_empty() && !verified.written.noise;
    let killed = log.exited.is_some_and(|exit| exit.signal == Some(libc::SIGKILL));
    if killed && silent && !error["message"].as_str().unwrap_or_default().contains("SIGKILL") {
        bail!("its program was killed, and its error says {}", error["message"]);
    }
    Ok(())
}

fn loss_in_time(world: &World, verified: &Verified, harm: &Harm) -> anyhow::Result<()> {
    let (Some(killed), Some(told)) = (harm.shim_killed, lock(&verified.run.events).first("error")) else { return Ok(()) };
    let took = told.saturating_duration_since(world.reattach.start_before(told).map_or(killed, |start| start.max(killed)));
    world.reattach.supervisor_lost.push(took);
    if took > LOSS_LIMIT {
        bail!("the loss of its supervisor was told after {took:?}");
    }
    Ok(())
}

/// The row is what the last `result` told.
fn result_event(verified: &Verified, row: &Value) -> anyhow::Result<()> {
    let event = verified.events.iter().rfind(|event| event.name == "result").context("it has no `result` event")?;
    let event: Value = serde_json::from_str(&event.data)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    // Each of both holds as much of a long text as it can.
    let (told, stored) = (text(&event["text"]), text(&row["result"]));
    let both = told.trim_end_matches('…').len().min(stored.len());
    let same = if told.len().max(stored.len()) > 100_000 {
        both > 40_000 && told.as_bytes()[..both] == stored.as_bytes()[..both]
    } else {
        told == stored
    };
    if event["status"] != row["status"] || event["runId"] != row["id"] || !same {
        bail!("its `result` tells {} of {} bytes, its row {} of {}", event["status"], told.len(), row["status"], stored.len());
    }
    // A program that lingers goes on after its result was told.
    if row["durationMs"].as_i64() < event["durationMs"].as_i64() {
        bail!("it took {} ms, and {} by its `result`", row["durationMs"], event["durationMs"]);
    }
    Ok(())
}

fn usage(verified: &Verified, row: &Value, state: State) -> anyhow::Result<()> {
    let written = verified.written.result.as_ref().map(|result| &result["usage"]).filter(|usage| usage.is_object());
    if let (State::Finished, Some(written)) = (state, written) {
        for field in ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] {
            if row["usage"][field] != written[field] {
                bail!("{field} is {} and was written as {}", row["usage"][field], written[field]);
            }
        }
    }
    Ok(())
}

/// A cancellation that was answered has reached the shim, unless the run was over for it.
fn cancelled(verified: &Verified, harm: &Harm) -> anyhow::Result<()> {
    let log = &verified.log;
    if harm.cancelled == Some(200) && !log.stop_asked && log.exited.is_none() && harm.shim_killed.is_none() {
        bail!("a cancellation was answered and did not reach the shim");
    }
    Ok(())
}

fn exit_file(world: &World, verified: &Verified, harm: &Harm) -> anyhow::Result<()> {
    let path = processes::run_directory(&world.data, &verified.run.id).join(EXIT_FILE);
    let told: Option<Ended> = fs::read(path).ok().map(|bytes| serde_json::from_slice(&bytes)).transpose().context(EXIT_FILE)?;
    match (&verified.log.ended, &told) {
        // Killed between its last record and the file.
        (Some(_), None) if harm.shim_killed.is_some() => Ok(()),
        (ended, told) if ended == told => Ok(()),
        (ended, told) => bail!("{EXIT_FILE} says {told:?}, the run log {ended:?}"),
    }
}
