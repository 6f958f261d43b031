use thiserror::Error;

#[derive(Debug, Error)]
pub enum DbError {
    #[error("the database is of a newer version of this program ({0}); start that version")]
    Newer(String),
    #[error("no room on the disk")]
    DiskFull,
    /// A unique value is taken.
    #[error("it is there already")]
    Conflict,
    #[error("the database failed")]
    Database(#[source] sea_orm::DbErr),
    #[error("the database holds what this version does not understand: {0}")]
    Corrupt(String),
    #[error("the database file could not be backed up before its migration")]
    Backup(#[source] sea_orm::DbErr),
}

impl From<sea_orm::DbErr> for DbError {
    fn from(error: sea_orm::DbErr) -> Self {
        if matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))) {
            return Self::Conflict;
        }
        // SQLITE_FULL, and ENOSPC met while the journal grows.
        let text = error.to_string();
        if text.contains("database or disk is full") || text.contains("code: 13)") {
            return Self::DiskFull;
        }
        Self::Database(error)
    }
}
