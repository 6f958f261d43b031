//! Checkpoints of workspaces.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::{
    agents::{self, AgentChange},
    page::Page,
};
use crate::{
    CheckpointRow, Db, DbError,
    entity::{agent, checkpoint},
};

/// Gives it the next number of its agent, and changes that along with it; `None` when it is gone.
pub async fn create(db: &Db, mut row: CheckpointRow, change: Option<AgentChange>) -> Result<Option<CheckpointRow>, DbError> {
    let transaction = db.begin().await?;
    let Some(agent) = agent::Entity::find_by_id(row.agent_id.clone()).one(&transaction).await? else { return Ok(None) };
    if let Some(change) = change {
        agents::update_in(&transaction, agent.user_id, &agent.id, change).await?;
    }
    let latest = checkpoint::Entity::find()
        .filter(checkpoint::Column::AgentId.eq(&row.agent_id))
        .order_by_desc(checkpoint::Column::Number)
        .one(&transaction)
        .await?;
    row.number = latest.map_or(1, |latest| latest.number + 1);
    checkpoint::Entity::insert(row.clone().into_active_model()).exec_without_returning(&transaction).await?;
    db.commit(transaction).await?;
    Ok(Some(row))
}

pub async fn find(db: &Db, agent_id: &str, id: &str) -> Result<Option<CheckpointRow>, DbError> {
    let select = checkpoint::Entity::find_by_id(id.to_owned()).filter(checkpoint::Column::AgentId.eq(agent_id));
    Ok(select.one(db.reader()).await?)
}

/// The last one of this kind.
pub async fn latest_of_kind(db: &Db, agent_id: &str, kind: &str) -> Result<Option<CheckpointRow>, DbError> {
    let of_agent =
        checkpoint::Entity::find().filter(checkpoint::Column::AgentId.eq(agent_id)).filter(checkpoint::Column::Kind.eq(kind));
    Ok(of_agent.order_by_desc(checkpoint::Column::Number).one(db.reader()).await?)
}

/// Those of one run, first to last.
pub async fn of_run(db: &Db, run_id: &str) -> Result<Vec<CheckpointRow>, DbError> {
    let of_run = checkpoint::Entity::find().filter(checkpoint::Column::RunId.eq(run_id));
    Ok(of_run.order_by_asc(checkpoint::Column::Number).all(db.reader()).await?)
}

/// Newest first; `before` is the number of the last of the page before.
pub async fn list(db: &Db, agent_id: &str, before: Option<i32>, limit: u64) -> Result<Page<CheckpointRow>, DbError> {
    let mut select = checkpoint::Entity::find().filter(checkpoint::Column::AgentId.eq(agent_id));
    if let Some(number) = before {
        select = select.filter(checkpoint::Column::Number.lt(number));
    }
    Ok(Page::of(select.order_by_desc(checkpoint::Column::Number).limit(limit + 1).all(db.reader()).await?, limit))
}
