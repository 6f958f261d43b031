//! Browsers that are signed in, and the one-time links that sign them in.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    Db, DbError,
    entity::{session, sign_in_link},
};

pub async fn create(db: &Db, hash: String, user_id: i64, now: i64, expires_at: i64) -> Result<(), DbError> {
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(now)).exec(db.writer()).await?;
    let row = session::ActiveModel { hash: Set(hash), user_id: Set(user_id), created_at: Set(now), expires_at: Set(expires_at) };
    session::Entity::insert(row).exec_without_returning(db.writer()).await?;
    Ok(())
}

/// The user of a session that has not expired.
pub async fn user_of(db: &Db, hash: &str, now: i64) -> Result<Option<i64>, DbError> {
    let found = session::Entity::find_by_id(hash.to_owned()).filter(session::Column::ExpiresAt.gt(now)).one(db.reader()).await?;
    Ok(found.map(|session| session.user_id))
}

pub async fn delete(db: &Db, hash: &str) -> Result<(), DbError> {
    session::Entity::delete_by_id(hash.to_owned()).exec(db.writer()).await?;
    Ok(())
}

pub async fn create_link(db: &Db, hash: String, user_id: i64, now: i64, expires_at: i64) -> Result<(), DbError> {
    sign_in_link::Entity::delete_many().filter(sign_in_link::Column::ExpiresAt.lt(now)).exec(db.writer()).await?;
    let row = sign_in_link::ActiveModel { hash: Set(hash), user_id: Set(user_id), expires_at: Set(expires_at) };
    sign_in_link::Entity::insert(row).exec_without_returning(db.writer()).await?;
    Ok(())
}

/// Removes what has expired.
pub async fn prune(db: &Db, now: i64) -> Result<(), DbError> {
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(now)).exec(db.writer()).await?;
    sign_in_link::Entity::delete_many().filter(sign_in_link::Column::ExpiresAt.lt(now)).exec(db.writer()).await?;
    Ok(())
}

/// Takes a link out of use and tells whose it was; `None` when it is used up or too old.
pub async fn use_link(db: &Db, hash: &str, now: i64) -> Result<Option<i64>, DbError> {
    let transaction = db.begin().await?;
    let link = sign_in_link::Entity::find_by_id(hash.to_owned()).one(&transaction).await?;
    if link.is_some() {
        sign_in_link::Entity::delete_by_id(hash.to_owned()).exec(&transaction).await?;
    }
    db.commit(transaction).await?;
    Ok(link.filter(|link| link.expires_at > now).map(|link| link.user_id))
}
