use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{Db, DbError, entity::setting};

pub async fn get(db: &Db, name: &str) -> Result<Option<String>, DbError> {
    Ok(setting::Entity::find_by_id(name.to_owned()).one(db.reader()).await?.map(|setting| setting.value))
}

pub async fn set(db: &Db, name: &str, value: &str) -> Result<(), DbError> {
    let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
    let on_conflict = OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(on_conflict).exec_without_returning(db.writer()).await?;
    Ok(())
}

pub async fn delete(db: &Db, name: &str) -> Result<(), DbError> {
    setting::Entity::delete_by_id(name.to_owned()).exec(db.writer()).await?;
    Ok(())
}
