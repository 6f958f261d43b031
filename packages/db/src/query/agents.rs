//! Agents. Every change is announced; lists are by the last change, newest first.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{self, Set},
    ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Value,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};

use super::{changes, page::Page};
use crate::{
    AgentRow, Change, Db, DbError, RunRow,
    entity::{agent, checkpoint, run, step, step_piece},
};

/// What an agent begins with.
pub struct NewAgent {
    pub agent: AgentRow,
    pub run: RunRow,
    /// Steps from before its first run.
    pub history: Vec<super::steps::StoredStep>,
    /// The first run's prompt.
    pub prompt: Vec<domain::StepChange>,
}

pub async fn create(db: &Db, new: NewAgent) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    let changes = [Change::Agent(new.agent.id.clone()), Change::Run(new.run.id.clone())];
    let (user_id, agent_id, number) = (new.agent.user_id, new.agent.id.clone(), new.run.number);
    agent::Entity::insert(new.agent.into_active_model()).exec_without_returning(&transaction).await?;
    run::Entity::insert(new.run.into_active_model()).exec_without_returning(&transaction).await?;
    super::steps::insert(&transaction, new.history).await?;
    super::steps::save_in(&transaction, &agent_id, number, new.prompt).await?;
    changes::add(&transaction, user_id, changes).await?;
    db.commit(transaction).await?;
    Ok(())
}

pub async fn find(db: &Db, user_id: i64, id: &str) -> Result<Option<AgentRow>, DbError> {
    Ok(agent::Entity::find_by_id(id.to_owned()).filter(agent::Column::UserId.eq(user_id)).one(db.reader()).await?)
}

/// For the program itself, which acts for every user.
pub async fn find_any(db: &Db, id: &str) -> Result<Option<AgentRow>, DbError> {
    Ok(agent::Entity::find_by_id(id.to_owned()).one(db.reader()).await?)
}

/// Every agent with its workspace's path, as it is kept.
pub async fn workspaces(db: &Db) -> Result<Vec<(String, String)>, DbError> {
    let select = agent::Entity::find().select_only().columns([agent::Column::Id, agent::Column::WorkspacePath]);
    Ok(select.into_tuple().all(db.reader()).await?)
}

/// Its workspace stands elsewhere now; nobody needs to hear of it.
pub async fn set_workspace(db: &Db, id: &str, path: &str) -> Result<(), DbError> {
    let row = agent::ActiveModel { id: Set(id.to_owned()), workspace_path: Set(path.to_owned()), ..Default::default() };
    agent::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}

/// Which of these are there.
pub async fn known(db: &Db, ids: Vec<String>) -> Result<Vec<String>, DbError> {
    let select = agent::Entity::find().select_only().column(agent::Column::Id).filter(agent::Column::Id.is_in(ids));
    Ok(select.into_tuple().all(db.reader()).await?)
}

/// The first ports of all that have ports of their own.
pub async fn first_ports(db: &Db) -> Result<Vec<i32>, DbError> {
    let select =
        agent::Entity::find().select_only().column(agent::Column::FirstPort).filter(agent::Column::FirstPort.is_not_null());
    Ok(select.into_tuple().all(db.reader()).await?)
}

/// Whose they are and what their workspaces are made from, of all that were made from something.
pub async fn sources(db: &Db) -> Result<Vec<(i64, String)>, DbError> {
    let select = agent::Entity::find().select_only().columns([agent::Column::UserId, agent::Column::WorkspaceSource]);
    Ok(select
        .filter(agent::Column::WorkspaceType.eq("git"))
        .filter(agent::Column::WorkspaceSource.is_not_null())
        .into_tuple()
        .all(db.reader())
        .await?)
}

/// Those whose workspace is ours and there, and that nothing happened to since `before`, or since they were archived
/// before it; oldest first.
pub async fn idle(db: &Db, before: i64, limit: u64) -> Result<Vec<AgentRow>, DbError> {
    let select = agent::Entity::find()
        .filter(agent::Column::WorkspaceType.ne("local"))
        .filter(agent::Column::WorkspaceState.eq("ready"))
        .filter(agent::Column::UpdatedAt.lt(before))
        .filter(Condition::any().add(agent::Column::ArchivedAt.is_null()).add(agent::Column::ArchivedAt.lt(before)));
    Ok(select.order_by_asc(agent::Column::UpdatedAt).limit(limit).all(db.reader()).await?)
}

#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub archived: bool,
    /// Part of a name, in any case.
    pub name: Option<String>,
    /// The last of the page before: its time and id.
    pub before: Option<(i64, String)>,
}

