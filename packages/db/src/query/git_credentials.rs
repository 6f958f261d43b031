//! Users and tokens for git hosts.

use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::{Db, DbError, GitCredentialRow, entity::git_credential};

/// Keeps one; it takes the place of another of the same scope.
pub async fn put(db: &Db, row: GitCredentialRow) -> Result<(), DbError> {
    let transaction = db.begin().await?;
    let same = git_credential::Entity::delete_many()
        .filter(git_credential::Column::UserId.eq(row.user_id))
        .filter(git_credential::Column::Scope.eq(&row.scope));
    same.exec(&transaction).await?;
    git_credential::Entity::insert(row.into_active_model()).exec_without_returning(&transaction).await?;
    db.commit(transaction).await?;
    Ok(())
}

/// By scope.
pub async fn of_user(db: &Db, user_id: i64) -> Result<Vec<GitCredentialRow>, DbError> {
    let of_user = git_credential::Entity::find().filter(git_credential::Column::UserId.eq(user_id));
    Ok(of_user.order_by_asc(git_credential::Column::Scope).all(db.reader()).await?)
}

/// False when there is none.
pub async fn delete(db: &Db, user_id: i64, id: &str) -> Result<bool, DbError> {
    let one = git_credential::Entity::delete_by_id(id.to_owned()).filter(git_credential::Column::UserId.eq(user_id));
    Ok(one.exec(db.writer()).await?.rows_affected > 0)
}
