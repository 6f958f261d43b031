//! Runs.

use domain::{RunError, RunStatus, Usage};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::{Value, json};

use super::{
    agents::{AgentChange, set},
    changes,
    page::Page,
    queue, steps,
};
use crate::{
    AgentRow, Change, Db, DbError, QueuedPromptRow, RunRow,
    entity::{
        agent,
        run::{self, LIVE},
    },
};

pub struct NewRun {
    /// Its number is given out here.
    pub run: RunRow,
    pub prompt: Vec<domain::StepChange>,
    /// What this run and those after it are to use, where it was said.
    pub change: AgentChange,
    /// Rules to allow in the chat from now on.
    pub allow: Vec<String>,
    /// A new session of the agent program.
    pub session_id: Option<String>,
    /// The prompt of the queue that it is, as it was seen.
    pub queued: Option<QueuedPromptRow>,
}

/// What became of a run that was to be created.
pub enum Created {
    Run(Box<(AgentRow, RunRow)>),
    /// Another run of the agent is live.
    Busy,
    Archived,
    /// The agent is not there any more.
    Gone,
    /// The queue is not as it was seen.
    Changed,
    /// It was created before, by the same request.
    Before(Box<RunRow>),
}

/// Gives a run its number and makes it its agent's latest, unless the agent cannot have one now. Decided
/// on what stands in the database, whatever else happens to the agent at this time.
pub async fn create(db: &Db, new: NewRun) -> Result<Created, DbError> {
    let transaction = db.begin().await?;
    let Some(current) = agent::Entity::find_by_id(new.run.agent_id.clone()).one(&transaction).await? else {
        return Ok(Created::Gone);
    };
    if let Some(before) = run::Entity::find_by_id(new.run.id.clone()).one(&transaction).await? {
        return Ok(Created::Before(Box::new(before)));
    }
    if current.archived_at.is_some() {
        return Ok(Created::Archived);
    }
    let of_agent = run::Entity::find().filter(run::Column::AgentId.eq(&current.id)).order_by_desc(run::Column::Number);
    let latest = of_agent.one(&transaction).await?;
    if latest.as_ref().is_some_and(RunRow::is_live) {
        return Ok(Created::Busy);
    }
    if let Some(seen) = &new.queued
        && !queue::take(&transaction, &current, seen).await?
    {
        return Ok(Created::Changed);
    }
    let mut rules: Vec<String> = serde_json::from_str(&current.allow_rules).unwrap_or_default();
    rules.extend(new.allow.into_iter().filter(|rule| !current.allow_rules.contains(&Value::String(rule.clone()).to_string())));
    let run = RunRow { number: latest.map_or(1, |latest| latest.number + 1), ..new.run };
    let row = agent::ActiveModel {
        id: Set(current.id.clone()),
        mode: set(new.change.mode),
        model: set(new.change.model),
        permission: set(new.change.permission),
        allow_rules: Set(json!(rules).to_string()),
        session_seen: set(new.session_id.is_some().then_some(false)),
        session_id: set(new.session_id),
        run_count: Set(run.number),
        latest_run_id: Set(Some(run.id.clone())),
        updated_at: Set(run.created_at),
        ..Default::default()
    };
    let agent = agent::Entity::update(row).exec(&transaction).await?;
    let run = RunRow { mode: agent.mode.clone(), model: agent.model.clone(), permission: agent.permission.clone(), ..run };
    run::Entity::insert(run.clone().into_active_model()).exec_without_returning(&transaction).await?;
    steps::save_in(&transaction, &agent.id, run.number, new.prompt).await?;
    changes::add(&transaction, agent.user_id, [Change::Run(run.id.clone()), Change::Agent(agent.id.clone())]).await?;
    db.commit(transaction).await?;
    Ok(Created::Run(Box::new((agent, run))))
}

pub async fn find(db: &Db, agent_id: &str, id: &str) -> Result<Option<RunRow>, DbError> {
    Ok(run::Entity::find_by_id(id.to_owned()).filter(run::Column::AgentId.eq(agent_id)).one(db.reader()).await?)
}

pub async fn find_any(db: &Db, id: &str) -> Result<Option<RunRow>, DbError> {
    Ok(run::Entity::find_by_id(id.to_owned()).one(db.reader()).await?)
}

pub async fn find_many(db: &Db, ids: Vec<String>) -> Result<Vec<RunRow>, DbError> {
    Ok(run::Entity::find().filter(run::Column::Id.is_in(ids)).all(db.reader()).await?)
}

