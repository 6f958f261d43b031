use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{ApiKeyRow, Db, DbError, entity::api_key};

pub async fn create(db: &Db, row: ApiKeyRow) -> Result<(), DbError> {
    api_key::Entity::insert(row.into_active_model()).exec_without_returning(db.writer()).await?;
    Ok(())
}

/// The key with this hash, unless it was revoked.
pub async fn find_valid(db: &Db, hash: &str) -> Result<Option<ApiKeyRow>, DbError> {
    let valid = api_key::Entity::find().filter(api_key::Column::Hash.eq(hash)).filter(api_key::Column::RevokedAt.is_null());
    Ok(valid.one(db.reader()).await?)
}

pub async fn list(db: &Db, user_id: i64) -> Result<Vec<ApiKeyRow>, DbError> {
    let of_user = api_key::Entity::find().filter(api_key::Column::UserId.eq(user_id));
    Ok(of_user.order_by_asc(api_key::Column::CreatedAt).all(db.reader()).await?)
}

/// By id or by name; returns how many were revoked.
pub async fn revoke(db: &Db, user_id: i64, id_or_name: &str, now: i64) -> Result<usize, DbError> {
    let mut revoked = 0;
    for key in list(db, user_id).await? {
        if (key.id == id_or_name || key.name == id_or_name) && key.revoked_at.is_none() {
            let mut row = key.into_active_model();
            row.revoked_at = Set(Some(now));
            row.update(db.writer()).await?;
            revoked += 1;
        }
    }
    Ok(revoked)
}
