//! Directories that were worked in.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict};

use crate::{Db, DbError, DirectoryRow, entity::directory};

/// Remembers that `path` was used, and with which permission if one was chosen.
pub async fn remember(db: &Db, user_id: i64, path: &str, permission: Option<&str>, now: i64) -> Result<(), DbError> {
    let row = directory::ActiveModel {
        user_id: Set(user_id),
        path: Set(path.to_owned()),
        permission: Set(permission.map(str::to_owned)),
        used_at: Set(now),
    };
    let mut on_conflict = OnConflict::columns([directory::Column::UserId, directory::Column::Path]);
    on_conflict.update_column(directory::Column::UsedAt);
    if permission.is_some() {
        on_conflict.update_column(directory::Column::Permission);
    }
    directory::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db.writer()).await?;
    Ok(())
}

pub async fn find(db: &Db, user_id: i64, path: &str) -> Result<Option<DirectoryRow>, DbError> {
    Ok(directory::Entity::find_by_id((user_id, path.to_owned())).one(db.reader()).await?)
}

/// Newest first.
pub async fn recent(db: &Db, user_id: i64, limit: u64) -> Result<Vec<DirectoryRow>, DbError> {
    let of_user = directory::Entity::find().filter(directory::Column::UserId.eq(user_id));
    Ok(of_user.order_by_desc(directory::Column::UsedAt).limit(limit).all(db.reader()).await?)
}

/// Those below `from` stand below `to` now.
pub async fn relocate(db: &Db, from: &str, to: &str) -> Result<(), DbError> {
    let below = format!("{from}/");
    for row in directory::Entity::find().all(db.reader()).await? {
        let Some(inside) = row.path.strip_prefix(&below) else { continue };
        let (user_id, path) = (row.user_id, format!("{to}/{inside}"));
        if find(db, user_id, &path).await?.is_none() {
            let moved = directory::ActiveModel {
                user_id: Set(user_id),
                path: Set(path),
                permission: Set(row.permission.clone()),
                used_at: Set(row.used_at),
            };
            directory::Entity::insert(moved).exec_without_returning(db.writer()).await?;
        }
        directory::Entity::delete_by_id((user_id, row.path)).exec(db.writer()).await?;
    }
    Ok(())
}