/// Newest first; `before` is the number of the last of the page before.
pub async fn list(db: &Db, agent_id: &str, before: Option<i32>, limit: u64) -> Result<Page<RunRow>, DbError> {
    let mut select = run::Entity::find().filter(run::Column::AgentId.eq(agent_id));
    if let Some(number) = before {
        select = select.filter(run::Column::Number.lt(number));
    }
    Ok(Page::of(select.order_by_desc(run::Column::Number).limit(limit + 1).all(db.reader()).await?, limit))
}

/// All runs of an agent, oldest first.
pub async fn all_of(db: &Db, agent_id: &str) -> Result<Vec<RunRow>, DbError> {
    Ok(run::Entity::find().filter(run::Column::AgentId.eq(agent_id)).order_by_asc(run::Column::Number).all(db.reader()).await?)
}

/// Every run that is not final, of every user, in the order in which they were created.
pub async fn live(db: &Db) -> Result<Vec<RunRow>, DbError> {
    let select = run::Entity::find().filter(run::Column::Status.is_in(LIVE));
    Ok(select.order_by_asc(run::Column::CreatedAt).order_by_asc(run::Column::Id).all(db.reader()).await?)
}

/// When these runs ended, `None` for those that are live; runs that are not there are left out.
pub async fn ends(db: &Db, ids: Vec<String>) -> Result<Vec<(String, Option<i64>)>, DbError> {
    let columns = [run::Column::Id, run::Column::Status, run::Column::EndedAt];
    let select = run::Entity::find().select_only().columns(columns).filter(run::Column::Id.is_in(ids));
    let found: Vec<(String, String, Option<i64>)> = select.into_tuple().all(db.reader()).await?;
    let is_over = |status: &str| !LIVE.contains(&status);
    Ok(found.into_iter().map(|(id, status, ended_at)| (id, ended_at.filter(|_| is_over(&status)))).collect())
}

/// Others were live in the same place as these: their diffs may hold each other's work.
pub async fn set_shared(db: &Db, ids: Vec<String>) -> Result<(), DbError> {
    let these = run::Entity::update_many().col_expr(run::Column::Shared, true.into()).filter(run::Column::Id.is_in(ids));
    these.exec(db.writer()).await?;
    Ok(())
}

/// Whether any of these agents had a run between two times, in milliseconds since 1970.
pub async fn any_between(db: &Db, agents: Vec<String>, from: i64, to: i64) -> Result<bool, DbError> {
    for some in agents.chunks(500) {
        let select = run::Entity::find()
            .filter(run::Column::AgentId.is_in(some.to_vec()))
            .filter(run::Column::StartedAt.lt(to))
            .filter(Condition::any().add(run::Column::EndedAt.is_null()).add(run::Column::EndedAt.gt(from)));
        if select.one(db.reader()).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether any of an agent's runs shared its place.
pub async fn any_shared(db: &Db, agent_id: &str) -> Result<bool, DbError> {
    let select = run::Entity::find().filter(run::Column::AgentId.eq(agent_id)).filter(run::Column::Shared.eq(true));
    Ok(select.one(db.reader()).await?.is_some())
}

/// The day's budget does not hold it any more.
pub async fn release(db: &Db, id: &str) -> Result<(), DbError> {
    let row = run::ActiveModel { id: Set(id.to_owned()), released: Set(true), ..Default::default() };
    run::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}

/// Announces runs whose place in the line has changed.
pub async fn announce(db: &Db, ids: &[String]) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    for id in ids {
        if let Some((run, agent)) = with_agent(&transaction, id).await? {
            changes::add(&transaction, agent.user_id, [Change::Run(run.id)]).await?;
        }
    }
    db.commit(transaction).await?;
    Ok(())
}

/// The program runs, and calls its model so.
pub async fn started(db: &Db, id: &str, model_name: Option<String>, now: i64) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    let Some((run, agent)) = with_agent(&transaction, id).await? else { return Ok(()) };
    let is_live = LIVE.contains(&run.status.as_str());
    let mut row = run.clone().into_active_model();
    if is_live {
        row.status = Set(RunStatus::Running.as_str().to_owned());
    }
    row.started_at = Set(run.started_at.or(Some(now)));
    row.updated_at = Set(now);
    if model_name.is_some() {
        row.model_name = Set(model_name);
    }
    row.update(&transaction).await?;
    changes::add(&transaction, agent.user_id, [Change::Run(run.id), Change::Agent(run.agent_id)]).await?;
    db.commit(transaction).await?;
    Ok(())
}

