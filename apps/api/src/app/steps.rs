//! Steps: the conversation as it lasts, up to the event at which it was asked for.

use db::{
    AgentRow, RunRow, StoredStep,
    query::{runs, steps},
};
use domain::{EventId, RunId, Step, StepBody, StepChange, StepId, fold::floor_char_boundary, step::INLINE_BYTES};

use super::{App, Error, Kind, Result, cursor::chats::CliChat};

/// Pieces of a step's content are fetched so many at a time.
pub const CONTENT_PIECES: u64 = 8;

pub struct StepPage {
    pub agent: AgentRow,
    /// Newest first.
    pub items: Vec<StoredStep>,
    pub more: bool,
    /// The live run, and the last of its events that the items contain.
    pub live: Option<(RunId, Option<EventId>)>,
}

impl App {
    /// `before`: the position of the last step of the page before.
    pub async fn list_steps(&self, user_id: i64, agent_id: &str, before: Option<i64>, limit: u64) -> Result<StepPage> {
        let agent = self.get_agent(user_id, agent_id).await?;
        let latest: Option<RunId> = agent.latest_run_id.as_deref().and_then(|id| id.parse().ok());
        let number = match latest {
            Some(run) => runs::find_any(&self.db, &run.to_string()).await?.map(|run| run.number),
            None => None,
        };
        // The snapshot first: what the database gets after it is left out by its position.
        let snapshot = match (latest, number) {
            (Some(run), Some(number)) => self.runner.snapshot(run).await?.map(|snapshot| (run, number, snapshot)),
            _ => None,
        };
        let Some((run, number, snapshot)) = snapshot else {
            let page = steps::list(&self.db, &agent.id, before, limit).await?;
            return Ok(StepPage { agent, items: page.items, more: page.more, live: None });
        };
        let end = steps::position(number, snapshot.next_ordinal);
        let stored = steps::list(&self.db, &agent.id, Some(before.map_or(end, |before| before.min(end))), limit).await?;
        let held = snapshot.steps.into_iter().map(|step| StoredStep {
            agent_id: agent.id.clone(),
            position: steps::position(number, step.id.ordinal),
            step,
        });
        let mut items: Vec<StoredStep> = held.filter(|held| before.is_none_or(|before| held.position < before)).collect();
        for stored in stored.items {
            if items.iter().all(|held| held.position != stored.position) {
                items.push(stored);
            }
        }
        items.sort_by_key(|item| std::cmp::Reverse(item.position));
        let more = stored.more || items.len() as u64 > limit;
        items.truncate(limit as usize);
        let live = before.is_none().then_some((run, snapshot.last_event));
        Ok(StepPage { agent, items, more, live })
    }

    pub async fn get_step(&self, user_id: i64, agent_id: &str, step_id: &str) -> Result<StoredStep> {
        let not_found = || Error::new(Kind::NotFound, "step_not_found", "This agent has no step with this id.");
        let agent = self.get_agent(user_id, agent_id).await?;
        let id: StepId = step_id.parse().map_err(|_| not_found())?;
        let number = match runs::find(&self.db, &agent.id, &id.run.to_string()).await? {
            Some(run) => run.number,
            // What a chat brought along stands before its first run.
            None if agent.cli_chat_id.as_deref() == Some(&id.run.uuid().to_string()) => 0,
            None => return Err(not_found()),
        };
        steps::find(&self.db, &agent.id, steps::position(number, id.ordinal)).await?.ok_or_else(not_found)
    }

    /// The whole prompt of a run.
    pub(crate) async fn prompt_of(&self, run: &RunRow) -> Result<Option<String>> {
        let Some(stored) = steps::find(&self.db, &run.agent_id, steps::position(run.number, 0)).await? else { return Ok(None) };
        if !stored.step.truncated {
            return Ok(match stored.step.body {
                StepBody::UserMessage { text } => Some(text),
                _ => None,
            });
        }
        let (mut whole, mut from) = (String::new(), 0);
        loop {
            let pieces = self.step_pieces(&stored, from).await?;
            if pieces.is_empty() {
                return Ok(Some(whole));
            }
            from += pieces.len() as i32;
            whole.extend(pieces);
        }
    }

    /// The next pieces of a long step, from piece `from` on; empty at the end.
    pub async fn step_pieces(&self, step: &StoredStep, from: i32) -> Result<Vec<String>> {
        Ok(steps::pieces(&self.db, &step.agent_id, step.position, from, CONTENT_PIECES).await?)
    }
}

/// The first step of a run: its prompt.
pub fn prompt_steps(run: RunId, prompt: &str, at: i64) -> Vec<StepChange> {
    let id = StepId { run, ordinal: 0 };
    let inline = floor_char_boundary(prompt, INLINE_BYTES);
    let mut changes = Vec::new();
    let mut rest = if inline < prompt.len() { prompt } else { "" };
    while !rest.is_empty() {
        let piece = &rest[..floor_char_boundary(rest, INLINE_BYTES)];
        rest = &rest[piece.len()..];
        changes.push(StepChange::Piece { id, index: changes.len() as u32, text: piece.to_owned() });
    }
    let step = Step {
        id,
        started_at: at,
        ended_at: Some(at),
        size: prompt.len() as u64,
        truncated: inline < prompt.len(),
        body: StepBody::UserMessage { text: prompt[..inline].to_owned() },
    };
    changes.push(StepChange::Closed(step));
    changes
}

/// What one of the CLI's own chats brings along, before the first run.
pub fn history_steps(agent_id: &str, chat: &CliChat, entries: &[agents::cursor::chats::TranscriptEntry]) -> Vec<StoredStep> {
    let Ok(run) = format!("run-{}", chat.id).parse::<RunId>() else { return Vec::new() };
    let entries = entries.iter().filter(|entry| !entry.text.is_empty()).zip(0u32..);
    entries
        .map(|(entry, ordinal)| {
            let mut text = entry.text.clone();
            // The whole stays in the CLI's own transcript.
            text.truncate(floor_char_boundary(&text, INLINE_BYTES));
            let size = text.len() as u64;
            let body = match entry.role {
                agents::cursor::chats::Role::User => StepBody::UserMessage { text },
                agents::cursor::chats::Role::Assistant => StepBody::AssistantMessage { text },
            };
            let step = Step {
                id: StepId { run, ordinal },
                started_at: chat.created_at,
                ended_at: Some(chat.updated_at),
                size,
                truncated: false,
                body,
            };
            StoredStep { agent_id: agent_id.to_owned(), position: steps::position(0, ordinal), step }
        })
        .collect()
}
