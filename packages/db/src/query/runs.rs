//! Runs.

use domain::{RunError, RunStatus, Usage};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};

use super::{changes, page::Page, steps};
use crate::{
    AgentRow, Change, Db, DbError, RunRow,
    entity::{agent, run},
};

pub struct NewRun {
    /// As it is with this run: its latest run, and what the run changed of its settings.
    pub agent: AgentRow,
    pub run: RunRow,
    pub prompt: Vec<domain::StepChange>,
}

/// False when another run of the agent is live: then nothing was written.
pub async fn create(db: &Db, new: NewRun) -> Result<bool, DbError> {
    let transaction = db.begin().await?;
    let live = run::Entity::find()
        .filter(run::Column::AgentId.eq(&new.run.agent_id))
        .filter(run::Column::Status.is_in(LIVE))
        .one(&transaction)
        .await?;
    if live.is_some() {
        return Ok(false);
    }
    let (user_id, agent_id, run_id) = (new.agent.user_id, new.agent.id.clone(), new.run.id.clone());
    new.agent.into_active_model().reset_all().update(&transaction).await?;
    let number = new.run.number;
    run::Entity::insert(new.run.into_active_model()).exec_without_returning(&transaction).await?;
    steps::save_in(&transaction, &agent_id, number, new.prompt).await?;
    changes::add(&transaction, user_id, [Change::Run(run_id), Change::Agent(agent_id)]).await?;
    db.commit(transaction).await?;
    Ok(true)
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

/// Every run that is not final, of every user.
pub async fn live(db: &Db) -> Result<Vec<RunRow>, DbError> {
    Ok(run::Entity::find().filter(run::Column::Status.is_in(LIVE)).all(db.reader()).await?)
}

/// The program runs, and calls its model so.
pub async fn started(db: &Db, id: &str, model_name: Option<String>, now: i64) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    let Some((run, user_id)) = with_user(&transaction, id).await? else { return Ok(()) };
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
    changes::add(&transaction, user_id, [Change::Run(run.id), Change::Agent(run.agent_id)]).await?;
    db.commit(transaction).await?;
    Ok(())
}

pub struct Finished {
    pub status: RunStatus,
    pub text: Option<String>,
    pub error: Option<RunError>,
    pub usage: Option<Usage>,
    pub duration_ms: Option<u64>,
    pub ended_at: i64,
}

/// The last steps, usage and the final state, in one commit. False when the run is final already.
pub async fn finish(db: &Db, id: &str, changes: Vec<domain::StepChange>, finished: Finished) -> Result<bool, DbError> {
    let transaction = db.begin().await?;
    let Some((run, user_id)) = with_user(&transaction, id).await? else { return Ok(false) };
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
        row.update(&transaction).await?;
        let agent = agent::ActiveModel {
            id: Set(agent_id.clone()),
            unread: Set(true),
            updated_at: Set(finished.ended_at),
            ..Default::default()
        };
        agent::Entity::update(agent).exec(&transaction).await?;
        changes::add(&transaction, user_id, [Change::Run(run.id), Change::Agent(agent_id)]).await?;
    }
    db.commit(transaction).await?;
    Ok(was_live)
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

/// The states that are not final.
const LIVE: [&str; 2] = ["CREATING", "RUNNING"];

async fn with_user(transaction: &sea_orm::DatabaseTransaction, id: &str) -> Result<Option<(RunRow, i64)>, DbError> {
    let Some(run) = run::Entity::find_by_id(id.to_owned()).one(transaction).await? else { return Ok(None) };
    let agent = agent::Entity::find_by_id(run.agent_id.clone()).one(transaction).await?;
    Ok(agent.map(|agent| (run, agent.user_id)))
}
