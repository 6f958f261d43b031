//! The queue of an agent: prompts that wait for the run before them, in order. How many they are
//! stands with the agent, written in the same transaction.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{changes, page::Page};
use crate::{
    AgentRow, Change, Db, DbError, QueuedPromptRow, RunRow,
    entity::{
        agent, queued_prompt,
        run::{self, LIVE},
    },
};

/// The most prompts that wait for one agent.
pub const MOST: i32 = 10_000;

/// Between two neighbours, so that others find a place there.
const GAP: i64 = 1 << 20;

pub struct NewQueuedPrompt {
    /// The id of the run that it will be.
    pub id: String,
    pub agent_id: String,
    pub body: String,
    /// From 0; `None`: the end.
    pub position: Option<u64>,
    pub now: i64,
}

pub enum Added {
    Queued(Box<QueuedPromptRow>),
    /// It was added before and is a run by now.
    Run(Box<RunRow>),
    Full,
    Archived,
    /// The agent is not there any more.
    Gone,
}

/// Adds a prompt; one that was added before is left as it is.
pub async fn add(db: &Db, new: NewQueuedPrompt) -> Result<Added, DbError> {
    let transaction = db.begin().await?;
    let Some(agent) = agent::Entity::find_by_id(new.agent_id.clone()).one(&transaction).await? else { return Ok(Added::Gone) };
    if let Some(row) = queued_prompt::Entity::find_by_id(new.id.clone()).one(&transaction).await? {
        return Ok(Added::Queued(Box::new(row)));
    }
    if let Some(row) = run::Entity::find_by_id(new.id.clone()).one(&transaction).await? {
        return Ok(Added::Run(Box::new(row)));
    }
    if agent.archived_at.is_some() {
        return Ok(Added::Archived);
    }
    if agent.queued >= MOST {
        return Ok(Added::Full);
    }
    let rank = rank_at(&transaction, &agent.id, new.position, None).await?;
    let row =
        QueuedPromptRow { id: new.id, agent_id: new.agent_id, rank, body: new.body, created_at: new.now, updated_at: new.now };
    queued_prompt::Entity::insert(row.clone().into_active_model()).exec_without_returning(&transaction).await?;
    touch(&transaction, &agent, agent.queued + 1).await?;
    db.commit(transaction).await?;
    Ok(Added::Queued(Box::new(row)))
}

/// In order, only those after the rank `after`.
pub async fn list(db: &Db, agent_id: &str, after: Option<i64>, limit: u64) -> Result<Page<QueuedPromptRow>, DbError> {
    let mut select = queued_prompt::Entity::find().filter(queued_prompt::Column::AgentId.eq(agent_id));
    if let Some(rank) = after {
        select = select.filter(queued_prompt::Column::Rank.gt(rank));
    }
    Ok(Page::of(select.order_by_asc(queued_prompt::Column::Rank).limit(limit + 1).all(db.reader()).await?, limit))
}

/// Changes the body by `edit`, and the place to `position`. `None` when it is not there any more.
pub async fn change(
    db: &Db,
    agent_id: &str,
    id: &str,
    edit: impl FnOnce(String) -> String,
    position: Option<u64>,
    now: i64,
) -> Result<Option<QueuedPromptRow>, DbError> {
    let transaction = db.begin().await?;
    let Some((agent, mut row)) = find_in(&transaction, agent_id, id).await? else { return Ok(None) };
    if position.is_some() {
        row.rank = rank_at(&transaction, agent_id, position, Some(id)).await?;
    }
    row.body = edit(row.body);
    row.updated_at = now;
    store(&transaction, &row).await?;
    touch(&transaction, &agent, agent.queued).await?;
    db.commit(transaction).await?;
    Ok(Some(row))
}

/// False when it is not there any more.
pub async fn remove(db: &Db, agent_id: &str, id: &str) -> Result<bool, DbError> {
    let transaction = db.begin().await?;
    let Some((agent, row)) = find_in(&transaction, agent_id, id).await? else { return Ok(false) };
    queued_prompt::Entity::delete_by_id(row.id).exec(&transaction).await?;
    touch(&transaction, &agent, agent.queued - 1).await?;
    db.commit(transaction).await?;
    Ok(true)
}

