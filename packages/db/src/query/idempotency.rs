//! Requests that can be repeated: what each key stood for, and what was answered.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::OnConflict};

use crate::{Db, DbError, IdempotencyKeyRow, entity::idempotency_key};

/// Remembers a request before it is done; what was remembered under its key before is left, and
/// returned instead.
pub async fn begin(db: &Db, new: IdempotencyKeyRow) -> Result<IdempotencyKeyRow, DbError> {
    let id = (new.user_id, new.key.clone());
    let nothing = OnConflict::columns([idempotency_key::Column::UserId, idempotency_key::Column::Key]).do_nothing().to_owned();
    idempotency_key::Entity::insert(new.clone().into_active_model())
        .on_conflict(nothing)
        .try_insert()
        .exec_without_returning(db.writer())
        .await?;
    Ok(idempotency_key::Entity::find_by_id(id).one(db.reader()).await?.unwrap_or(new))
}

pub async fn find(db: &Db, user_id: i64, key: &str) -> Result<Option<IdempotencyKeyRow>, DbError> {
    Ok(idempotency_key::Entity::find_by_id((user_id, key.to_owned())).one(db.reader()).await?)
}

pub async fn answered(db: &Db, user_id: i64, key: &str, status: u16, body: String) -> Result<(), DbError> {
    let row = idempotency_key::ActiveModel {
        user_id: Set(user_id),
        key: Set(key.to_owned()),
        status: Set(Some(i32::from(status))),
        body: Set(Some(body)),
        ..Default::default()
    };
    idempotency_key::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}

pub async fn forget(db: &Db, user_id: i64, key: &str) -> Result<(), DbError> {
    idempotency_key::Entity::delete_by_id((user_id, key.to_owned())).exec(db.writer()).await?;
    Ok(())
}

/// Forgets those from before `before`. Returns how many.
pub async fn prune(db: &Db, before: i64) -> Result<u64, DbError> {
    let delete = idempotency_key::Entity::delete_many().filter(idempotency_key::Column::CreatedAt.lt(before));
    Ok(delete.exec(db.writer()).await?.rows_affected)
}