pub async fn list(db: &Db, user_id: i64, filter: Filter, limit: u64) -> Result<Page<AgentRow>, DbError> {
    let mut select = agent::Entity::find().filter(agent::Column::UserId.eq(user_id));
    if !filter.archived {
        select = select.filter(agent::Column::ArchivedAt.is_null());
    }
    if let Some(name) = filter.name {
        let pattern = name.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = LikeExpr::new(format!("%{pattern}%")).escape('\\');
        select = select.filter(Expr::expr(Func::lower(Expr::col(agent::Column::Name))).like(like));
    }
    if let Some((updated_at, id)) = filter.before {
        let older = Condition::any()
            .add(agent::Column::UpdatedAt.lt(updated_at))
            .add(Condition::all().add(agent::Column::UpdatedAt.eq(updated_at)).add(agent::Column::Id.lt(id)));
        select = select.filter(older);
    }
    let select = select.order_by_desc(agent::Column::UpdatedAt).order_by_desc(agent::Column::Id);
    Ok(Page::of(select.limit(limit + 1).all(db.reader()).await?, limit))
}

/// What changes of an agent; the rest is left as it is by then.
#[derive(Clone, Debug, Default)]
pub struct AgentChange {
    pub name: Option<String>,
    pub permission: Option<String>,
    pub mode: Option<String>,
    pub model: Option<Option<String>>,
    pub unread: Option<bool>,
    pub archived_at: Option<Option<i64>>,
    pub updated_at: Option<i64>,
    /// JSON.
    pub limits: Option<Option<String>>,
    pub workspace_state: Option<String>,
    /// JSON.
    pub repositories: Option<Option<String>>,
    pub first_port: Option<Option<i32>>,
    pub base_tree: Option<Option<String>>,
}

/// Changes an agent and announces it.
pub async fn update(db: &Db, user_id: i64, id: &str, change: AgentChange) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    update_in(&transaction, user_id, id, change).await?;
    db.commit(transaction).await?;
    Ok(())
}

/// The same as a part of something else.
pub(crate) async fn update_in(
    transaction: &sea_orm::DatabaseTransaction,
    user_id: i64,
    id: &str,
    change: AgentChange,
) -> Result<(), DbError> {
    let row = agent::ActiveModel {
        id: Set(id.to_owned()),
        name: set(change.name),
        permission: set(change.permission),
        mode: set(change.mode),
        model: set(change.model),
        unread: set(change.unread),
        archived_at: set(change.archived_at),
        updated_at: set(change.updated_at),
        limits: set(change.limits),
        workspace_state: set(change.workspace_state),
        repositories: set(change.repositories),
        first_port: set(change.first_port),
        base_tree: set(change.base_tree),
        ..Default::default()
    };
    if row.is_changed() {
        agent::Entity::update(row).exec(transaction).await?;
    }
    changes::add(transaction, user_id, [Change::Agent(id.to_owned())]).await?;
    Ok(())
}

/// A column that is written only if it was given.
pub(crate) fn set<T: Into<Value>>(value: Option<T>) -> ActiveValue<T> {
    value.map_or(ActiveValue::NotSet, ActiveValue::Set)
}

/// Remembers that the agent program keeps this chat's session; nobody needs to hear of it.
pub async fn set_session_seen(db: &Db, id: &str, seen: bool) -> Result<(), DbError> {
    let row = agent::ActiveModel { id: Set(id.to_owned()), session_seen: Set(seen), ..Default::default() };
    agent::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}

/// The agent with its runs and steps. Returns the ids of those runs.
pub async fn delete(db: &Db, user_id: i64, id: &str) -> Result<Vec<String>, DbError> {
    let transaction = db.begin().await?;
    let of_agent = run::Entity::find().select_only().column(run::Column::Id).filter(run::Column::AgentId.eq(id));
    let runs: Vec<String> = of_agent.into_tuple().all(&transaction).await?;
    super::queue::delete_of(&transaction, id).await?;
    step_piece::Entity::delete_many().filter(step_piece::Column::AgentId.eq(id)).exec(&transaction).await?;
    step::Entity::delete_many().filter(step::Column::AgentId.eq(id)).exec(&transaction).await?;
    run::Entity::delete_many().filter(run::Column::AgentId.eq(id)).exec(&transaction).await?;
    checkpoint::Entity::delete_many().filter(checkpoint::Column::AgentId.eq(id)).exec(&transaction).await?;
    agent::Entity::delete_by_id(id.to_owned()).exec(&transaction).await?;
    changes::add(&transaction, user_id, [Change::AgentDeleted(id.to_owned())]).await?;
    db.commit(transaction).await?;
    Ok(runs)
}

/// Which of the CLI's own chats are continued by which agents.
pub async fn continued_chats(db: &Db, user_id: i64) -> Result<Vec<(String, String)>, DbError> {
    let select = agent::Entity::find().select_only().columns([agent::Column::CliChatId, agent::Column::Id]);
    let select = select.filter(agent::Column::UserId.eq(user_id)).filter(agent::Column::CliChatId.is_not_null());
    Ok(select.into_tuple().all(db.reader()).await?)
}