/// Removes all. Returns how many there were.
pub async fn clear(db: &Db, agent_id: &str) -> Result<u64, DbError> {
    let transaction = db.begin().await?;
    let Some(agent) = agent::Entity::find_by_id(agent_id.to_owned()).one(&transaction).await? else { return Ok(0) };
    let delete = queued_prompt::Entity::delete_many().filter(queued_prompt::Column::AgentId.eq(agent_id));
    let removed = delete.exec(&transaction).await?.rows_affected;
    touch(&transaction, &agent, 0).await?;
    db.commit(transaction).await?;
    Ok(removed)
}

/// Pauses with a reason (JSON), or lets the queue go on.
pub async fn set_pause(db: &Db, agent_id: &str, pause: Option<String>) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    let Some(agent) = agent::Entity::find_by_id(agent_id.to_owned()).one(&transaction).await? else { return Ok(()) };
    let row = agent::ActiveModel { id: Set(agent.id.clone()), queue_pause: Set(pause), ..Default::default() };
    agent::Entity::update(row).exec(&transaction).await?;
    announce(&transaction, &agent).await?;
    db.commit(transaction).await?;
    Ok(())
}

/// Puts a prompt first and lets the queue go on; the end of `stopping` will not pause it. False when the
/// prompt is not there any more.
pub async fn send_next(db: &Db, agent_id: &str, id: &str, stopping: Option<String>) -> Result<bool, DbError> {
    let transaction = db.begin().await?;
    let Some((agent, mut row)) = find_in(&transaction, agent_id, id).await? else { return Ok(false) };
    row.rank = rank_at(&transaction, agent_id, Some(0), Some(id)).await?;
    store(&transaction, &row).await?;
    let sending = agent::ActiveModel {
        id: Set(agent.id.clone()),
        queue_pause: Set(None),
        queue_sending: Set(stopping),
        ..Default::default()
    };
    agent::Entity::update(sending).exec(&transaction).await?;
    touch(&transaction, &agent, agent.queued).await?;
    db.commit(transaction).await?;
    Ok(true)
}

/// The run that was to make room for a prompt could not be stopped: its end is one like any other.
pub async fn stop_sending(db: &Db, agent_id: &str) -> Result<(), DbError> {
    let row = agent::ActiveModel { id: Set(agent_id.to_owned()), queue_sending: Set(None), ..Default::default() };
    agent::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}

/// Pauses every queue in which something waits.
pub async fn pause_all(db: &Db, pause: String) -> Result<(), DbError> {
    let waiting = agent::Entity::find().filter(agent::Column::Queued.gt(0)).all(db.reader()).await?;
    for agent in waiting {
        set_pause(db, &agent.id, Some(pause.clone())).await?;
    }
    Ok(())
}

/// The agents whose next prompt can start now.
pub async fn ready(db: &Db) -> Result<Vec<AgentRow>, DbError> {
    let live = Query::select()
        .column(run::Column::Id)
        .from(run::Entity)
        .and_where(Expr::col((run::Entity, run::Column::AgentId)).equals((agent::Entity, agent::Column::Id)))
        .and_where(Expr::col((run::Entity, run::Column::Status)).is_in(LIVE))
        .take();
    let select = agent::Entity::find()
        .filter(agent::Column::Queued.gt(0))
        .filter(agent::Column::QueuePause.is_null())
        .filter(agent::Column::ArchivedAt.is_null())
        .filter(Expr::exists(live).not());
    Ok(select.all(db.reader()).await?)
}

/// Takes a prompt out of the queue, in the transaction that makes it a run. False when it is not there
/// as it was seen, or the queue has paused.
pub(crate) async fn take(transaction: &DatabaseTransaction, agent: &AgentRow, seen: &QueuedPromptRow) -> Result<bool, DbErr> {
    if agent.queue_pause.is_some() {
        return Ok(false);
    }
    let first = in_order(&agent.id).one(transaction).await?;
    if first.as_ref() != Some(seen) {
        return Ok(false);
    }
    queued_prompt::Entity::delete_by_id(seen.id.clone()).exec(transaction).await?;
    touch(transaction, agent, agent.queued - 1).await?;
    Ok(true)
}

/// Removes all prompts of an agent that is deleted.
pub(crate) async fn delete_of(transaction: &DatabaseTransaction, agent_id: &str) -> Result<(), DbErr> {
    queued_prompt::Entity::delete_many().filter(queued_prompt::Column::AgentId.eq(agent_id)).exec(transaction).await?;
    Ok(())
}

fn in_order(agent_id: &str) -> sea_orm::Select<queued_prompt::Entity> {
    queued_prompt::Entity::find().filter(queued_prompt::Column::AgentId.eq(agent_id)).order_by_asc(queued_prompt::Column::Rank)
}

