use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, QueryOrder, sea_query::OnConflict};

use crate::{Db, DbError, UserRow, entity::user};

/// The one user there is for now; made when the database is.
pub async fn owner(db: &Db, name: &str, now: i64) -> Result<UserRow, DbError> {
    if let Some(owner) = user::Entity::find().order_by_asc(user::Column::Id).one(db.reader()).await? {
        return Ok(owner);
    }
    // Two processes may come here at once: the id makes it one user.
    let row = user::ActiveModel { id: Set(1), name: Set(name.to_owned()), password_hash: Set(None), created_at: Set(now) };
    let insert = user::Entity::insert(row).on_conflict(OnConflict::column(user::Column::Id).do_nothing().to_owned());
    insert.exec_without_returning(db.writer()).await?;
    user::Entity::find_by_id(1).one(db.writer()).await?.ok_or_else(|| DbError::Corrupt("no user".to_owned()))
}

pub async fn find(db: &Db, id: i64) -> Result<Option<UserRow>, DbError> {
    Ok(user::Entity::find_by_id(id).one(db.reader()).await?)
}

pub async fn set_password_hash(db: &Db, user: UserRow, hash: Option<String>) -> Result<(), DbError> {
    let mut row = user.into_active_model();
    row.password_hash = Set(hash);
    user::Entity::update(row).exec(db.writer()).await?;
    Ok(())
}
