//! Requests to a server that may be killed at any moment.

use std::{sync::atomic::Ordering, thread, time::Duration};

use anyhow::bail;
use serde_json::{Value, json};

use super::world::{World, count};
use crate::http::{Answer, Client};

const AGAIN: Duration = Duration::from_millis(10);

/// Asks until there is an answer: for what may be asked twice.
pub fn ask(world: &World, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    loop {
        if let Ok(answer) = once(world, method, path, body) {
            return Ok(answer);
        }
        if world.is_over() {
            bail!("{method} {path} was not answered in time");
        }
        thread::sleep(AGAIN);
    }
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

/// Makes a run, exactly one, also when the server dies before it has answered: `known` are the agent's
/// runs so far.
pub fn create_run(world: &World, agent: &str, prompt: &str, known: &[String]) -> anyhow::Result<String> {
    let first = known.is_empty();
    let body = json!({ "prompt": { "text": prompt } });
    let (path, body) = if first {
        let mut body = body;
        (body["driver"], body["agentId"]) = (json!("demo"), json!(agent));
        ("/v1/agents".to_owned(), body)
    } else {
        (format!("/v1/agents/{agent}/runs"), body)
    };
    loop {
        match once(world, "POST", &path, Some(&body)) {
            Ok((201, answer)) => match answer["run"]["id"].as_str() {
                Some(id) => return Ok(id.to_owned()),
                None => bail!("POST {path} was answered without a run: {answer}"),
            },
            // A server that ends may say so instead of closing the connection.
            Ok((503, _)) => {}
            Ok((status, answer)) => bail!("POST {path} was answered {status} {answer}"),
            Err(_) => {
                count(&world.counts.answers_lost);
                // It may have been taken all the same.
                let runs = runs_of(world, agent)?;
                if let Some(new) = runs.into_iter().find(|run| !known.contains(run)) {
                    return Ok(new);
                }
            }
        }
        if world.is_over() {
            bail!("POST {path} was not answered in time");
        }
        thread::sleep(AGAIN);
    }
}

/// The same for an answer that is no JSON.
pub fn ask_bytes(world: &World, method: &str, path: &str) -> anyhow::Result<(u16, Vec<u8>)> {
    let Answer { status, body } = Client::connect(world.address, &world.key)?.answer(method, path, None)?;
    Ok((status, body))
}

fn once(world: &World, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
    world.counts.connections.fetch_add(1, Ordering::Relaxed);
    let Answer { status, body } = Client::connect(world.address, &world.key)?.answer(method, path, body)?;
    let answer = serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into());
    Ok((status, answer))
}
