//! Steps, by position: the run's number above, the ordinal below.

use std::collections::{HashMap, HashSet};

use domain::{Step, StepBody, StepChange, StepId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::page::Page;
use crate::{
    Db, DbError,
    entity::{step, step_piece},
};

/// A step with its place in the conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredStep {
    pub agent_id: String,
    pub position: i64,
    pub step: Step,
}

/// Where a step stands among all steps of its agent; below 2^53 for two million runs.
pub fn position(run_number: i32, ordinal: u32) -> i64 {
    i64::from(run_number) << 32 | i64::from(ordinal)
}

/// Adds steps and pieces of one run; the same again changes nothing.
pub async fn save(db: &Db, run_id: &str, changes: Vec<StepChange>) -> Result<(), DbError> {
    if changes.is_empty() {
        return Ok(());
    }
    let transaction = db.begin().await?;
    let Some(run) = crate::entity::run::Entity::find_by_id(run_id.to_owned()).one(&transaction).await? else { return Ok(()) };
    save_in(&transaction, &run.agent_id, run.number, changes).await?;
    transaction.commit().await?;
    Ok(())
}

pub(crate) async fn save_in(
    transaction: &impl ConnectionTrait,
    agent_id: &str,
    run_number: i32,
    changes: Vec<StepChange>,
) -> Result<(), DbError> {
    let (mut steps, mut pieces) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            StepChange::Closed(step) => {
                let position = position(run_number, step.id.ordinal);
                steps.push(StoredStep { agent_id: agent_id.to_owned(), position, step });
            }
            StepChange::Piece { id, index, text } => pieces.push(step_piece::Model {
                agent_id: agent_id.to_owned(),
                position: position(run_number, id.ordinal),
                number: index as i32,
                text: serde_json::Value::String(text).to_string(),
            }),
        }
    }
    for piece in pieces {
        use step_piece::Column::{AgentId, Number, Position, Text};
        let on_conflict = OnConflict::columns([AgentId, Position, Number]).update_column(Text).to_owned();
        step_piece::Entity::insert(piece.into_active_model())
            .on_conflict(on_conflict)
            .exec_without_returning(transaction)
            .await?;
    }
    insert(transaction, steps).await?;
    Ok(())
}

pub(crate) async fn insert(transaction: &impl ConnectionTrait, steps: Vec<StoredStep>) -> Result<(), DbErr> {
    use step::Column::{AgentId, Body, EndedAt, Kind, Position, RunId, Size, StartedAt, Truncated};
    // Few enough that the statement's parameters stay below SQLite's limit.
    for some in steps.chunks(500) {
        let rows = some.iter().map(|stored| row(stored).into_active_model());
        let on_conflict = OnConflict::columns([AgentId, Position])
            .update_columns([RunId, Kind, StartedAt, EndedAt, Size, Truncated, Body])
            .to_owned();
        step::Entity::insert_many(rows).on_conflict(on_conflict).exec_without_returning(transaction).await?;
    }
    Ok(())
}

/// Newest first, only those before `before`.
pub async fn list(db: &Db, agent_id: &str, before: Option<i64>, limit: u64) -> Result<Page<StoredStep>, DbError> {
    let mut select = step::Entity::find().filter(step::Column::AgentId.eq(agent_id));
    if let Some(position) = before {
        select = select.filter(step::Column::Position.lt(position));
    }
    let rows = select.order_by_desc(step::Column::Position).limit(limit + 1).all(db.reader()).await?;
    let page = Page::of(rows, limit);
    Ok(Page { items: page.items.into_iter().map(stored).collect::<Result<_, _>>()?, more: page.more })
}

pub async fn find(db: &Db, agent_id: &str, position: i64) -> Result<Option<StoredStep>, DbError> {
    step::Entity::find_by_id((agent_id.to_owned(), position)).one(db.reader()).await?.map(stored).transpose()
}

/// The pieces of a step from `from` on, oldest first, at most `limit`.
pub async fn pieces(db: &Db, agent_id: &str, position: i64, from: i32, limit: u64) -> Result<Vec<String>, DbError> {
    let select = step_piece::Entity::find()
        .filter(step_piece::Column::AgentId.eq(agent_id))
        .filter(step_piece::Column::Position.eq(position))
        .filter(step_piece::Column::Number.gte(from));
    let rows = select.order_by_asc(step_piece::Column::Number).limit(limit).all(db.reader()).await?;
    rows.iter().map(|row| serde_json::from_str(&row.text).map_err(|error| DbError::Corrupt(error.to_string()))).collect()
}

/// The ordinals of a run's steps that are stored.
pub async fn known(db: &Db, agent_id: &str, run_number: i32) -> Result<HashSet<u32>, DbError> {
    let select = step::Entity::find().select_only().column(step::Column::Position).filter(step::Column::AgentId.eq(agent_id));
    let of_run = select.filter(step::Column::Position.between(position(run_number, 0), position(run_number, u32::MAX)));
    let positions: Vec<i64> = of_run.into_tuple().all(db.reader()).await?;
    Ok(positions.into_iter().map(|position| position as u32).collect())
}

/// The highest number of a piece of each of a run's long steps, by ordinal.
pub async fn known_pieces(db: &Db, agent_id: &str, run_number: i32) -> Result<HashMap<u32, u32>, DbError> {
    let select = step_piece::Entity::find()
        .select_only()
        .column(step_piece::Column::Position)
        .column_as(step_piece::Column::Number.max(), "last")
        .filter(step_piece::Column::AgentId.eq(agent_id))
        .filter(step_piece::Column::Position.between(position(run_number, 0), position(run_number, u32::MAX)))
        .group_by(step_piece::Column::Position);
    let found: Vec<(i64, i32)> = select.into_tuple().all(db.reader()).await?;
    Ok(found.into_iter().map(|(position, last)| (position as u32, last as u32)).collect())
}

fn row(stored: &StoredStep) -> step::Model {
    let step = &stored.step;
    step::Model {
        agent_id: stored.agent_id.clone(),
        position: stored.position,
        run_id: step.id.run.to_string(),
        kind: step.body.kind().to_owned(),
        started_at: step.started_at,
        ended_at: step.ended_at,
        size: step.size as i64,
        truncated: step.truncated,
        // Types of ours that have text for keys: this does not fail.
        body: serde_json::to_string(&step.body).unwrap_or_default(),
    }
}

fn stored(row: step::Model) -> Result<StoredStep, DbError> {
    let corrupt = |what: String| DbError::Corrupt(what);
    let run = row.run_id.parse().map_err(|_| corrupt(format!("a step of {}", row.run_id)))?;
    let body: StepBody = serde_json::from_str(&row.body).map_err(|error| corrupt(error.to_string()))?;
    let id = StepId { run, ordinal: row.position as u32 };
    let step =
        Step { id, started_at: row.started_at, ended_at: row.ended_at, size: row.size as u64, truncated: row.truncated, body };
    Ok(StoredStep { agent_id: row.agent_id, position: row.position, step })
}
