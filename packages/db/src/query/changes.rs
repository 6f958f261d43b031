//! The sequence of changes of state, which the page follows.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::{ChangeRow, Db, DbError, entity::change};

/// So many changes are kept for readers that come back.
const KEPT: i64 = 20_000;

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Agent(String),
    AgentDeleted(String),
    Run(String),
    /// The queue of this agent.
    Queue(String),
    Limits,
    Doctor,
}

impl Change {
    fn parts(self) -> (&'static str, String) {
        match self {
            Self::Agent(id) => ("agent", id),
            Self::AgentDeleted(id) => ("agent_deleted", id),
            Self::Run(id) => ("run", id),
            Self::Queue(id) => ("queue", id),
            Self::Limits => ("limits", String::new()),
            Self::Doctor => ("doctor", String::new()),
        }
    }
}

impl ChangeRow {
    /// `None` for what a newer version wrote.
    pub fn change(&self) -> Option<Change> {
        Some(match self.entity.as_str() {
            "agent" => Change::Agent(self.entity_id.clone()),
            "agent_deleted" => Change::AgentDeleted(self.entity_id.clone()),
            "run" => Change::Run(self.entity_id.clone()),
            "queue" => Change::Queue(self.entity_id.clone()),
            "limits" => Change::Limits,
            "doctor" => Change::Doctor,
            _ => return None,
        })
    }
}

/// Adds to the transaction that makes the change.
pub(crate) async fn add(
    transaction: &impl ConnectionTrait,
    user_id: i64,
    changes: impl IntoIterator<Item = Change>,
) -> Result<(), DbErr> {
    let rows = changes.into_iter().map(|change| {
        let (entity, entity_id) = change.parts();
        change::ActiveModel { id: NotSet, user_id: Set(user_id), entity: Set(entity.to_owned()), entity_id: Set(entity_id) }
    });
    change::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(())
}

/// A change that stands for itself.
pub async fn announce(db: &Db, user_id: i64, change: Change) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    add(&transaction, user_id, [change]).await?;
    db.commit(transaction).await?;
    Ok(())
}

/// The last number given out; 0 before the first.
pub async fn latest(db: &Db) -> Result<i64, DbError> {
    Ok(change::Entity::find().order_by_desc(change::Column::Id).one(db.reader()).await?.map_or(0, |change| change.id))
}

/// The oldest that is kept.
pub async fn oldest(db: &Db) -> Result<Option<i64>, DbError> {
    Ok(change::Entity::find().order_by_asc(change::Column::Id).one(db.reader()).await?.map(|change| change.id))
}

/// The next `limit` changes of a user after `after`, oldest first.
pub async fn after(db: &Db, user_id: i64, after: i64, limit: u64) -> Result<Vec<ChangeRow>, DbError> {
    let found = change::Entity::find().filter(change::Column::Id.gt(after)).filter(change::Column::UserId.eq(user_id));
    Ok(found.order_by_asc(change::Column::Id).limit(limit).all(db.reader()).await?)
}

/// Drops what is older than is kept.
pub async fn prune(db: &Db) -> Result<(), DbError> {
    let latest = latest(db).await?;
    change::Entity::delete_many().filter(change::Column::Id.lte(latest - KEPT)).exec(db.writer()).await?;
    Ok(())
}