pub struct Finished {
    pub status: RunStatus,
    pub text: Option<String>,
    pub error: Option<RunError>,
    pub usage: Option<Usage>,
    pub duration_ms: Option<u64>,
    pub tool_calls: u32,
    pub ended_at: i64,
    /// JSON: why the queue shall not go on by itself, if prompts wait.
    pub pause: Option<String>,
}

/// The last steps, usage and the final state, in one commit. Returns the agent as it was, unless the run was
/// final already.
pub async fn finish(
    db: &Db,
    id: &str,
    changes: Vec<domain::StepChange>,
    finished: Finished,
) -> Result<Option<AgentRow>, DbError> {
    let transaction = db.begin().await?;
    let Some((run, of)) = with_agent(&transaction, id).await? else { return Ok(None) };
    steps::save_in(&transaction, &run.agent_id, run.number, changes).await?;
    let was_live = LIVE.contains(&run.status.as_str());
    if was_live {
        let agent_id = run.agent_id.clone();
        let mut row = run.clone().into_active_model();
        row.status = Set(finished.status.as_str().to_owned());
        row.updated_at = Set(finished.ended_at);
        row.ended_at = Set(Some(finished.ended_at));
        row.duration_ms = Set(finished.duration_ms.map(|ms| ms as i64));
        row.outcome = Set(Some(json!({ "text": finished.text, "error": finished.error }).to_string()));
        if let Some(usage) = finished.usage {
            row.input_tokens = Set(Some(usage.input_tokens as i64));
            row.output_tokens = Set(Some(usage.output_tokens as i64));
            row.cache_read_tokens = Set(Some(usage.cache_read_tokens as i64));
            row.cache_write_tokens = Set(Some(usage.cache_write_tokens as i64));
        }
        row.tool_calls = Set(Some(finished.tool_calls.min(i32::MAX as u32) as i32));
        row.update(&transaction).await?;
        // Nothing is held up where nothing waits, nor by a stop that makes room for the next; and why it is
        // held up already stays.
        let left_alone = of.queued == 0 || of.queue_pause.is_some() || of.queue_sending.as_ref() == Some(&run.id);
        let pause = finished.pause.filter(|_| !left_alone);
        if pause.is_some() {
            queue::announce(&transaction, &of).await?;
        }
        let agent = agent::ActiveModel {
            id: Set(agent_id.clone()),
            unread: Set(true),
            updated_at: Set(finished.ended_at),
            queue_pause: set(pause.map(Some)),
            queue_sending: Set(None),
            ..Default::default()
        };
        agent::Entity::update(agent).exec(&transaction).await?;
        changes::add(&transaction, of.user_id, [Change::Run(run.id), Change::Agent(agent_id)]).await?;
    }
    db.commit(transaction).await?;
    Ok(was_live.then_some(of))
}

impl RunRow {
    pub fn is_live(&self) -> bool {
        LIVE.contains(&self.status.as_str())
    }

    /// The agent's last words, and why the run failed.
    pub fn outcome(&self) -> (Option<String>, Option<RunError>) {
        let mut value: Value = self.outcome.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let text = value.get("text").and_then(Value::as_str).map(str::to_owned);
        let error = value.get_mut("error").map(Value::take).and_then(|error| serde_json::from_value(error).ok());
        (text, error)
    }

    pub fn usage(&self) -> Option<Usage> {
        let count = |tokens: Option<i64>| tokens.unwrap_or(0).max(0) as u64;
        self.output_tokens.map(|_| Usage {
            input_tokens: count(self.input_tokens),
            output_tokens: count(self.output_tokens),
            cache_read_tokens: count(self.cache_read_tokens),
            cache_write_tokens: count(self.cache_write_tokens),
        })
    }
}

async fn with_agent(transaction: &sea_orm::DatabaseTransaction, id: &str) -> Result<Option<(RunRow, AgentRow)>, DbError> {
    let Some(run) = run::Entity::find_by_id(id.to_owned()).one(transaction).await? else { return Ok(None) };
    let agent = agent::Entity::find_by_id(run.agent_id.clone()).one(transaction).await?;
    Ok(agent.map(|agent| (run, agent)))
}
