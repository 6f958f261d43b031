//! Requests to a server that may be killed at any moment.

use std::{sync::atomic::Ordering, thread, time::Duration};

use anyhow::bail;
use serde_json::{Value, json};

use super::world::{World, count};
use crate::http::{Answer, Client};

const AGAIN: Duration = Duration::from_millis(10);

/// A prompt that was taken.
pub struct Taken {
    /// The run's, also while it waits in the queue.
    pub id: String,
    pub queued: bool,
}

/// Asks until there is an answer: for what may be asked twice.
pub fn ask(world: &World, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    loop {
        if let Ok(answer) = once(world, method, path, &[], body) {
            return Ok(answer);
        }
        wait(world, method, path)?;
    }
}

/// The same for an answer that is no JSON.
pub fn ask_bytes(world: &World, method: &str, path: &str) -> anyhow::Result<(u16, Vec<u8>)> {
    let Answer { status, body } = Client::connect(world.address, &world.key)?.answer(method, path, &[], None)?;
    Ok((status, body))
}

/// The agent's runs by id, newest first; none when there is no such agent.
pub fn runs_of(world: &World, agent: &str) -> anyhow::Result<Vec<String>> {
    let (status, answer) = ask(world, "GET", &format!("/v1/agents/{agent}/runs?limit=100"), None)?;
    match (status, answer["items"].as_array()) {
        (200, Some(items)) => Ok(items.iter().filter_map(|run| run["id"].as_str().map(str::to_owned)).collect()),
        (404, _) => Ok(Vec::new()),
        _ => bail!("the runs of {agent} were answered {status} {answer}"),
    }
}

/// Gives a prompt to an agent, exactly once, also when the server dies before it has answered: `known`
/// are the agent's runs so far, `may_wait` says whether it may be queued.
pub fn give_prompt(world: &World, agent: &str, prompt: &str, known: &[String], may_wait: bool) -> anyhow::Result<Taken> {
    let mut body = json!({ "prompt": { "text": prompt } });
    let path = if known.is_empty() {
        (body["driver"], body["agentId"]) = (json!("demo"), json!(agent));
        "/v1/agents".to_owned()
    } else {
        if may_wait {
            body["whenBusy"] = json!("queue");
        }
        format!("/v1/agents/{agent}/runs")
    };
    // One key a prompt: a repetition has to be answered with what the first try made.
    let key = format!("{agent}-{}", known.len());
    let headers = if world.modern { vec![("idempotency-key", key.as_str())] } else { Vec::new() };
    loop {
        match once(world, "POST", &path, &headers, Some(&body)) {
            Ok((201 | 202, answer)) => {
                let queued = answer["queued"].is_object();
                let id = if queued { &answer["queued"]["id"] } else { &answer["run"]["id"] };
                match id.as_str() {
                    Some(id) => return Ok(Taken { id: id.to_owned(), queued }),
                    None => bail!("POST {path} was answered without a run: {answer}"),
                }
            }
            // A server that ends may say so instead of closing the connection.
            Ok((503, _)) => {}
            Ok((status, answer)) => bail!("POST {path} was answered {status} {answer}"),
            Err(error) if refused(&error) => {}
            Err(_) => count(&world.counts.answers_lost),
        }
        if !world.modern {
            // It may have been taken all the same.
            let new = runs_of(world, agent)?.into_iter().find(|run| !known.contains(run));
            if let Some(id) = new {
                return Ok(Taken { id, queued: false });
            }
        }
        wait(world, "POST", &path)?;
    }
}

/// Nobody listens: the request never left.
fn refused(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

fn wait(world: &World, method: &str, path: &str) -> anyhow::Result<()> {
    if world.is_over() {
        bail!("{method} {path} was not answered in time");
    }
    thread::sleep(AGAIN);
    Ok(())
}

fn once(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    world.counts.connections.fetch_add(1, Ordering::Relaxed);
    let Answer { status, body } = Client::connect(world.address, &world.key)?.answer(method, path, headers, body)?;
    let answer = serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
    Ok((status, answer))
}
