//! What runs came to, together.

use domain::Spent;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, Func, SimpleExpr},
};

use crate::{
    Db, DbError,
    entity::{
        agent,
        run::{self, LIVE},
    },
};

/// All runs of one agent, the live ones to `now`.
pub async fn of_agent(db: &Db, agent_id: &str, now: i64) -> Result<Spent, DbError> {
    sum(db, run::Entity::find().filter(run::Column::AgentId.eq(agent_id)), now).await
}

/// The runs of a user that were live after `since`.
pub async fn since(db: &Db, user_id: i64, since: i64, now: i64) -> Result<Spent, DbError> {
    let recent = Condition::any().add(run::Column::EndedAt.gt(since)).add(run::Column::Status.is_in(LIVE));
    let mine = agent::Entity::find().select_only().column(agent::Column::Id).filter(agent::Column::UserId.eq(user_id));
    let of_user = run::Column::AgentId.in_subquery(sea_orm::QueryTrait::into_query(mine));
    sum(db, run::Entity::find().filter(recent).filter(of_user), now).await
}

async fn sum(db: &Db, select: Select<run::Entity>, now: i64) -> Result<Spent, DbError> {
    use run::Column::{CacheReadTokens, CacheWriteTokens, DurationMs, InputTokens, OutputTokens, StartedAt, ToolCalls};
    let or_zero = |column: run::Column| SimpleExpr::from(Func::coalesce([Expr::col(column), Expr::val(0i64)]));
    // A live run has no duration yet.
    let lasted = Func::coalesce([Expr::col(DurationMs), Expr::val(now).sub(Expr::col(StartedAt)), Expr::val(0i64)]);
    let tokens = or_zero(InputTokens).add(or_zero(OutputTokens)).add(or_zero(CacheReadTokens)).add(or_zero(CacheWriteTokens));
    let columns = select
        .select_only()
        .column_as(SimpleExpr::from(lasted).sum().cast_as("BIGINT"), "milliseconds")
        .column_as(or_zero(ToolCalls).sum().cast_as("BIGINT"), "tool_calls")
        .column_as(tokens.sum().cast_as("BIGINT"), "tokens");
    let row: Option<(Option<i64>, Option<i64>, Option<i64>)> = columns.into_tuple().one(db.reader()).await?;
    let (milliseconds, tool_calls, tokens) = row.unwrap_or_default();
    let count = |sum: Option<i64>| u64::try_from(sum.unwrap_or(0)).unwrap_or(0);
    Ok(Spent { milliseconds: count(milliseconds), tool_calls: count(tool_calls), tokens: count(tokens) })
}
