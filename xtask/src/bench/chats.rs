//! Chats of the product that are measured.

use anyhow::{Context, bail};

use super::{prompt::Prompt, recording::Recording};
use crate::{
    http::Client,
    program::{Run, Server},
};

/// One run in a new chat, read to its end, with its text compared to what is stored.
pub fn run(server: &Server, prompt: Prompt) -> anyhow::Result<(Recording, Run)> {
    let mut client = server.client()?;
    let run = server.prompt(&mut client, &prompt.text())?;
    let recording = Recording::of(&mut server.stream(&run)?, prompt)?;
    check_stored(&mut client, &run, &recording.text)?;
    Ok((recording, run))
}

/// Fails unless the chat has the text of `run` whole.
pub fn check_stored(client: &mut Client, run: &Run, text: &str) -> anyhow::Result<()> {
    let steps = client.json("GET", &format!("/v1/agents/{}/steps?limit=100", run.agent), None)?;
    let items = steps["items"].as_array().context("no steps")?;
    let stored = items.iter().rev().filter(|step| step["type"] == "assistant_message" && step["runId"] == run.run.as_str());
    let stored: String = stored.filter_map(|step| step["text"].as_str()).collect();
    if stored != text {
        bail!("{} bytes are stored of {} that were streamed, or others", stored.len(), text.len());
    }
    Ok(())
}
