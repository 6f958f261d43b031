//! What came of one stream. A chunk that is lost, doubled, out of order or changed is an error.

use std::borrow::Cow;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::prompt::Prompt;
use crate::http::{Event, EventStream};

#[derive(Default)]
pub struct Recording {
    pub text: String,
    /// Nanoseconds from each chunk's stamp to its arrival; those written before the reader was there
    /// are left out, since they waited for it.
    pub delays: Vec<u64>,
    pub events: u64,
    /// When `RUNNING` arrived, where the stream tells it.
    pub running_at: Option<u64>,
    /// When the workspace was told to be ready, where one was made.
    pub prepared_at: Option<u64>,
    pub done_at: u64,
}

#[derive(Deserialize)]
struct Call<'a> {
    name: &'a str,
    status: &'a str,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

impl Recording {
    /// Reads to `done` and checks that all of `prompt` came exactly once.
    pub fn of(stream: &mut EventStream, prompt: Prompt) -> anyhow::Result<Self> {
        let (mut recording, opened_at) = (Self::default(), stream.opened_at);
        stream.follow(|event| recording.take(&event, prompt, opened_at))?;
        recording.check(prompt)?;
        Ok(recording)
    }

    fn take(&mut self, event: &Event<'_>, prompt: Prompt, opened_at: u64) -> anyhow::Result<bool> {
        match event.name {
            "assistant" => {
                self.events += 1;
                let text = serde_json::from_str::<Text<'_>>(event.data).context("an assistant event")?.text;
                if prompt.is_stamped() {
                    for stamp in text.split_ascii_whitespace() {
                        let stamp: u64 = stamp.parse().with_context(|| format!("a stamp: {stamp}"))?;
                        if stamp >= opened_at {
                            self.delays.push(event.arrived_at.saturating_sub(stamp));
                        }
                    }
                }
                self.text.push_str(&text);
            }
            "status" if event.data.contains("\"RUNNING\"") => self.running_at = Some(event.arrived_at),
            "tool_call" => {
                let call: Call<'_> = serde_json::from_str(event.data).context("a tool_call event")?;
                if (call.name, call.status) == ("prepare_workspace", "completed") {
                    self.prepared_at = Some(event.arrived_at);
                }
            }
            "error" => bail!("the run failed: {}", event.data),
            "done" => {
                self.done_at = event.arrived_at;
                return Ok(false);
            }
            _ => {}
        }
        Ok(true)
    }

    fn check(&self, prompt: Prompt) -> anyhow::Result<()> {
        let mut chunks = 0;
        if prompt.is_stamped() {
            // The stamps of one clock rise, so that rising and complete is each once.
            let mut last = 0;
            for stamp in self.text.split_ascii_whitespace() {
                let stamp: u64 = stamp.parse()?;
                if stamp <= last {
                    bail!("chunk {chunks} is doubled or out of order");
                }
                (last, chunks) = (stamp, chunks + 1);
            }
        } else {
            for chunk in self.text.split_terminator("word ").skip(1) {
                if chunk.trim_end().parse() != Ok(chunks) {
                    bail!("where chunk {chunks} should be stands {chunk:?}");
                }
                chunks += 1;
            }
        }
        if chunks != prompt.chunks() {
            bail!("{chunks} chunks of {} arrived", prompt.chunks());
        }
        Ok(())
    }
}
