//! Repositories that were worked in.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};

use crate::{Db, DbError, entity::repository};

pub async fn remember(db: &Db, user_id: i64, url: &str, now: i64) -> Result<(), DbError> {
    let row = repository::ActiveModel { user_id: Set(user_id), url: Set(url.to_owned()), used_at: Set(now) };
    let mut on_conflict = OnConflict::columns([repository::Column::UserId, repository::Column::Url]);
    on_conflict.update_column(repository::Column::UsedAt);
    repository::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db.writer()).await?;
    Ok(())
}

/// Their URLs, latest first.
pub async fn recent(db: &Db, user_id: i64, limit: u64) -> Result<Vec<String>, DbError> {
    let of_user = repository::Entity::find().select_only().column(repository::Column::Url);
    let of_user = of_user.filter(repository::Column::UserId.eq(user_id)).order_by_desc(repository::Column::UsedAt);
    Ok(of_user.limit(limit).into_tuple().all(db.reader()).await?)
}