async fn find_in(
    transaction: &DatabaseTransaction,
    agent_id: &str,
    id: &str,
) -> Result<Option<(AgentRow, QueuedPromptRow)>, DbErr> {
    let of_agent = queued_prompt::Entity::find_by_id(id.to_owned()).filter(queued_prompt::Column::AgentId.eq(agent_id));
    let Some(row) = of_agent.one(transaction).await? else { return Ok(None) };
    Ok(agent::Entity::find_by_id(agent_id.to_owned()).one(transaction).await?.map(|agent| (agent, row)))
}

async fn store(transaction: &DatabaseTransaction, row: &QueuedPromptRow) -> Result<(), DbErr> {
    let row = queued_prompt::ActiveModel {
        id: Set(row.id.clone()),
        rank: Set(row.rank),
        body: Set(row.body.clone()),
        updated_at: Set(row.updated_at),
        ..Default::default()
    };
    queued_prompt::Entity::update(row).exec(transaction).await?;
    Ok(())
}

/// Writes how many wait now, and announces that the queue has changed.
async fn touch(transaction: &DatabaseTransaction, agent: &AgentRow, now: i32) -> Result<(), DbErr> {
    let mut row = agent::ActiveModel { id: Set(agent.id.clone()), queued: Set(now), ..Default::default() };
    if now == 0 {
        // The next prompt is not to be held up for what the last one met.
        row.queue_pause = Set(None);
    }
    agent::Entity::update(row).exec(transaction).await?;
    announce(transaction, agent).await
}

pub(crate) async fn announce(transaction: &impl ConnectionTrait, agent: &AgentRow) -> Result<(), DbErr> {
    changes::add(transaction, agent.user_id, [Change::Queue(agent.id.clone()), Change::Agent(agent.id.clone())]).await
}

/// A rank that is at `position` among the others than `moved`.
async fn rank_at(
    transaction: &DatabaseTransaction,
    agent_id: &str,
    position: Option<u64>,
    moved: Option<&str>,
) -> Result<i64, DbErr> {
    let others = || {
        let select = in_order(agent_id).select_only().column(queued_prompt::Column::Rank);
        match moved {
            Some(id) => select.filter(queued_prompt::Column::Id.ne(id)),
            None => select,
        }
    };
    let position = position.map(|position| Ord::min(position, MOST as u64));
    for _ in 0..2 {
        let (before, after): (Option<i64>, Option<i64>) = match position {
            Some(0) => (None, others().into_tuple().one(transaction).await?),
            Some(position) => {
                let around: Vec<i64> = others().offset(position - 1).limit(2).into_tuple().all(transaction).await?;
                match around.as_slice() {
                    [] => (last(transaction, agent_id, moved).await?, None),
                    [before] => (Some(*before), None),
                    [before, after, ..] => (Some(*before), Some(*after)),
                }
            }
            None => (last(transaction, agent_id, moved).await?, None),
        };
        match (before, after) {
            (None, None) => return Ok(0),
            (Some(before), None) => return Ok(before + GAP),
            (None, Some(after)) => return Ok(after - GAP),
            (Some(before), Some(after)) if after - before > 1 => return Ok(before + (after - before) / 2),
            (Some(_), Some(_)) => spread(transaction, agent_id).await?,
        }
    }
    Err(DbErr::Custom("the queue has no room between two prompts".to_owned()))
}

async fn last(transaction: &DatabaseTransaction, agent_id: &str, moved: Option<&str>) -> Result<Option<i64>, DbErr> {
    let select = queued_prompt::Entity::find().select_only().column(queued_prompt::Column::Rank);
    let select = select.filter(queued_prompt::Column::AgentId.eq(agent_id));
    let select = match moved {
        Some(id) => select.filter(queued_prompt::Column::Id.ne(id)),
        None => select,
    };
    select.order_by_desc(queued_prompt::Column::Rank).into_tuple().one(transaction).await
}

/// Makes room between all neighbours, in their order.
async fn spread(transaction: &DatabaseTransaction, agent_id: &str) -> Result<(), DbErr> {
    let ids: Vec<String> =
        in_order(agent_id).select_only().column(queued_prompt::Column::Id).into_tuple().all(transaction).await?;
    for (place, id) in (0i64..).zip(ids) {
        let row = queued_prompt::ActiveModel { id: Set(id), rank: Set(place * GAP), ..Default::default() };
        queued_prompt::Entity::update(row).exec(transaction).await?;
    }
    Ok(())
}
